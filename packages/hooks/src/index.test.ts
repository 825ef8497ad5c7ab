import { expect, test } from "vitest";
import * as hooks from "./index.ts";

test("these are the public names", () => {
  expect(Object.keys(hooks).toSorted()).toEqual(["openHooks", "openTranscript", "readHookDecls", "readHooks"]);
});
