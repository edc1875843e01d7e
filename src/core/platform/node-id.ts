/** The identity of a node on the overlay: known to every room that speaks of peers. */
import type { Hex } from "../bytes/hex.ts";

/** The 64-byte public key X || Y of a node as 0x-hex: the key of every map of peers. */
export type NodeId = Hex & { readonly brand: "NodeId" };
