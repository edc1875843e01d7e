import { Args, Flags } from "@oclif/core";
import type { Lines } from "../../cli/base-command.ts";
import { anatomyOf } from "../../cli/envelope-anatomy.ts";
import { envelopesOf } from "../../cli/envelope-input.ts";
import { type EnvelopeRecord, envelopeRecord } from "../../cli/envelope-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { StreamCommand } from "../../cli/stream-command.ts";
import { factLines, tableLines } from "../../cli/table.ts";
import { type Hex, toHex } from "../../core/bytes/hex.ts";
import { openHashes } from "../../core/crypto/open.ts";
import { bloomOf } from "../../core/whisper/bloom.ts";
import { type Envelope, sentAt } from "../../core/whisper/envelope.ts";

interface DecodedEnvelope extends EnvelopeRecord {
  /** Seconds: expiry minus time to live. */
  readonly sentAt: number;
  readonly data: Hex;
  readonly bloom: Hex;
}

interface EnvelopesDecoded {
  readonly envelopes: readonly object[];
}

export default class EnvelopeDecodeCommand extends StreamCommand<EnvelopesDecoded> {
  static override summary = "take Whisper envelopes apart: fields, hash, size, work";
  static override description =
    "What relays see, and nothing that is sealed: for that, `envelope open`. Reads a file (bytes, or a line per envelope), hex, base64, or what `watch --raw --ndjson` writes.";
  static override examples = [
    { description: "From a file", command: "<%= config.bin %> <%= command.id %> envelope.bin" },
    {
      description: "From a stream",
      command: "statusctl watch --raw --ndjson --count 5 | <%= config.bin %> <%= command.id %> - --ndjson",
    },
    { description: "As hex", command: "<%= config.bin %> <%= command.id %> 0xcd845e5b10f50a84cd4237608001 --json" },
  ];
  static override args = {
    input: Args.string({ required: true, ignoreStdin: true, description: "file, hex, base64, or - for stdin" }),
  };
  static override flags = {
    table: Flags.boolean({ summary: "one line per envelope" }),
  };
  static override schema = "envelope-decode/1";
  readonly #rows: DecodedEnvelope[] = []; // BOUNDED BY the input, for --table alone

  protected override async work(): Promise<EnvelopesDecoded> {
    const { args, flags } = await this.parse(EnvelopeDecodeCommand);
    const hashes = await openHashes(doorOf("pure"));
    let count = 0;
    for await (const envelope of envelopesOf(hashes, args.input, this.input)) {
      const record = decoded(envelope);
      if (flags.table) this.#rows.push(record);
      const before = count++ > 0 ? [""] : [];
      await this.emit({ type: "envelope", ...record }, () =>
        flags.table ? [] : [...before, ...this.#picture(envelope, record)],
      );
    }
    await this.end("eof", { envelopes: count });
    return { envelopes: this.collected };
  }

  protected override render(): Lines | Promise<Lines> {
    return this.#rows.length === 0
      ? []
      : tableLines<DecodedEnvelope>(
          [
            { title: "HASH", cell: ({ hash }) => hash.slice(0, 18) },
            { title: "TOPIC", cell: ({ topic }) => topic },
            { title: "SENT", cell: (record) => new Date(1000 * record.sentAt).toISOString() },
            { title: "TTL", align: "right", cell: ({ ttl }) => String(ttl) },
            { title: "SIZE", align: "right", cell: ({ size }) => String(size) },
            { title: "POW", align: "right", cell: ({ pow }) => pow.toPrecision(3) },
          ],
          this.#rows,
        );
  }

  #picture(envelope: Envelope, record: DecodedEnvelope): Lines {
    const { cyan, dim } = this.colours;
    const lines = anatomyOf(envelope);
    const width = Math.max(...lines.map(({ bytes }) => bytes.length));
    return [
      ...factLines([
        ["hash", record.hash],
        ["topic", record.topic],
        ["sent", new Date(1000 * record.sentAt).toISOString()],
        ["size", `${record.size} bytes`],
        ["work", record.pow.toPrecision(4)],
      ]),
      ...lines.map(({ bytes, field, says }) => `  ${dim(bytes.padEnd(width))}  ${cyan(field.padEnd(6))}  ${says}`),
    ];
  }
}

function decoded(envelope: Envelope): DecodedEnvelope {
  const bloom = toHex(bloomOf(envelope.topic));
  return { ...envelopeRecord(envelope), sentAt: sentAt(envelope), data: toHex(envelope.data), bloom };
}
