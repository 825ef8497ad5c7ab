import { expect, it } from "vitest";
import * as permissions from "./index.ts";

it("these are the public names", () => {
  expect(Object.keys(permissions).toSorted()).toEqual([
    "createReadFilter",
    "decide",
    "nameRule",
    "nodeLinks",
    "readRules",
    "standardStages",
    "suggestRule",
  ]);
});
