import assert from "node:assert/strict";
import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { writeSetting } from "./write-setting.ts";

test("a setting is put into a file that may be missing or empty, and taken out again", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, ".keel/settings.json");
  assert.equal(await writeSetting(file, "outputStyle", "Learning"), undefined);
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { outputStyle: "Learning" });
  assert.equal(await writeSetting(file, "outputStyle", undefined), undefined);
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), {});
  await writeFile(file, " \n");
  assert.equal(await writeSetting(file, "outputStyle", "a"), undefined);
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { outputStyle: "a" });
});

test("all else stays as it is written", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, "settings.json");
  await writeFile(file, '{\n  // mine\n  "model": "opus",\n  "outputStyle": "a", // the style\n}\n');
  assert.equal(await writeSetting(file, "outputStyle", "b"), undefined);
  assert.equal(await readFile(file, "utf8"), '{\n  // mine\n  "model": "opus",\n  "outputStyle": "b", // the style\n}\n');
});

test("where the file is a link, what it leads to is written", async () => {
  await using home = await temporaryHome();
  await writeFile(join(home.path, "dotfile.json"), "{}");
  await symlink(join(home.path, "dotfile.json"), join(home.path, "settings.json"));
  assert.equal(await writeSetting(join(home.path, "settings.json"), "outputStyle", "b"), undefined);
  assert.deepEqual(JSON.parse(await readFile(join(home.path, "dotfile.json"), "utf8")), { outputStyle: "b" });
  assert.equal((await lstat(join(home.path, "settings.json"))).isSymbolicLink(), true);
});

test("a file that can't be read is left alone, and the words name the place", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, "settings.json");
  await writeFile(file, '{ "model": \n');
  assert.match((await writeSetting(file, "outputStyle", "b")) ?? "", /settings\.json is not JSON.*line 2.*Correct it first\./);
  assert.equal(await readFile(file, "utf8"), '{ "model": \n');
  await mkdir(join(home.path, "folder.json"));
  assert.match((await writeSetting(join(home.path, "folder.json"), "a", "b")) ?? "", /folder\.json can't be read/);
});
