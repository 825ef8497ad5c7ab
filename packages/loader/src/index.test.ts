import assert from "node:assert/strict";
import { test } from "vitest";
import * as loader from "./index.ts";

test("the public names are these", () => {
  assert.deepEqual(Object.keys(loader).toSorted(), ["explainSetting", "readPlugin", "readSettings", "validatePlugins"]);
});
