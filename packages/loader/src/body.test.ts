import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readBody } from "./body.ts";

test("a text in UTF-16 is read by its mark, either way round, its head and line ends as always", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, "CLAUDE.md");
  const little = Buffer.from("\ufeff---\ndescription: é\n---\nhi é\r\n", "utf16le");
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    await writeFile(file, bytes);
    assert.deepEqual(await readBody({ file }, home.path), { ok: true, text: "hi é\n" });
  }
});
