/**
 * Whisper messages and proof of work, ours against the reference peer (status-go v0.50.0): its figures were measured on
 * another machine and are scaled by the speed of this one (`calibration.ts`). One thread each, the fast door.
 */
import { openCrypto } from "../src/core/crypto/open.ts";
import { systemRandom } from "../src/core/node/system.ts";
import { decodeEnvelope, type Envelope, encodeEnvelope, type Topic } from "../src/core/whisper/envelope.ts";
import { type MessageKey, open, type Recipient, seal, symKeyFromPassword } from "../src/core/whisper/message.ts";
import { bitsFor, startSearch, step } from "../src/core/whisper/pow-search.ts";
import { againstReference } from "./calibration.ts";
import { type Benchmark, type Figure, speedsOf, type Target } from "./harness.ts";

const crypto = await openCrypto("fast");
const random = systemRandom;
const payload = random.bytes(256);
const secretKey = random.bytes(32);
const [symmetric, asymmetric] = [{ symKey: random.bytes(32) }, { publicKey: crypto.publicKeyOf(secretKey) }];
const signer = { sign: (digest: Uint8Array) => crypto.sign(digest, secretKey) };
const POW = 0.002;
/** Nonces tried in one go, when the rate of trying is what counts. */
const NONCES = 1000;
/** More zero bits than any digest has, so that all are tried. */
const NEVER_FOUND = 257;

/** A row of the reference's table: the best run, with the median where it was told. */
interface Row {
  readonly what: string;
  readonly theirs: readonly [low: number, high: number];
  readonly run: () => unknown;
  /** How many operations one run is. */
  readonly amount?: number;
  readonly target?: Target;
}

interface Sealing {
  readonly to: Recipient;
  readonly signed: boolean;
  readonly pow: number;
}

function sealed({ to, signed, pow }: Sealing): Envelope {
  const data = seal(crypto, { payload, to, random, ...(signed && { signer }) });
  const draft = { expiry: 1585000015, ttl: 15, topic: "0x9c22ff5f" as Topic, data };
  return encodeEnvelope(crypto, draft, pow > 0 ? nonceFor(draft, pow) : 0n);
}

function nonceFor(draft: Parameters<typeof startSearch>[1], pow: number): bigint {
  let search = startSearch(crypto, draft, bitsFor(draft, pow));
  for (;;) {
    const result = step(search, 1024);
    if (result.found !== undefined) return BigInt(result.found);
    search = result.search;
  }
}

const sealing = (what: string, theirs: Row["theirs"], how: Sealing, target?: Target): Row => ({
  what: `seal ${what}`,
  theirs,
  run: () => sealed(how),
  ...(target && { target }),
});

/** As on reception: read, hashed and weighed, then opened. */
function opening(what: string, theirs: Row["theirs"], { bytes }: Envelope, key: MessageKey, target?: Target): Row {
  const run = () => open(crypto, decodeEnvelope(crypto, bytes).data, key);
  return { what: `open ${what}`, theirs, run, ...(target && { target }) };
}

/** What comes after that, when the message is for somebody else. */
const refusing = (what: string, theirs: Row["theirs"], { data }: Envelope, key: MessageKey): Row => {
  return { what: `open ${what}`, theirs, run: () => open(crypto, data, key) };
};

function trying(size: number, theirs: Row["theirs"]): Row {
  const draft = { expiry: 1585000015, ttl: 15, topic: "0x9c22ff5f" as Topic, data: new Uint8Array(size) };
  const run = () => step(startSearch(crypto, draft, NEVER_FOUND), NONCES);
  return { what: `try nonces, ${size + 16 + 8} bytes hashed`, theirs, run, amount: NONCES };
}

const AHEAD: Target = { atLeast: 1 };
const bare = { pow: 0, signed: false };
const sym = sealed({ to: symmetric, ...bare });
const symSigned = sealed({ to: symmetric, pow: 0, signed: true });
const asym = sealed({ to: asymmetric, ...bare });
const asymSigned = sealed({ to: asymmetric, pow: 0, signed: true });

const rows: readonly Row[] = [
  sealing("symmetric, unsigned, no work", [327_000, 353_000], { to: symmetric, ...bare }),
  sealing("symmetric, signed, no work", [10_900, 12_700], { to: symmetric, signed: true, pow: 0 }),
  sealing("symmetric, signed, PoW 0.002", [7000, 7200], { to: symmetric, signed: true, pow: POW }, AHEAD),
  sealing("symmetric, unsigned, PoW 0.002", [12_100, 13_600], { to: symmetric, signed: false, pow: POW }),
  sealing("asymmetric, unsigned, no work", [4300, 4900], { to: asymmetric, ...bare }),
  sealing("asymmetric, signed, no work", [3800, 4100], { to: asymmetric, signed: true, pow: 0 }),
  sealing("asymmetric, signed, PoW 0.002", [3300, 3300], { to: asymmetric, signed: true, pow: POW }, AHEAD),
  opening("symmetric, unsigned", [137_000, 140_000], sym, symmetric),
  opening("symmetric, signed", [6200, 7800], symSigned, symmetric, AHEAD),
  opening("asymmetric, unsigned", [7400, 7800], asym, { secretKey }),
  opening("asymmetric, signed", [4400, 4700], asymSigned, { secretKey }, AHEAD),
  refusing("with a wrong symmetric key", [1_400_000, 1_600_000], sym, { symKey: random.bytes(32) }),
  refusing("with a wrong private key", [9800, 11_500], asym, { secretKey: random.bytes(32) }),
  { what: "symmetric key from a password", theirs: [48, 48], run: () => symKeyFromPassword(crypto, "status") },
  trying(40, [1_190_000, 1_310_000]),
  trying(532, [488_000, 491_000]),
  trying(1000, [361_000, 362_000]),
];

async function figureOf({ what, theirs, run, amount = 1, target }: Row): Promise<Figure> {
  const speeds = await speedsOf({ name: what, run });
  const ours = speeds.map((speed) => amount * speed);
  return againstReference({ what, unit: "ops/s", theirs, ours, ...(target && { target }) });
}

export const benchmark: Benchmark = {
  name: "reference",
  about: "messages of 256 bytes and proof of work, against status-go v0.50.0 scaled to this machine",
  async run() {
    const figures: Figure[] = [];
    for (const row of rows) figures.push(await figureOf(row));
    return figures;
  },
};
