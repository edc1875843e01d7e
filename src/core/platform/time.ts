/** Points in time as numbers with a named unit. Time is always an argument in this code base. */

/** Milliseconds since the UNIX epoch. */
export type Millis = number;
/** Whole seconds since the UNIX epoch, the unit of Whisper. */
export type Seconds = number;

/** The wake-up time of an idle machine. */
export const NEVER: Millis = Number.POSITIVE_INFINITY;

export const SECOND: Millis = 1000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** The second that `time` lies in. */
export const toSeconds = (time: Millis): Seconds => Math.floor(time / SECOND);

/** The longest that anything may be asked to last: what a timer of the system can count, in whole days. */
export const DURATION_MAX: Millis = 24 * DAY;
