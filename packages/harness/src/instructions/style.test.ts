import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findLayers, readBody, readCatalog } from "@keelson/loader";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { chooseStyle } from "./choose-style.ts";
import { applyStyle, type ChosenStyle } from "./style.ts";

async function chosen(wanted: string | undefined, files: Readonly<Record<string, string>>): Promise<ChosenStyle> {
  await using home = await temporaryHome();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home.path, path)), { recursive: true });
    await writeFile(join(home.path, path), content);
  }
  const plugins = Object.keys(files).some((path) => path.startsWith("p/")) ? [{ root: join(home.path, "p") }] : [];
  const catalog = await readCatalog(findLayers({ cwd: join(home.path, "work"), home: home.path, plugins }));
  return await chooseStyle(catalog, wanted, (file, within) => readBody({ file }, within));
}
const PIRATE = { ".keel/output-styles/pirate.md": "---\nname: Pirate\nkeep-coding-instructions: true\n---\nSay arr.\n" };
const FORCED = { "p/output-styles/own.md": "---\nforce-for-plugin: true\n---\nOurs.\n" };

test("the setting chooses a style by its name, in any case; none and default choose none", async () => {
  for (const name of ["Pirate", "pirate"])
    assert.deepEqual((await chosen(name, PIRATE)).style, { name: "Pirate", text: "Say arr.", keepsCoding: true });
  assert.deepEqual(await chosen(undefined, PIRATE), { style: undefined, problems: [] });
  assert.deepEqual(await chosen("default", PIRATE), { style: undefined, problems: [] });
});

test("a style that isn't there is a problem, and names the one that was meant", async () => {
  const { style, problems } = await chosen("Pirat", PIRATE);
  assert.equal(style, undefined);
  assert.match(problems[0]?.text ?? "", /No output style is named Pirat\. Did you mean Pirate\?/);
});

test("a plugin may force its own over the user's choice; a user's own style can't be forced", async () => {
  assert.equal((await chosen("Pirate", { ...PIRATE, ...FORCED })).style?.text, "Ours.");
  assert.equal((await chosen(undefined, { ".keel/output-styles/own.md": "---\nforce-for-plugin: true\n---\nOurs.\n" })).style, undefined);
});

const FIXED = "You help.\n\n<!-- coding -->\n# Code\nTest it.\n<!-- /coding -->\n\n# Safety\nKeep secrets.";

test("the style stands behind the boundary; without its word the coding instructions go and the rest stays", () => {
  const style = { name: "Pirate", text: "Say arr.", keepsCoding: false };
  assert.deepEqual(applyStyle({ fixed: FIXED, live: "Here." }, style), {
    fixed: "You help.\n\n# Safety\nKeep secrets.",
    live: "# Output style: Pirate\n\nSay arr.\n\nHere.",
  });
  const whole = "You help.\n\n# Code\nTest it.\n\n# Safety\nKeep secrets.";
  assert.equal(applyStyle({ fixed: FIXED, live: "" }, { ...style, keepsCoding: true }).fixed, whole);
  assert.deepEqual(applyStyle({ fixed: FIXED, live: "Here." }, undefined), { fixed: whole, live: "Here." });
});
