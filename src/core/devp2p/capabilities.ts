/** Which subprotocols two nodes share and which message ids those own (devp2p, "Message ID Based Multiplexing"). */
import type { Hello } from "./hello.ts";
import type { Capability, SharedCapability } from "./link-io.ts";

/** Ids below belong to the base protocol. */
export const FIRST_CAPABILITY_ID = 0x10;

/**
 * Of each name that both offer, the highest version both offer; ids are given out in the order of names, compared
 * byte by byte, so that both ends come to the same.
 */
export function shareCapabilities(
  ours: readonly Capability[],
  theirs: Hello["capabilities"],
): readonly SharedCapability[] {
  const offered = new Set(theirs.map(({ name, version }) => `${version} ${name}`));
  const best = new Map<string, Capability>();
  for (const capability of ours) {
    const { name, version } = capability;
    const rival = best.get(name);
    if (offered.has(`${version} ${name}`) && !(rival && rival.version >= version)) best.set(name, capability);
  }
  let offset = FIRST_CAPABILITY_ID;
  return [...best.values()].sort(byName).map((capability) => {
    const shared = { ...capability, offset };
    offset += capability.length;
    return shared;
  });
}

/** The order that every node uses. Names are ASCII, so UTF-16 units compare like bytes. */
export const byName = (a: Pick<Capability, "name">, b: Pick<Capability, "name">): number =>
  a.name < b.name ? -1 : Number(a.name > b.name);
