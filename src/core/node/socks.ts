/**
 * Streams through a SOCKS5 proxy (RFC 1928). Apart from `tcp.ts` so that it is loaded by those who have a proxy only: a
 * package of CommonJS keeps its names in a bundle when it is imported statically.
 */
import type { Socket } from "node:net";
import { SocksClient } from "socks";
import type { Address } from "./ports.ts";

/** Opens a stream to `destination`; a name is resolved by the proxy. */
export async function openThroughSocks(proxy: Address, destination: Address, timeoutMs: number): Promise<Socket> {
  const { socket } = await SocksClient.createConnection({
    proxy: { ...proxy, type: 5 },
    command: "connect",
    destination,
    timeout: timeoutMs,
    set_tcp_nodelay: true,
  });
  return socket;
}
