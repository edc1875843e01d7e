/** What keeping a message costs, with few and with many messages in the profile, on the disk of this machine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { pureCrypto } from "../src/core/crypto/pure.ts";
import type { MessageId, MessageRecord } from "../src/core/messenger/messenger-io.ts";
import type { PayloadDigest } from "../src/core/messenger/state.ts";
import type { Disk, DiskFile } from "../src/core/node/store/disk.ts";
import { createFileStore, FileStore } from "../src/core/node/store/file-store.ts";
import { systemDisk } from "../src/core/node/store/system-disk.ts";
import { StoredMessengerState } from "../src/core/profile/messenger-state.ts";
import type { EnvelopeHash, Topic } from "../src/core/whisper/envelope.ts";
import { type Benchmark, compare, type Figure, type Measure, spreadOf } from "./harness.ts";

const FEW = 10;
const MANY = 100_000;
/** Messages of one measurement: several checkpoints, and two chunks. */
const BATCH = 8192;
const ROUNDS = 3;

export const benchmark: Benchmark = {
  name: "store",
  about: `a received message in a profile of ${MANY} messages (subject) and of ${FEW} (baseline); smaller is better but for speeds`,
  async run() {
    const root = mkdtempSync(`${tmpdir()}/statusctl-bench-`);
    try {
      let profiles = 0;
      const newFew = () => new FilledProfile(`${root}/few${profiles++}`, FEW);
      const few = newFew();
      const many = new FilledProfile(`${root}/many`, MANY);
      return [
        ...costFigures(newFew, many),
        await commitFigure(newFew(), many),
        await openingFigure(few, many),
        readFigure(few, many),
      ];
    } finally {
      rmSync(root, { recursive: true });
    }
  },
};

/** Bytes and syncs for each message, its share of the checkpoints included. */
function costFigures(newFew: () => FilledProfile, many: FilledProfile): Figure[] {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    subject: many.costOfBatch(),
    baseline: newFew().costOfBatch(),
  }));
  const figure = (what: string, unit: string, of: (cost: Cost) => number): Figure => {
    const measure = (name: string, costs: readonly Cost[]): Measure => {
      return { name, value: Math.min(...costs.map(of)) / BATCH, unit };
    };
    return {
      what,
      ratio: spreadOf(rounds.map(({ subject, baseline }) => of(subject) / of(baseline))),
      subject: measure(
        `${MANY}`,
        rounds.map((round) => round.subject),
      ),
      baseline: measure(
        `${FEW}`,
        rounds.map((round) => round.baseline),
      ),
      target: { atMost: 1.1 },
    };
  };
  return [
    figure("bytes written for a message", "bytes", ({ bytes }) => bytes),
    figure("syncs for a message", "syncs", ({ syncs }) => syncs),
  ];
}

async function commitFigure(few: FilledProfile, many: FilledProfile): Promise<Figure> {
  const [subject, baseline] = [many.open(), few.open()];
  const figure = await compare({
    what: "messages committed, one by one",
    subject: { name: `${MANY}`, run: () => many.commitOne(subject) },
    baseline: { name: `${FEW}`, run: () => few.commitOne(baseline) },
    work: { amount: 1, unit: "messages" },
    clock: "wall",
    roundMs: 250,
    target: { atLeast: 0.8 },
  });
  subject.close();
  baseline.close();
  return figure;
}

function openingFigure(few: FilledProfile, many: FilledProfile): Promise<Figure> {
  for (const profile of [few, many]) profile.checkpoint();
  return compare({
    what: "openings, the journal being empty",
    subject: { name: `${MANY}`, run: () => many.open().close() },
    baseline: { name: `${FEW}`, run: () => few.open().close() },
    target: { atLeast: 0.2 }, // a directory of a hundred names is longer than one of four
  });
}

/** Bytes read until a message that is not there is known not to be there. */
function readFigure(few: FilledProfile, many: FilledProfile): Figure {
  const [subject, baseline] = [many.readToKnow(), few.readToKnow()];
  return {
    what: "bytes read to know of a new message, first time",
    ratio: spreadOf([subject / baseline]),
    subject: { name: `${MANY}`, value: subject, unit: "bytes" },
    baseline: { name: `${FEW}`, value: baseline, unit: "bytes" },
  };
}

