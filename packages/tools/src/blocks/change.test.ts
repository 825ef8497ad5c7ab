import { strict as assert } from "node:assert";
import { chmod, lstat, mkdir, readFile, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import { dataOf, openWorld, type World } from "../../test/world.ts";

const read = (world: World, name = "a"): Promise<string> => readFile(join(world.cwd, name), "utf8");

describe.each<[string, JsonObject, string]>([
  ["Write", { file_path: "a", content: "new text" }, "new text"],
  ["Edit", { file_path: "a", old_string: "old", new_string: "new" }, "new text"],
  ["MultiEdit", { file_path: "a", edits: [{ old_string: "old", new_string: "new" }] }, "new text"],
])("%s changes only what the session has read as it is", (name, input, after) => {
  test("not a file that it hasn't read", async () => {
    await using world = await openWorld();
    await world.put("a", "old text");
    const { text, isError } = await world.call(name, input);
    assert.ok(isError);
    assert.match(text, /Read it first/);
    assert.equal(await read(world), "old text");
  });

  test("one that it has read, and again without another look", async () => {
    await using world = await openWorld();
    const path = await world.put("a", "old text");
    await world.call("Read", { file_path: "a" });
    const { isError, output } = await world.call(name, input);
    assert.deepEqual([isError, await read(world)], [false, after]);
    assert.deepEqual([output.display?.["kind"], output.display?.["path"]], ["diff", path]);
    assert.match(String(output.display?.["patch"]), /\n-old text\n[^]*\n\+new text\n/);
    assert.deepEqual(output.data, { filePath: path, success: true });
    assert.equal((await world.call("Write", { file_path: "a", content: "third" })).isError, false);
  });

  test("one that was touched but is the same", async () => {
    await using world = await openWorld();
    const path = await world.put("a", "old text");
    await world.call("Read", { file_path: "a" });
    await utimes(path, 1, 1);
    assert.equal((await world.call(name, input)).isError, false);
  });

  test("not one that is of the same size and time but another", async () => {
    await using world = await openWorld();
    const path = await world.put("a", "old text");
    const { atime, mtime } = await lstat(path);
    await world.call("Read", { file_path: "a" });
    await writeFile(path, "old twxt");
    await utimes(path, atime, mtime);
    const { text, isError } = await world.call(name, input);
    assert.ok(isError);
    assert.match(text, /changed since it was read. Read it again/);
    assert.equal(await read(world), "old twxt");
  });

  test("not one that has become a folder", async () => {
    await using world = await openWorld();
    const path = await world.put("a", "old text");
    await world.call("Read", { file_path: "a" });
    await rm(path);
    await mkdir(path);
    assert.match((await world.call(name, input)).text, /is a folder/);
  });

  test("through a link, which stays one, with the mode kept", async () => {
    await using world = await openWorld();
    const real = await world.put("real", "old text");
    await chmod(real, 0o755);
    await symlink("real", join(world.cwd, "a"));
    await world.call("Read", { file_path: "a" });
    assert.equal((await world.call(name, input)).isError, false);
    assert.equal(await readlink(join(world.cwd, "a")), "real");
    assert.deepEqual([await read(world, "real"), (await lstat(real)).mode & 0o777], [after, 0o755]);
  });

  test("not beyond 10 MiB", async () => {
    await using world = await openWorld();
    await world.put("a", "old text".repeat(2_000_000));
    assert.match((await world.call(name, input)).text, /15\.3 MiB.*Bash/);
  });

  test("states the file as written, whole", async () => {
    await using world = await openWorld();
    const bound = world.bind(name, input);
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "write", path: join(world.cwd, "a") }]);
    assert.deepEqual([bound.call.readOnly, bound.call.concurrencySafe], [false, false]);
  });

  test("tells nothing of an unread file before it is permitted", async () => {
    await using world = await openWorld();
    await world.put("a", "secret");
    const bound = world.bind(name, input);
    assert.ok(bound.ok);
    const ctx = { callId: "c", session: "s", cwd: world.cwd, signal: new AbortController().signal };
    assert.equal(await bound.call.validate(ctx), undefined);
  });
});

