/** Servers on loopback that answer a caller in ways a relay would not, and a SOCKS5 proxy that remembers. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { toHex } from "../../src/core/bytes/hex.ts";
import type { SecretKey } from "../../src/core/crypto/crypto.ts";
import { Link, type LinkOptions } from "../../src/core/devp2p/link.ts";
import type { Capability, LinkInput, LinkOutput } from "../../src/core/devp2p/link-io.ts";
import { freshSecret } from "../../src/core/node/fresh-secret.ts";
import { systemRandom } from "../../src/core/node/system.ts";
import { hashOf } from "../../src/core/whisper/envelope.ts";
import type { BatchHash, MessageResponse } from "../../src/core/whisper/packets.ts";
import { CODES, decodeMessages, encodeMessageResponse, SHH } from "../../src/core/whisper/packets.ts";
import { encodeStatus } from "../../src/core/whisper/status.ts";
import { fast as crypto } from "./doors.ts";
import { idOf } from "./rlpx.ts";
import { OPEN_STATUS } from "./whisper-machines.ts";

export interface OddServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves every caller with `greet`. */
export async function oddServer(greet: (socket: Socket) => void): Promise<OddServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: address.port, close };
}

export interface OddNodeOptions {
  readonly clientId?: string;
  readonly capabilities?: readonly Capability[];
  /** What it says to a message; nothing by default. */
  readonly answer?: (message: Extract<LinkOutput, { type: "message" }>) => LinkInput[];
  /** What it says once Hello is exchanged. */
  readonly greeting?: readonly LinkInput[];
}

export interface OddNode extends OddServer {
  readonly enode: string;
}

/** A devp2p node that says whatever it is told to. */
export async function oddNode(options: OddNodeOptions = {}): Promise<OddNode> {
  const { clientId = "odd", capabilities = [SHH] } = options;
  const secret: SecretKey = freshSecret(crypto, systemRandom);
  const server = await oddServer((socket) => {
    const link = { crypto, random: systemRandom, staticSecret: secret, clientId, capabilities, now: Date.now() };
    converse(socket, link, options);
  });
  return { ...server, enode: `enode://${idOf(secret).slice(2)}@127.0.0.1:${server.port}` };
}

function converse(socket: Socket, options: LinkOptions, { answer = () => [], greeting = [] }: OddNodeOptions): void {
  const link = Link.accept(options);
  const tell = (input: LinkInput): void => {
    for (const output of link.feed(input, Date.now())) perform(output);
  };
  const perform = (output: LinkOutput): void => {
    if (output.type === "write") socket.write(output.bytes);
    if (output.type === "identified") tell({ type: "welcome" });
    if (output.type === "ready") greeting.forEach(tell);
    if (output.type === "message") answer(output).forEach(tell);
    if (output.type === "close") socket.end();
  };
  socket.on("data", (bytes: Uint8Array) => tell({ type: "bytes", bytes }));
}

const says = (code: number, data: Uint8Array): LinkInput => ({ type: "send", capability: SHH.name, code, data });

/** The Status of a node that takes everything and confirms. */
export const STATUS = says(CODES.status, encodeStatus(OPEN_STATUS));
/** A packet of Status that is none. */
export const GARBLED_STATUS = says(CODES.status, Uint8Array.of(0xc1, 0x80));

/** Refuses every envelope with `description`. */
export function refusing(description: string): Required<Pick<OddNodeOptions, "answer" | "greeting">> {
  return {
    greeting: [STATUS],
    answer: ({ code, data }) => {
      if (code !== CODES.messages) return [];
      const errors = decodeMessages(data).map((bytes) => ({ hash: hashOf(crypto, bytes), code: 38, description }));
      const response: MessageResponse = { batch: toHex(crypto.keccak256(data)) as BatchHash, errors };
      return [says(CODES.messageResponse, encodeMessageResponse(response))];
    },
  };
}

export interface SocksProxy extends OddServer {
  /** What callers asked for, as they put it: names stay names. */
  readonly asked: readonly { readonly kind: "name" | "address"; readonly host: string; readonly port: number }[];
}

/** A SOCKS5 proxy (RFC 1928) without authentication, which takes every name for this machine. */
export async function socksProxy(): Promise<SocksProxy> {
  const asked: { kind: "name" | "address"; host: string; port: number }[] = [];
  const server = await oddServer((socket) => {
    let state: "greeting" | "request" | "open" = "greeting";
    socket.on("data", (chunk: Buffer) => {
      if (state === "greeting") {
        state = "request";
        socket.write(Uint8Array.of(5, 0));
      } else if (state === "request") {
        state = "open";
        const destination = destinationOf(chunk);
        asked.push(destination);
        forward(socket, destination.port);
      }
    });
  });
  return { ...server, asked };
}

/** request := 5 | 1 | 0 | type | (4 bytes | length, name) | port */
function destinationOf(request: Buffer): { kind: "name" | "address"; host: string; port: number } {
  const port = request.readUInt16BE(request.length - 2);
  if (request[3] === 1) return { kind: "address", host: [...request.subarray(4, 8)].join("."), port };
  return { kind: "name", host: request.subarray(5, 5 + (request[4] ?? 0)).toString(), port };
}

function forward(socket: Socket, port: number): void {
  const onward = dial({ host: "127.0.0.1", port });
  onward.on("error", () => socket.end(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)));
  onward.once("connect", () => {
    socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    socket.removeAllListeners("data");
    socket.pipe(onward).pipe(socket);
  });
}
