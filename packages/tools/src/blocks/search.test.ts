import { strict as assert } from "node:assert";
import { mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import { openWorld, type World } from "../../test/world.ts";

/** A small project: sources, what is generated, what is hidden; each file a minute newer than the one before it. */
async function openProject(): Promise<World> {
  const world = await openWorld();
  await mkdir(join(world.cwd, ".git"));
  const files = {
    ".git/config": "needle in git",
    ".gitignore": "dist/\n*.log\n",
    ".github/ci.yml": "on: needle",
    "dist/a.js": "needle in what was built",
    "src/deep/c.ts": "const needle = 3;\nlet other;\n",
    "src/a.ts": "one\ntwo needle\nthree\nfour Needle\n",
    "src/b.test.ts": "nothing here",
    "debug.log": "needle in a log",
  };
  for (const [at, [name, content]] of Object.entries(files).entries()) {
    const path = await world.put(name, content);
    await utimes(path, at * 60, at * 60);
  }
  return world;
}

const lines = async (world: World, name: string, input: JsonObject): Promise<readonly string[]> =>
  (await world.call(name, input)).text.split("\n");

describe("Glob", () => {
  test("finds files at any depth, newest first, without what .gitignore names and without .git", async () => {
    await using world = await openProject();
    assert.deepEqual(await lines(world, "Glob", { pattern: "*.ts" }), ["src/b.test.ts", "src/a.ts", "src/deep/c.ts"]);
    assert.deepEqual(await lines(world, "Glob", { pattern: "**/*" }), [
      "src/b.test.ts",
      "src/a.ts",
      "src/deep/c.ts",
      ".github/ci.yml",
      ".gitignore",
    ]);
    assert.deepEqual(await lines(world, "Glob", { pattern: "src/*.{ts,js}" }), ["src/b.test.ts", "src/a.ts"]);
  });

  test("searches where it is told, and names files from the working directory", async () => {
    await using world = await openProject();
    for (const input of [
      { pattern: "*.ts", path: "src/deep" },
      { pattern: `${world.cwd}/src/deep/*.ts` },
      { pattern: "../deep/*.ts", path: "src/deep" },
      { pattern: "~/project/src/deep/*.ts" },
    ]) {
      assert.deepEqual(await lines(world, "Glob", input), ["src/deep/c.ts"]);
      const bound = world.bind("Glob", input);
      assert.ok(bound.ok);
      assert.deepEqual(bound.call.effects, [{ do: "read", path: join(world.cwd, "src/deep"), under: true }]);
    }
  });

  test("stops at 100 and says that there are more", async () => {
    await using world = await openWorld();
    for (let at = 0; at < 101; at++) await world.put(`f${at}.txt`, "");
    const found = await lines(world, "Glob", { pattern: "*.txt" });
    assert.equal(found.length, 101);
    assert.match(found.at(-1) ?? "", /^\[More than 100 files fit/);
  });

  test("says when nothing fits, when the folder isn't there, and when the pattern is none", async () => {
    await using world = await openProject();
    const none = await world.call("Glob", { pattern: "*.py" });
    assert.deepEqual([none.isError, none.text], [false, `No file fits *.py in ${world.cwd}.`]);
    assert.match((await world.call("Glob", { pattern: "*", path: "nowhere" })).text, /nowhere doesn't exist/);
    assert.match((await world.call("Glob", { pattern: "{a,b" })).text, /isn't a glob pattern/);
  });

  test("names files with odd names whole", async () => {
    await using world = await openWorld();
    await world.put("a b\n\u00e9.txt", "");
    assert.equal((await world.call("Glob", { pattern: "*.txt" })).text, "a b\n\u00e9.txt");
  });

  test("doesn't follow links to folders", async () => {
    await using world = await openProject();
    await symlink("/etc", join(world.cwd, "link"));
    assert.equal((await world.call("Glob", { pattern: "**/passwd" })).isError, false);
    assert.match((await world.call("Glob", { pattern: "**/passwd" })).text, /^No file fits/);
  });
});

describe("Grep", () => {
  test("names the files, newest first, without what .gitignore names and without .git", async () => {
    await using world = await openProject();
    assert.deepEqual(await lines(world, "Grep", { pattern: "needle" }), ["src/a.ts", "src/deep/c.ts", ".github/ci.yml"]);
  });

  test("shows lines in the order of their files, with what stands around them", async () => {
    await using world = await openProject();
    const content = (more: JsonObject): Promise<readonly string[]> =>
      lines(world, "Grep", { pattern: "needle", output_mode: "content", ...more });
    assert.deepEqual(await content({}), [".github/ci.yml:1:on: needle", "src/a.ts:2:two needle", "src/deep/c.ts:1:const needle = 3;"]);
    assert.deepEqual(await content({ path: "src/a.ts", "-C": "1" }), ["src/a.ts-1-one", "src/a.ts:2:two needle", "src/a.ts-3-three"]);
    assert.deepEqual(await content({ path: "src/a.ts", "-B": 1, "-n": false }), ["src/a.ts-one", "src/a.ts:two needle"]);
    assert.deepEqual(await content({ path: "src/a.ts", "-i": true, "-A": 0 }), ["src/a.ts:2:two needle", "src/a.ts:4:four Needle"]);
    assert.deepEqual(await content({ head_limit: 2 }), [
      ".github/ci.yml:1:on: needle",
      "src/a.ts:2:two needle",
      "[Cut after line 2: more follow.]",
    ]);
    assert.deepEqual(await content({ head_limit: 3 }), await content({}));
  });

  test("counts", async () => {
    await using world = await openProject();
    assert.deepEqual(await lines(world, "Grep", { pattern: "needle", output_mode: "count", "-i": true, type: "ts" }), [
      "src/a.ts:2",
      "src/deep/c.ts:1",
    ]);
  });

  test("narrows by glob, from where it stands and from where it searches", async () => {
    await using world = await openProject();
    for (const glob of ["c.ts", "**/deep/*.ts", "deep/*.ts", "src/deep/*", "!{a,b*}.ts"])
      assert.deepEqual(await lines(world, "Grep", { pattern: "needle", path: "src", glob }), ["src/deep/c.ts"], glob);
  });

  test("names files whole when they are outside of the working directory", async () => {
    await using world = await openWorld();
    const outside = join(world.kit.home, "other");
    await mkdir(outside);
    await writeFile(join(outside, "a.txt"), "needle");
    assert.deepEqual(await lines(world, "Grep", { pattern: "needle", path: outside }), [join(outside, "a.txt")]);
  });

  test("matches over line ends when told to", async () => {
    await using world = await openProject();
    assert.deepEqual(await lines(world, "Grep", { pattern: "one.*three", multiline: true }), ["src/a.ts"]);
    assert.equal((await world.call("Grep", { pattern: "one.*three" })).text, "No matches.");
  });

  test("looks around and back", async () => {
    await using world = await openProject();
    assert.deepEqual(await lines(world, "Grep", { pattern: "(?<=two )needle", output_mode: "content" }), ["src/a.ts:2:two needle"]);
    assert.deepEqual(await lines(world, "Grep", { pattern: "(o)ther|(e)\\2", output_mode: "count" }), [
      ".github/ci.yml:1",
      "src/a.ts:3",
      "src/deep/c.ts:2",
    ]);
  });

  test("finds nothing without it being an error", async () => {
    await using world = await openProject();
    const { text, isError } = await world.call("Grep", { pattern: "no such words" });
    assert.deepEqual([text, isError], ["No matches.", false]);
  });

  test("says what is wrong with a pattern, a type or a path", async () => {
    await using world = await openProject();
    const wrong = async (input: JsonObject): Promise<string> => {
      const { text, isError } = await world.call("Grep", input);
      assert.ok(isError);
      return text;
    };
    assert.match(await wrong({ pattern: "fo(" }), /^regex parse error:[^]*unclosed group$/);
    assert.match(await wrong({ pattern: "a", type: "klingon" }), /^unrecognized file type: klingon$/);
    assert.match(await wrong({ pattern: "a", path: "nowhere" }), /nowhere.*No such file/);
    assert.match(await wrong({ pattern: "" }), /pattern/);
  });

  test("takes a pattern for a pattern, whatever it begins with", async () => {
    await using world = await openWorld();
    await world.put("a", "x --files y\n");
    for (const pattern of ["--files", "-e", "x --"])
      assert.equal((await world.call("Grep", { pattern: pattern === "-e" ? "-[-]f" : pattern })).text, "a");
  });

  test("cuts long lines, and keeps the whole of a long answer in a file that can be read", async () => {
    await using world = await openWorld();
    await world.put("min.js", `${"x".repeat(3_000_000)}needle\n`);
    const long = await world.call("Grep", { pattern: "needle", output_mode: "content" });
    assert.ok(long.text.length < 700);
    await world.put("many.txt", "needle needle needle\n".repeat(5_000));
    const { text } = await world.call("Grep", { pattern: "needle", output_mode: "content", path: "many.txt" });
    assert.ok(text.length < 31_000);
    const [, file = ""] = /the whole is in (\S+)\]/.exec(text) ?? [];
    assert.match((await world.call("Read", { file_path: file, offset: 5_000 })).text, /^ {2}5000\tmany\.txt:5000:needle/);
  });

  test("takes no orders from a configuration file", async () => {
    await using world = await openWorld();
    await world.put("a", "needle");
    await world.put("rc", "--invert-match\n");
    await using other = await openWorld({ env: { ...world.kit.env, RIPGREP_CONFIG_PATH: join(world.cwd, "rc") } });
    await other.put("a", "needle");
    assert.equal((await other.call("Grep", { pattern: "needle" })).text, "a");
  });

  test("shows what it found beside what it could not search", async () => {
    await using world = await openProject();
    const { text, isError } = await world.call("Grep", { pattern: "needle", glob: "*.ts", path: "src" });
    assert.deepEqual([text, isError], ["src/a.ts\nsrc/deep/c.ts", false]);
  });
});