interface Cost {
  readonly bytes: number;
  readonly syncs: number;
}

class FilledProfile {
  readonly #disk = new CountingDisk();
  readonly #directory: string;
  #messages = 0;

  constructor(directory: string, messages: number) {
    this.#directory = directory;
    createFileStore({ disk: this.#disk, directory });
    const store = this.open();
    for (let n = 1; n <= messages; n++) {
      this.#add(store);
      if (n % 250 === 0) store.commit();
    }
    store.commit();
    store.close();
    this.checkpoint();
  }

  open(): FileStore {
    return new FileStore({ disk: this.#disk, directory: this.#directory });
  }

  commitOne(store: FileStore): void {
    this.#add(store);
    store.commit();
  }

  checkpoint(): void {
    const store = this.open();
    store.checkpoint();
    store.close();
  }

  costOfBatch(): Cost {
    const store = this.open();
    const before = { bytes: this.#disk.bytesWritten, syncs: this.#disk.syncs };
    for (let n = 0; n < BATCH; n++) this.commitOne(store);
    store.close();
    return { bytes: this.#disk.bytesWritten - before.bytes, syncs: this.#disk.syncs - before.syncs };
  }

  readToKnow(): number {
    const before = this.#disk.bytesRead;
    const store = this.open();
    store.has("messages", "unknown");
    store.close();
    return this.#disk.bytesRead - before;
  }

  /** What the messenger keeps of a message that arrives in a chat. */
  #add(store: FileStore): void {
    const n = ++this.#messages;
    const state = new StoredMessengerState(pureCrypto, store);
    const record = messageOf(n);
    state.addMessage(record, `0xd${record.id.slice(3)}` as PayloadDigest);
    state.putChat({ name: record.chat.id, key: new Uint8Array(32), clock: record.clock });
  }
}

function messageOf(n: number): MessageRecord {
  const hash = `0x${n.toString(16).padStart(64, "0")}` as const;
  return {
    id: hash as MessageId,
    chat: { type: "public", id: `channel-${n % 7}` },
    from: { key: `0x04${"ab".repeat(64)}`, name: "Ample Grown Lamprey", alias: null },
    clock: 1_583_000_000_000 + n,
    sentAt: 1_583_000_000_000 + n,
    receivedAt: 1_583_000_000_900 + n,
    contentType: "text",
    text: "As long as most of what people say to each other in a channel.",
    sticker: null,
    replyTo: null,
    ensName: null,
    envelope: {
      hash: hash as EnvelopeHash,
      topic: "0x01020304" as Topic,
      pow: 0.0021,
      ttl: 15,
      size: 640,
      expiry: 1_583_000_015,
    },
    via: { mode: "sym", mailserver: null },
    security: { mode: "plain" },
    outgoing: false,
  };
}

/** The disk of this machine, counted. */
class CountingDisk implements Disk {
  readonly user = systemDisk.user;
  readonly list = systemDisk.list;
  readonly stat = systemDisk.stat;
  readonly makeDirectory = systemDisk.makeDirectory;
  readonly rename = systemDisk.rename;
  readonly remove = systemDisk.remove;
  bytesWritten = 0;
  bytesRead = 0;
  syncs = 0;

  read(path: string): Uint8Array | undefined {
    const bytes = systemDisk.read(path);
    this.bytesRead += bytes?.length ?? 0;
    return bytes;
  }

  readRange(path: string, offset: number, length: number): Uint8Array {
    this.bytesRead += length;
    return systemDisk.readRange(path, offset, length);
  }

  create(path: string): DiskFile {
    return this.#counted(systemDisk.create(path));
  }

  open(path: string): DiskFile {
    return this.#counted(systemDisk.open(path));
  }

  syncDirectory(path: string): void {
    this.syncs++;
    systemDisk.syncDirectory(path);
  }

  #counted(file: DiskFile): DiskFile {
    return {
      write: (offset, bytes) => {
        this.bytesWritten += bytes.length;
        file.write(offset, bytes);
      },
      truncate: (length) => file.truncate(length),
      sync: () => {
        this.syncs++;
        file.sync();
      },
      close: () => file.close(),
    };
  }
}
