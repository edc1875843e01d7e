import { Flags } from "@oclif/core";
import { BaseCommand, type Lines } from "../cli/base-command.ts";
import { openForLooking } from "../cli/primitives.ts";
import { profilePlace } from "../cli/profile-access.ts";
import { type Redacted, redact } from "../cli/redacted.ts";
import { factLines } from "../cli/table.ts";
import { describeIdentity, type Identity } from "../core/accounts/identity.ts";
import { utf8 } from "../core/bytes/bytes.ts";
import type { Hashes, PublicKey } from "../core/crypto/crypto.ts";
import { formatEnode, nodeIdOf } from "../core/devp2p/enode.ts";
import { readProfile } from "../core/node/profiles.ts";
import { UsageError } from "../core/platform/errors.ts";
import type { NodeId } from "../core/platform/node-id.ts";
import type { Topic } from "../core/whisper/envelope.ts";
import { contactCodeTopic, partitionedTopic, partitionOf, personalTopic } from "../core/whisper/topic.ts";

interface WhoAmI extends Identity {
  readonly profile: string;
  readonly directory: string;
  readonly installationId: string;
  readonly nodeId: NodeId;
  /** Ports are 0 while nothing listens. */
  readonly enode: string;
  readonly topics: {
    /** Where bundles of this key are published. */
    readonly contactCode: Topic;
    /** Where first messages to this key arrive. */
    readonly partitioned: Topic;
    readonly partition: number;
    readonly personal: Topic;
  };
  /** When the profile was made. */
  readonly createdAt: number;
  /** null when the chat key was imported. */
  readonly mnemonic: string | Redacted | null;
  /** Where the picture was written. */
  readonly identiconFile: string | null;
}

export default class WhoAmICommand extends BaseCommand<WhoAmI> {
  static override summary = "your public key, name, address, topics and node";
  static override description =
    "The public key is what others need to write to you. --qr shows it as a picture; --identicon draws the one that belongs to it; --reveal shows the words again.";
  static override examples = [
    { description: "All of it", command: "<%= config.bin %> <%= command.id %>" },
    { description: "The key alone", command: "<%= config.bin %> <%= command.id %> --fields publicKey" },
    { description: "For a phone", command: "<%= config.bin %> <%= command.id %> --qr" },
  ];
  static override flags = {
    qr: Flags.boolean({ summary: "also as a QR code" }),
    identicon: Flags.string({ helpValue: "FILE.png|svg", summary: "write the picture of the key there" }),
    reveal: Flags.boolean({ summary: "show the words of the account" }),
    force: Flags.boolean({ dependsOn: ["identicon"], summary: "replace the picture" }),
  };
  static override schema = "whoami/1";
  #qr = false;

  protected override async work(): Promise<WhoAmI> {
    const { flags } = await this.parse(WhoAmICommand);
    this.#qr = flags.qr;
    const crypto = await openForLooking();
    const place = profilePlace(crypto, this.settings, this.passphrase);
    const { chatKey, nodeKey, installationId, createdAt, mnemonic } = (await readProfile(place)).identity;
    const publicKey = crypto.publicKeyOf(chatKey);
    const nodeId = nodeIdOf(crypto.publicKeyOf(nodeKey));
    const identity = describeIdentity(crypto, publicKey);
    if (flags.identicon !== undefined) await writeIdenticon(flags.identicon, identity.publicKey, flags.force);
    return {
      ...identity,
      profile: this.settings.profile.value,
      directory: place.directory,
      installationId,
      nodeId,
      enode: formatEnode({ id: nodeId, host: "127.0.0.1", tcpPort: 0, udpPort: 0 }),
      topics: topicsOf(crypto, publicKey),
      createdAt,
      mnemonic: mnemonic === undefined ? null : flags.reveal ? mnemonic : redact(crypto, utf8(mnemonic)),
      identiconFile: flags.identicon ?? null,
    };
  }

  protected override async render(result: WhoAmI): Promise<Lines> {
    const { topics, mnemonic, identiconFile } = result;
    const facts = factLines([
      ["name", result.name],
      ["public key", result.publicKey],
      ["compressed", result.compressedKey],
      ["address", result.address],
      ["profile", `${result.profile} (${result.directory})`],
      ["installation", result.installationId],
      ["node id", result.nodeId],
      ["contact code", topics.contactCode],
      ["first messages", `${topics.partitioned} (partition ${topics.partition})`],
      ["personal", topics.personal],
      ...(typeof mnemonic === "string" ? ([["words", mnemonic]] as const) : []),
      ...(identiconFile === null ? [] : ([["identicon", identiconFile]] as const)),
    ]);
    return this.#qr ? [...facts, "", ...(await this.#picture(result.publicKey))] : facts;
  }

  async #picture(text: string): Promise<Lines> {
    const { qrLines, showsUnicode } = await import("../cli/qr.ts");
    return qrLines(text, { colours: this.colours, unicode: showsUnicode(process.env) });
  }
}

const topicsOf = (hashes: Hashes, publicKey: PublicKey): WhoAmI["topics"] => ({
  contactCode: contactCodeTopic(hashes, publicKey),
  partitioned: partitionedTopic(hashes, publicKey),
  partition: partitionOf(publicKey),
  personal: personalTopic(hashes, publicKey),
});

async function writeIdenticon(file: string, key: string, force: boolean): Promise<void> {
  const { identiconOf, renderPng, renderSvg } = await import("../core/accounts/identicon.ts");
  const { writePrivateFile } = await import("../cli/private-file.ts");
  if (!/\.(png|svg)$/i.test(file)) throw new UsageError("USAGE", "--identicon: the file's name ends in .png or .svg");
  const identicon = identiconOf(key);
  await writePrivateFile(file, /\.png$/i.test(file) ? renderPng(identicon) : renderSvg(identicon), { force });
}
