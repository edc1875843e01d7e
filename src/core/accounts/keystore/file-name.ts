/** How key files are called: `UTC--2020-03-01T12-00-00.000000000Z--<40 hex digits>`. */
import { hexDigits } from "../../bytes/hex.ts";
import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../platform/time.ts";
import type { Address } from "../address.ts";

/** The name of a file made at `now`; of the nine digits below the second, three are known. */
export function keyFileName(address: Address, now: Millis): string {
  const { year, month, day } = civilDate(Math.floor(now / DAY));
  const rest = now % DAY;
  const hour = Math.floor(rest / HOUR);
  const minute = Math.floor((rest % HOUR) / MINUTE);
  const second = Math.floor((rest % MINUTE) / SECOND);
  const date = [padded(year, 4), padded(month, 2), padded(day, 2)].join("-");
  const time = [padded(hour, 2), padded(minute, 2), padded(second, 2)].join("-");
  return `UTC--${date}T${time}.${padded(Math.floor(rest % SECOND), 3)}000000Z--${hexDigits(address)}`;
}

/** Days in 400, 100, 4 years and one year of the Gregorian calendar. */
const ERA = 146_097;
const CENTURY = 36_524;
const OLYMPIAD = 1461;
const YEAR = 365;
/** From 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468;

/** The Gregorian date so many days after the epoch. Years begin in March, so that leap days come last. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const era = Math.floor((days + EPOCH) / ERA);
  const dayOfEra = days + EPOCH - era * ERA;
  const leaps =
    Math.floor(dayOfEra / (OLYMPIAD - 1)) - Math.floor(dayOfEra / CENTURY) + Math.floor(dayOfEra / (ERA - 1));
  const yearOfEra = Math.floor((dayOfEra - leaps) / YEAR);
  const dayOfYear = dayOfEra - (YEAR * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const isNextYear = month >= 10;
  return { year: yearOfEra + era * 400 + (isNextYear ? 1 : 0), month: isNextYear ? month - 9 : month + 3, day };
}

const padded = (value: number, digits: number): string => `${value}`.padStart(digits, "0");
