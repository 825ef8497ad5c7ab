import { expect, test } from "vitest";
import * as install from "./index.ts";

test("these are the public names", () => {
  expect(Object.keys(install).toSorted()).toEqual(["differences", "openContentStore", "treeOf"]);
});