describe("Write", () => {
  test("creates a file with its folders", async () => {
    await using world = await openWorld();
    const { text, isError } = await world.call("Write", { file_path: "new/er/a", content: "1\n2\n" });
    assert.deepEqual([text, isError], [`Created ${join(world.cwd, "new/er/a")} (2 lines).`, false]);
    assert.equal(await read(world, "new/er/a"), "1\n2\n");
  });

  test("creates a file again that was deleted since", async () => {
    await using world = await openWorld();
    const path = await world.put("a", "old");
    await world.call("Read", { file_path: "a" });
    await rm(path);
    assert.match((await world.call("Write", { file_path: "a", content: "new" })).text, /^Created/);
  });

  test("run a second time finds its work done", async () => {
    await using world = await openWorld();
    const bound = world.bind("Write", { file_path: "a", content: "new" });
    assert.ok(bound.ok && bound.call.replay === "idempotent");
    await world.put("a", "new");
    const { text, isError } = await world.call("Write", { file_path: "a", content: "new" });
    assert.deepEqual([isError, text], [false, `${join(world.cwd, "a")} has this content already.`]);
  });

  test("says why a path can't be", async () => {
    await using world = await openWorld();
    await world.put("a", "");
    assert.match((await world.call("Write", { file_path: "a/b", content: "" })).text, /is a file/);
    assert.match((await world.call("Write", { file_path: "a\0b", content: "" })).text, /NUL/);
  });

  test("stops at an abort before anything is written", async () => {
    await using world = await openWorld();
    await assert.rejects(world.call("Write", { file_path: "a", content: "x" }, AbortSignal.abort()));
    await assert.rejects(read(world));
  });
});

