import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { publicNames, SNAPSHOT } from "./exports.mjs";

const ROOT = dirname(import.meta.dirname);

test("the public names are those that were reviewed (after a wanted change: node scripts/exports.mjs --update)", async () => {
  expect(publicNames(ROOT)).toBe(await readFile(join(ROOT, SNAPSHOT), "utf8"));
});

test("every entry of the exports map is read, values and types are told apart, and names come in order", async () => {
  const root = await mkdtemp(join(tmpdir(), "keel-exports-"));
  try {
    await mkdir(join(root, "packages/one/src"), { recursive: true });
    const entries = { ".": { default: "./dist/index.js" }, "./more": { default: "./dist/more.js" }, "./package.json": "./package.json" };
    await writeFile(join(root, "packages/one/package.json"), JSON.stringify({ name: "@k/one", exports: entries }));
    await writeFile(
      join(root, "packages/one/src/index.ts"),
      'export { b, type T, a as c } from "./x.ts";\nexport type { S } from "./x.ts";\nexport function a() {}\n',
    );
    await writeFile(join(root, "packages/one/src/more.ts"), "export const z = 1;\nexport type Y = 1;\nconst hidden = 1;\n");
    expect(publicNames(root)).toContain(
      "## @k/one\n\n```text\na\nb\nc\ntype S\ntype T\n```\n\n## @k/one/more\n\n```text\nz\ntype Y\n```\n",
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
