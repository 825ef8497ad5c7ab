import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const MODES = ["default", "acceptEdits", "plan", "bypassPermissions"];

test("a slip of the finger is understood, whatever its case", () => {
  expect(nearest("plna", MODES)).toBe("plan");
  expect(nearest("AcceptEdit", MODES)).toBe("acceptEdits");
});

test("a word that is like none has no nearest", () => {
  expect(nearest("yolo", MODES)).toBeUndefined();
  expect(nearest("", MODES)).toBeUndefined();
});
