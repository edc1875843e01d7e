import { Args, Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../../cli/base-command.ts";
import { parseEnvelopeFields } from "../../cli/envelope-fields.ts";
import { type EnvelopeRecord, envelopeRecord } from "../../cli/envelope-record.ts";
import { doorOf } from "../../cli/primitives.ts";
import { readInput } from "../../cli/stdin.ts";
import { parseAmount, parseSpan, parseTopic } from "../../cli/values.ts";
import { textOf } from "../../core/bytes/bytes.ts";
import { fromHex } from "../../core/bytes/hex.ts";
import type { Crypto } from "../../core/crypto/crypto.ts";
import { openCrypto } from "../../core/crypto/open.ts";
import { threadMiner } from "../../core/node/miner.ts";
import { EnvironmentError, UsageError } from "../../core/platform/errors.ts";
import { type Seconds, toSeconds } from "../../core/platform/time.ts";
import { type Envelope, type EnvelopeDraft, encodeEnvelope } from "../../core/whisper/envelope.ts";

interface EnvelopeEncoded {
  readonly envelope: EnvelopeRecord;
}

export default class EnvelopeEncodeCommand extends BaseCommand<EnvelopeEncoded> {
  static override summary = "make a Whisper envelope out of its fields";
  static override description =
    "Takes the fields as JSON, such as `envelope decode --json` shows them, or as flags, which win. Without a nonce it finds one for --pow. The data is taken as it is; to seal a message, see `post --dry-run`.";
  static override examples = [
    {
      description: "By hand",
      command: "<%= config.bin %> <%= command.id %> --topic 0xcd423760 --data 0xc0ffee --ttl 10s --pow 0.002",
    },
    {
      description: "Again, byte for byte",
      command: "statusctl envelope decode envelope.bin --ndjson | head -1 | <%= config.bin %> <%= command.id %> -",
    },
  ];
  static override args = {
    fields: Args.string({ ignoreStdin: true, description: "file with a JSON object of the fields, or - for stdin" }),
  };
  static override flags = {
    topic: Flags.string({ helpValue: "HEX", summary: "four bytes" }),
    data: Flags.string({ helpValue: "HEX", exclusive: ["data-file"], summary: "the sealed message" }),
    "data-file": Flags.string({ helpValue: "FILE|-", summary: "read the sealed message from there" }),
    ttl: Flags.string({ helpValue: "10s", summary: "time to live; 50s by default" }),
    expiry: Flags.integer({
      min: 0,
      max: 0xffff_ffff,
      helpValue: "SECONDS",
      summary: "when it ends; by default now and the time to live",
    }),
    nonce: Flags.string({ helpValue: "N", summary: "take this nonce and search for none" }),
    pow: Flags.string({ helpValue: "0.002", summary: "proof of work to find; none by default" }),
  };
  static override schema = "envelope-encode/1";

  protected override async work(): Promise<EnvelopeEncoded> {
    const { args, flags } = await this.parse(EnvelopeEncodeCommand);
    const crypto = await openCrypto(doorOf(flags.pow === undefined ? "pure" : "fast"));
    const given =
      args.fields === undefined
        ? {}
        : parseEnvelopeFields(textOf(await readInput(args.fields, "fields", this.input), "fields"));
    const ttl = flags.ttl === undefined ? (given.ttl ?? 50) : toSeconds(parseSpan(flags.ttl));
    const data = await this.#data(flags, given.data);
    const topic = flags.topic ?? given.topic;
    if (topic === undefined || data === undefined) throw new UsageError("USAGE", "an envelope needs a topic and data");
    const expiry: Seconds = flags.expiry ?? given.expiry ?? toSeconds(this.now()) + ttl;
    const draft: EnvelopeDraft = { topic: parseTopic(topic), data, ttl, expiry };
    const nonce = flags.nonce ?? (flags.pow === undefined ? given.nonce : undefined);
    const target = flags.pow === undefined ? 0 : parseAmount(flags.pow);
    const envelope =
      nonce === undefined ? await this.#mined(crypto, draft, target) : encodeEnvelope(crypto, draft, parseNonce(nonce));
    return { envelope: envelopeRecord(envelope) };
  }

  protected override render({ envelope }: EnvelopeEncoded): Lines {
    return [envelope.rlp];
  }

  async #data(
    flags: { readonly data?: string | undefined; readonly "data-file"?: string | undefined },
    given: string | undefined,
  ): Promise<Uint8Array | undefined> {
    if (flags["data-file"] !== undefined) return readInput(flags["data-file"], "data", this.input);
    const text = flags.data ?? given;
    return text === undefined ? undefined : fromHex(text, "data");
  }

  async #mined(crypto: Crypto, draft: EnvelopeDraft, target: number): Promise<Envelope> {
    const budgetMs = this.settings.timeoutMs.value ?? 60_000;
    const envelope = await new Promise<Envelope | undefined>((done) => {
      threadMiner(crypto).mine({ draft, target, budgetMs }, done);
    });
    if (envelope === undefined) throw new EnvironmentError("DEADLINE", "no proof of work was found in time");
    return envelope;
  }
}

function parseNonce(text: string): bigint {
  const nonce = /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(text) ? BigInt(text) : undefined;
  if (nonce === undefined || nonce >= 1n << 64n) throw new UsageError("USAGE", "nonce: expected a number of 64 bits");
  return nonce;
}
