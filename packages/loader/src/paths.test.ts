import assert from "node:assert/strict";
import { test } from "vitest";
import { matchPaths } from "./paths.ts";

test("patterns start at their base, braces open, and a bare name fits anywhere", async () => {
  const fits = await matchPaths(["src/**/*.{ts,tsx}", "./docs/*.md", "Makefile"], "/work");
  assert.deepEqual(
    [
      "/work/src/a.ts",
      "/work/src/x/y/.b.tsx",
      "/work/docs/a.md",
      "/work/docs/x/a.md",
      "/work/x/Makefile",
      "/src/a.ts",
      "/work",
      "/work/src/a.js",
    ].map(fits),
    [true, true, true, false, true, false, false, false],
  );
});

test("a pattern that is none, or would cost too much, matches nothing", async () => {
  const fits = await matchPaths(["", "/", "{a,b}".repeat(11), "x".repeat(5000), "[", "ok"], "/work");
  assert.deepEqual(["/work/ok", "/work/ab", "/work/["].map(fits), [true, false, true]);
});
