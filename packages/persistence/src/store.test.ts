import { temporaryHome, testStore } from "@keelson/testing";
import { memoryStore } from "./memory.ts";
import { openStore } from "./store.ts";

testStore("the store on disk", async () => {
  const home = await temporaryHome();
  return { store: openStore({ root: home.path, now: () => 1_000 }), [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
});

testStore("the store in memory", async () => {
  let time = 0;
  return { store: memoryStore({ now: () => ++time }), [Symbol.asyncDispose]: async () => undefined };
});
