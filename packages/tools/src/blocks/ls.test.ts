import { strict as assert } from "node:assert";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "@keelson/protocol";
import { describe, test } from "vitest";
import { openWorld } from "../../test/world.ts";
import { diskFiles } from "../files/disk.ts";

describe("LS", () => {
  test("shows a folder as a tree: folders, links, hidden files; .git stays closed", async () => {
    await using world = await openWorld();
    for (const name of ["src/deep/c.ts", "src/a.ts", ".env", "README.md", ".git/config"]) await world.put(name, "");
    await symlink("/etc", join(world.cwd, "link"));
    await mkdir(join(world.cwd, "void"));
    const { text, output } = await world.call("LS", { path: "." });
    const tree = [".env", ".git/ …", "README.md", "link@", "src/", "  a.ts", "  deep/", "    c.ts", "void/"];
    assert.equal(text, [`${world.cwd}/`, ...tree.map((line) => `  ${line}`)].join("\n"));
    assert.deepEqual(output.display, { kind: "tree", path: world.cwd, entries: 9, more: false });
  });

  test("states the whole folder as read", async () => {
    await using world = await openWorld();
    const bound = world.bind("LS", { path: "~/project/" });
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "read", path: world.cwd, under: true }]);
    assert.deepEqual([bound.call.readOnly, bound.call.concurrencySafe, bound.call.replay], [true, true, "safe"]);
  });

  test("leaves out what it is told to, and says that .gitignore isn't asked", async () => {
    await using world = await openWorld();
    for (const name of [".gitignore", "dist/a.js", "src/a.ts", "src/a.test.ts"]) await world.put(name, "");
    const { text } = await world.call("LS", { path: ".", ignore: '["dist", "*.test.ts"]' });
    assert.equal(text, `${world.cwd}/\n  .gitignore\n  src/\n    a.ts\n[.gitignore isn't applied: Glob leaves out what it names.]`);
    assert.match((await world.call("LS", { path: ".", ignore: ["{a"] })).text, /\{a isn't a glob pattern/);
  });

  test("leaves out what a rule keeps from being read", async () => {
    await using world = await openWorld({ hidden: () => async (path) => path.endsWith(".env") });
    for (const name of [".env", "a.ts", "deep/.env"]) await world.put(name, "");
    assert.equal((await world.call("LS", { path: "." })).text, `${world.cwd}/\n  a.ts\n  deep/`);
    const bound = world.bind("LS", { path: "." });
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "read", path: world.cwd, under: true, filtered: true }]);
  });

  test("is broad before it is deep, so that one folder full of files hides nothing", async () => {
    await using world = await openWorld();
    for (let at = 0; at < 70; at++) await world.put(`modules/m${String(at).padStart(2, "0")}.js`, "");
    await world.put("src/a.ts", "");
    const { text, output } = await world.call("LS", { path: "." });
    assert.match(text, /\n {4}m49\.js\n {4}… 20 more\n {2}src\/\n {4}a\.ts\n\[Only 53 entries are shown\./);
    assert.deepEqual(output.display, { kind: "tree", path: world.cwd, entries: 53, more: true });
    const within = await world.call("LS", { path: "modules" });
    assert.equal(within.text.split("\n").length, 71);
  });

  test("ends at 500 entries, and marks the folders it hasn't looked into", async () => {
    await using world = await openWorld();
    for (let at = 0; at < 20; at++) for (let nth = 0; nth < 40; nth++) await world.put(`d${String(at).padStart(2, "0")}/f${nth}`, "");
    const { text } = await world.call("LS", { path: "." });
    const lines = text.split("\n");
    assert.match(lines.at(-1) ?? "", /^\[Only 500 entries are shown/);
    assert.deepEqual([lines.filter((line) => line.endsWith("/ …")).length, lines.filter((line) => /^ {4}f/.test(line)).length], [8, 480]);
  });

  test("says why when there is nothing to list", async () => {
    await using world = await openWorld();
    await world.put("file", "");
    assert.match((await world.call("LS", { path: "nowhere" })).text, /nowhere doesn't exist/);
    const file = await world.call("LS", { path: "file" });
    assert.deepEqual([file.isError, /file/.test(file.text)], [true, true]);
    assert.equal((await world.call("LS", { path: "nowhere" })).isError, true);
  });

  test("names a folder that may not be entered, and goes on", async () => {
    const disk = diskFiles();
    const files: typeof disk = {
      ...disk,
      entries: async (folder, most) => {
        if (folder.endsWith("closed")) throw fileError("denied", folder, "No permission."); // root may enter all that is real
        return disk.entries(folder, most);
      },
    };
    await using world = await openWorld({ files });
    await world.put("closed/a", "");
    await world.put("open/b", "");
    assert.match((await world.call("LS", { path: "." })).text, /\n {2}closed\/ \[denied\]\n {2}open\/\n {4}b$/);
    assert.deepEqual((await world.call("LS", { path: "closed" })).isError, true);
  });
});