describe("Edit", () => {
  async function edited(before: string, input: JsonObject): Promise<{ text: string; isError: boolean; after: string }> {
    await using world = await openWorld();
    await world.put("a", before);
    await world.call("Read", { file_path: "a" });
    const { text, isError } = await world.call("Edit", { file_path: "a", ...input });
    return { text, isError, after: await read(world) };
  }

  test("shows the change with its line numbers", async () => {
    const { text, after } = await edited("1\n2\n3\n4\n5\n6\n7\n8\n9\n", { old_string: "5", new_string: "five\nand a half" });
    assert.equal(after, "1\n2\n3\n4\nfive\nand a half\n6\n7\n8\n9\n");
    assert.match(text, /^Edited .*\/a\.\n {5}2\t2\n {5}3\t3\n {5}4\t4\n {5}5\tfive\n {5}6\tand a half\n {5}7\t6\n {5}8\t7\n {5}9\t8$/);
  });

  test("wants one place, and names those there are", async () => {
    const { text, isError, after } = await edited("x\ny\nx\nx\n", { old_string: "x", new_string: "z" });
    assert.deepEqual([isError, after], [true, "x\ny\nx\nx\n"]);
    assert.match(text, /stands 3 times .*\(lines 1, 3, 4\).*replace_all/);
  });

  test("changes all places when told to", async () => {
    const { text, after } = await edited("x\ny\nx\n", { old_string: "x", new_string: "z", replace_all: "true" });
    assert.equal(after, "z\ny\nz\n");
    assert.match(text, /^Replaced 2 occurrences/);
  });

  test("helps when the text isn't there", async () => {
    const { text, isError } = await edited("\tif (a) {\n\t\tb();\n\t}\n", { old_string: "  if (a) {\n    b();", new_string: "c" });
    assert.ok(isError);
    assert.match(text, /was not found .*other spaces, tabs or quotes:\n {5}1\t\tif \(a\) \{\n {5}2\t\t\tb\(\);$/);
  });

  test("refuses to change nothing", async () => {
    assert.match((await edited("x", { old_string: "x", new_string: "x" })).text, /the same/);
  });

  test("keeps line ends of Windows, the mark of UTF-8 and a missing last newline", async () => {
    const { after } = await edited("\ufeffone\r\ntwo\r\nthree", { old_string: "one\ntwo", new_string: "1\n2" });
    assert.equal(after, "\ufeff1\r\n2\r\nthree");
  });

  test("keeps bytes that are no text", async () => {
    await using world = await openWorld();
    await world.put("a", Buffer.from("caf\u00e9 old\n", "latin1"));
    await world.call("Read", { file_path: "a" });
    await world.call("Edit", { file_path: "a", old_string: "old", new_string: "new" });
    assert.equal(await readFile(join(world.cwd, "a"), "latin1"), "caf\u00e9 new\n");
  });

  test("takes what it puts in literally", async () => {
    assert.equal((await edited("a\n", { old_string: "a", new_string: "$& \\n $1" })).after, "$& \\n $1\n");
  });

  test("deletes", async () => {
    const { after, isError } = await edited("a\nb\nc\n", { old_string: "b\n", new_string: "" });
    assert.deepEqual([after, isError], ["a\nc\n", false]);
  });

  test("with nothing to replace creates a file, and only that", async () => {
    await using world = await openWorld();
    assert.match((await world.call("Edit", { file_path: "a", old_string: "", new_string: "born\n" })).text, /^Created [^]* {5}1\tborn$/);
    const again = await world.call("Edit", { file_path: "a", old_string: "", new_string: "more" });
    assert.match(again.text, /exists already/);
    assert.equal(await read(world), "born\n");
    assert.match((await world.call("Edit", { file_path: "b", old_string: "x", new_string: "y" })).text, /doesn't exist.*empty old_string/);
  });

  test("is refused before anyone is asked, when the file is known", async () => {
    await using world = await openWorld();
    await world.put("a", "x");
    await world.call("Read", { file_path: "a" });
    const bound = world.bind("Edit", { file_path: "a", old_string: "y", new_string: "z" });
    assert.ok(bound.ok);
    const ctx = { callId: "c", session: "s", cwd: world.cwd, signal: new AbortController().signal };
    assert.match((await bound.call.validate(ctx)) ?? "", /was not found/);
  });
});

describe("MultiEdit", () => {
  async function edited(before: string, edits: JsonObject[]): Promise<{ text: string; isError: boolean; after: string }> {
    await using world = await openWorld();
    await world.put("a", before);
    await world.call("Read", { file_path: "a" });
    const { text, isError } = await world.call("MultiEdit", { file_path: "a", edits });
    return { text, isError, after: await read(world) };
  }

  test("makes each edit on what the one before it left", async () => {
    const { text, after } = await edited("a b b", [
      { old_string: "a", new_string: "b" },
      { old_string: "b", new_string: "c", replace_all: "true" },
      { old_string: "c c c", new_string: "done" },
    ]);
    assert.equal(after, "done");
    assert.match(text, /^Edited .*\/a: 3 edits at 5 places\.$/);
  });

  test("makes none when one can't be made, and names it", async () => {
    const { text, isError, after } = await edited("a b b", [
      { old_string: "a", new_string: "x" },
      { old_string: "b", new_string: "y" },
    ]);
    assert.deepEqual([isError, after], [true, "a b b"]);
    assert.match(text, /^Edit 2 of 2 can't be made, nothing was changed: old_string stands 2 times/);
    assert.match((await edited("a", [{ old_string: "a", new_string: "a" }])).text, /the same/);
  });

  test("may find what an earlier edit brought, and not what it took away", async () => {
    const { text, after } = await edited("a", [
      { old_string: "a", new_string: "b" },
      { old_string: "a", new_string: "c" },
    ]);
    assert.equal(after, "a");
    assert.match(text, /Edit 2 of 2 .*was not found/);
  });

  test("creates a file with its first edit, and goes on in it", async () => {
    await using world = await openWorld();
    const edits = [
      { old_string: "", new_string: "one two" },
      { old_string: "two", new_string: "three" },
    ];
    assert.match((await world.call("MultiEdit", { file_path: "new/a", edits })).text, /^Created /);
    assert.equal(await read(world, "new/a"), "one three");
  });

  test("is one change of one file to people, and to permissions", async () => {
    await using world = await openWorld();
    await world.put("a", "1\n2\n3\n");
    await world.call("Read", { file_path: "a" });
    const edits = [
      { old_string: "1", new_string: "one" },
      { old_string: "3", new_string: "three" },
    ];
    const bound = world.bind("MultiEdit", { file_path: "a", edits });
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "write", path: join(world.cwd, "a") }]);
    const { output } = await world.call("MultiEdit", { file_path: "a", edits });
    assert.match(String(output.display?.["patch"]), /-1\n\+one\n 2\n-3\n\+three\n/);
  });
});

test("the data of a change is what hooks expect", async () => {
  await using world = await openWorld();
  const path = join(world.cwd, "a");
  assert.deepEqual(dataOf(await world.call("Write", { file_path: "a", content: "" })), { filePath: path, success: true });
});
