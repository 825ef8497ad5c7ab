import { temporaryHome, testStore } from "@keelson/testing";
import { nodeDisk } from "./disk.ts";
import { memoryStore } from "./memory.ts";
import { openStore } from "./store.ts";

testStore("the store on disk", async (now) => {
  const home = await temporaryHome();
  const store = openStore({ root: home.path, now });
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
});

testStore("the store on a disk that can have no index", async (now) => {
  const home = await temporaryHome();
  const store = openStore({ root: home.path, now, disk: { ...nodeDisk, isRemote: () => true } });
  return { store, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
});

testStore("the store in memory", async (now) => ({ store: memoryStore({ now }), [Symbol.asyncDispose]: async () => undefined }));
