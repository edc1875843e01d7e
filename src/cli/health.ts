/** What can be wrong on this machine, looked at without the network and without changing anything. */
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { openNativeCurve } from "../core/crypto/fast/curve.ts";
import { FileStoreReader } from "../core/node/store/file-store-reader.ts";
import { holderOf } from "../core/node/store/lock.ts";
import { systemDisk } from "../core/node/store/system-disk.ts";
import { EnvironmentError } from "../core/platform/errors.ts";
import { isSealed } from "../core/profile/sealed-store.ts";
import { WIDE_SHARE } from "../core/whisper/interest.ts";
import { VERDICTS } from "./exit-codes.ts";
import { nearest } from "./nearest.ts";
import type { Environment } from "./paths.ts";
import { KNOWN_VARIABLES, type Settings } from "./settings.ts";

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
  /** What mends it. */
  readonly hint: string | null;
}

export interface Patient {
  readonly settings: Settings;
  readonly env: Environment;
  /** Folder of the profile. */
  readonly directory: string;
}

/** Bits that a topic sets in a bloom filter. */
const BITS_OF_TOPIC = 3;

/** Least room that a profile and its journal should find. */
const DISK_BYTES_MIN = 64 * 1024 * 1024;

export async function examine(patient: Patient): Promise<Check[]> {
  return [
    checkNode(),
    await checkPrimitives(),
    checkProfile(patient.directory),
    checkHolder(patient.directory),
    checkDisk(patient.directory),
    checkVariables(patient.env),
    checkPeers(patient.settings),
    checkExposure(patient.settings),
  ];
}

const ok = (name: string, message: string): Check => ({ name, status: "ok", message, hint: null });
const warn = (name: string, message: string, hint: string): Check => ({ name, status: "warn", message, hint });
const fail = (name: string, message: string, hint: string): Check => ({ name, status: "fail", message, hint });

const checkNode = (): Check => ok("node", `Node.js ${process.version} on ${process.platform}-${process.arch}`);

async function checkPrimitives(): Promise<Check> {
  if ((await openNativeCurve()) !== undefined) return ok("primitives", "libsecp256k1 is used");
  return warn(
    "primitives",
    "libsecp256k1 is not installed: handshakes and signatures take about forty times as long",
    "Install statusctl with its optional dependencies.",
  );
}

function checkProfile(directory: string): Check {
  try {
    const sealed = isSealed(new FileStoreReader({ disk: systemDisk, directory }));
    return ok("profile", `${directory}${sealed ? ", encrypted" : ", not encrypted"}`);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const { advice } = VERDICTS[error.code];
    return error.code === "NO_PROFILE"
      ? warn("profile", error.message, advice)
      : fail("profile", error.message, advice);
  }
}

function checkHolder(directory: string): Check {
  const holder = existsSync(directory) ? holderOf(directory) : undefined;
  if (holder === undefined) return ok("lock", "nobody holds the profile");
  return ok(
    "lock",
    `"${holder.command}" holds the profile: process ${holder.pid}, since ${new Date(holder.since).toISOString()}`,
  );
}

function checkDisk(directory: string): Check {
  let folder = directory;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const message = `${Math.floor(free / 2 ** 20)} MiB are free at ${folder}`;
  return free < DISK_BYTES_MIN
    ? fail("disk", message, "Make room: a profile that cannot be written stops.")
    : ok("disk", message);
}

function checkVariables(env: Environment): Check {
  const strange = Object.keys(env).filter((name) => name.startsWith("STATUSCTL_") && !KNOWN_VARIABLES.includes(name));
  const [first] = strange;
  if (first === undefined) return ok("environment", "all variables named STATUSCTL_... are known");
  const meant = nearest(first, KNOWN_VARIABLES);
  const hint = meant === undefined ? "See `statusctl help environment`." : `Did you mean ${meant}?`;
  return warn("environment", `nothing reads ${strange.join(", ")}`, hint);
}

function checkPeers({ peers, fleet }: Settings): Check {
  const named = peers.value.length;
  if (named > 0) return ok("peers", `${named} named by ${peers.from ?? "default"}`);
  if (fleet.origin !== "default") return ok("peers", `those of the fleet ${fleet.value}`);
  return warn(
    "peers",
    "no peers are named by flag, variable or configuration",
    "Name one with --peer or STATUSCTL_PEERS, keep one with `statusctl peer add`, or run `statusctl devnet`.",
  );
}

/** What the peers of this machine learn about it. */
function checkExposure({ light }: Settings): Check {
  if (light.value === false)
    return ok("privacy", "a full node: peers see which messages begin here, not which are wanted");
  const share = (100 * WIDE_SHARE ** BITS_OF_TOPIC).toFixed(1);
  return ok(
    "privacy",
    `a light client: peers see which messages begin here, and a bloom filter that fits its topics and ${share} % of all others`,
  );
}
