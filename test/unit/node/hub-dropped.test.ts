import { expect, test } from "vitest";
import { Hub } from "../../../src/core/node/hub.ts";

test("a hub counts what the readers of all its streams missed", () => {
  const hub = new Hub();
  const never = new AbortController().signal;
  hub.stream((event) => event, never);
  hub.stream(() => undefined, never);
  for (let count = 0; count < 20_003; count++) hub.tell({ type: "failed", error: "full" });
  expect(hub.dropped).toBe(3);
  hub.stream((event) => event, never);
  for (let count = 0; count < 20_001; count++) hub.tell({ type: "failed", error: "full" });
  expect(hub.dropped).toBe(3 + 20_001 + 1);
});
