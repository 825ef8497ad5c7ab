import assert from "node:assert/strict";
import { test } from "vitest";
import { nearest } from "./nearest.ts";

test("a slip of the fingers finds the word that was meant, another word finds none", () => {
  const known = ["--model", "--resume", "Bash", "permissions"];
  const meant = { "--modle": "--model", "--resme": "--resume", Bsh: "Bash", permission: "permissions", PERMISSIONS: "permissions" };
  for (const [typed, word] of Object.entries(meant)) assert.equal(nearest(typed, known), word);
  for (const typed of ["--verbose", "Read", "hooks", "x".repeat(1_000_000)]) assert.equal(nearest(typed, known), undefined);
});
