import { pureCrypto } from "../../../src/core/crypto/pure.ts";
import { MemoryStore } from "../../../src/core/profile/memory-store.ts";
import { StoredMessengerState } from "../../../src/core/profile/messenger-state.ts";
import { messengerStateContract } from "../../contract/messenger-state.ts";
import { MemoryMessengerState } from "../../support/memory-messenger-state.ts";

messengerStateContract("the messenger's memory in a profile's store", () => {
  const store = new MemoryStore();
  return {
    reopen: () => {
      store.commit();
      return new StoredMessengerState(pureCrypto, store);
    },
  };
});

messengerStateContract("the messenger's memory of the tests", () => {
  const state = new MemoryMessengerState();
  return { reopen: () => state };
});
