import assert from "node:assert/strict";
import { test } from "vitest";
import * as persistence from "./index.ts";

test("the public names", () => {
  assert.deepEqual(Object.keys(persistence), ["memoryStore", "openStore"]);
});
