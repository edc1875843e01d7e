/**
 * How fast this machine is, told by three primitives that Node brings along, against the machine on which the reference
 * peer (status-go v0.50.0) was measured. What the reference does on this machine is estimated from that.
 */
import { createCipheriv, createECDH, createHash, randomBytes } from "node:crypto";
import { type Benchmark, type Figure, type Measure, speedsOf, spreadOf, type Target } from "./harness.ts";

/** The lowest and highest of several runs, operations per second. */
type Range = readonly [low: number, high: number];

interface Primitive {
  readonly what: string;
  /** On the reference's machine, while it was measured. */
  readonly there: Range;
  readonly run: () => unknown;
}

const kilobyte = randomBytes(1024);
const [key, iv, data] = [randomBytes(32), randomBytes(12), randomBytes(512)];
const [own, other] = [createECDH("secp256k1"), createECDH("secp256k1")];
own.generateKeys();
const otherKey = other.generateKeys();

const primitives: readonly Primitive[] = [
  {
    what: "SHA-256 of 1 KiB",
    there: [453_000, 599_000],
    run: () => createHash("sha256").update(kilobyte).digest(),
  },
  {
    what: "AES-256-GCM of 512 bytes",
    there: [175_000, 249_000],
    run() {
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      cipher.update(data);
      cipher.final();
      return cipher.getAuthTag();
    },
  },
  { what: "ECDH on secp256k1 by OpenSSL", there: [1376, 1391], run: () => own.computeSecret(otherKey) },
];

interface Comparison extends Primitive {
  readonly here: readonly number[];
}

let comparisons: Promise<Comparison[]> | undefined;

/** Measured once per process. */
function calibrate(): Promise<Comparison[]> {
  comparisons ??= Promise.all([]).then(async () => {
    const measured: Comparison[] = [];
    for (const primitive of primitives) {
      const here = await speedsOf({ name: primitive.what, run: primitive.run }, { roundMs: 100 });
      measured.push({ ...primitive, here });
    }
    return measured;
  });
  return comparisons;
}

/** How many times as fast as the reference's machine this one is: the geometric mean over the three. */
export async function machineSpeed(): Promise<number> {
  const ratios = (await calibrate()).map(({ here, there }) => Math.max(...here) / middleOf(there));
  return ratios.reduce((product, ratio) => product * ratio, 1) ** (1 / ratios.length);
}

/** The reference's figure, from its lowest to its highest run. */
export interface ReferenceFigure {
  readonly what: string;
  readonly unit: "ops/s" | "ms";
  readonly theirs: Range;
  readonly ours: readonly number[];
  readonly target?: Target;
}

/** Ours against what the reference would do on this machine. */
export async function againstReference({ what, unit, theirs, ours, target }: ReferenceFigure): Promise<Figure> {
  const speed = await machineSpeed();
  const expected = unit === "ms" ? middleOf(theirs) / speed : middleOf(theirs) * speed;
  const subject: Measure = { name: "ours", value: spreadOf(ours).median, unit };
  return {
    what,
    ratio: spreadOf(ours.map((value) => value / expected)),
    subject,
    baseline: { name: "status-go", value: expected, unit },
    ...(target && { target }),
  };
}

const middleOf = ([low, high]: Range): number => Math.sqrt(low * high);

export const benchmark: Benchmark = {
  name: "calibration",
  about: "this machine against the one on which the reference was measured",
  run: async () =>
    (await calibrate()).map(({ what, here, there }) => ({
      what,
      ratio: spreadOf(here.map((speed) => speed / middleOf(there))),
      subject: { name: "here", value: Math.max(...here), unit: "ops/s" },
      baseline: { name: "there", value: middleOf(there), unit: "ops/s" },
    })),
};
