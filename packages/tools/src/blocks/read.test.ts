import { strict as assert } from "node:assert";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { openWorld } from "../../test/world.ts";

describe("Read", () => {
  test("shows numbered lines, and remembers what it looked at", async () => {
    await using world = await openWorld();
    const path = await world.put("a.txt", "one\ntwo\n");
    const { text, isError } = await world.call("Read", { file_path: path });
    assert.deepEqual([text, isError], ["     1\tone\n     2\ttwo", false]);
    assert.equal(world.kit.seen.recall(path)?.size, 8);
  });

  test("takes a path from the working directory or from home, and states it whole", async () => {
    await using world = await openWorld();
    const path = await world.put("sub/a.txt", "one");
    for (const file_path of ["sub/a.txt", "./sub/../sub/a.txt", "~/project/sub/a.txt"]) {
      const bound = world.bind("Read", { file_path });
      assert.ok(bound.ok);
      assert.deepEqual([bound.call.input, bound.call.effects], [{ file_path: path }, [{ do: "read", path }]]);
    }
  });

  test("shows a part, and says where to go on", async () => {
    await using world = await openWorld();
    await world.put("a", Array.from({ length: 5_000 }, (_, at) => `line ${at + 1}`).join("\n"));
    const whole = await world.call("Read", { file_path: "a" });
    assert.match(whole.text, /\n {2}2000\tline 2000\n\[Lines 1 to 2000 of 5000\. Go on with offset 2001\.\]$/);
    const part = await world.call("Read", { file_path: "a", offset: "4999", limit: "10" });
    assert.equal(part.text, "  4999\tline 4999\n  5000\tline 5000");
    assert.match((await world.call("Read", { file_path: "a", offset: 6_000 })).text, /has 5000 lines/);
  });

  test("never answers more than can be taken in", async () => {
    await using world = await openWorld();
    await world.put("wide", `${"x".repeat(1_900)}\n`.repeat(200));
    const { text } = await world.call("Read", { file_path: "wide" });
    assert.ok(text.length < 101_000);
    const [, last = "", next = ""] = /\[Lines 1 to (\d+) of 200\. Go on with offset (\d+)\.\]$/.exec(text) ?? [];
    assert.equal(Number(next), Number(last) + 1);
    assert.ok(text.includes(`\n${last.padStart(6)}\tx`) && !text.includes(`\n${next.padStart(6)}\tx`));
  });

  test("cuts a line of 3 MB", async () => {
    await using world = await openWorld();
    await world.put("line", `${"x".repeat(3_000_000)}\nend`);
    const { text } = await world.call("Read", { file_path: "line" });
    assert.ok(text.length < 2_200);
    assert.match(text, /\[the line goes on\]\n {5}2\tend$/);
  });

  test("reads a file of more than 10 MiB in parts only", async () => {
    await using world = await openWorld();
    await world.put("big", "0123456789\n".repeat(1_000_000));
    const whole = await world.call("Read", { file_path: "big" });
    assert.ok(whole.isError);
    assert.match(whole.text, /10\.5 MiB.*offset and limit.*Grep/);
    const part = await world.call("Read", { file_path: "big", offset: 900_000, limit: 2 });
    assert.equal(part.text, "900000\t0123456789\n900001\t0123456789\n[Lines 900000 to 900001. Go on with offset 900002.]");
    assert.ok((await world.call("Read", { file_path: "big", offset: 2_000_000 })).isError);
  });

  test("says what a file is when it has no lines to show", async () => {
    await using world = await openWorld();
    await world.put("empty", "");
    await world.put("binary", Buffer.from([0x89, 0x50, 0, 1]));
    await world.put("utf16", Buffer.from("\ufeffhello", "utf16le"));
    await world.put("latin1", Buffer.from("caf\u00e9\n", "latin1"));
    await world.put("replacement", "a \ufffd b\n");
    const shown = async (file_path: string): Promise<string> => (await world.call("Read", { file_path })).text;
    assert.match(await shown("empty"), /is empty/);
    assert.match(await shown("binary"), /binary file.*4 bytes/);
    assert.match(await shown("utf16"), /UTF-16.*iconv/);
    assert.match(await shown("latin1"), /^ {5}1\tcaf\ufffd\n\[It isn't valid UTF-8/);
    assert.equal(await shown("replacement"), "     1\ta \ufffd b");
  });

  test("leaves the mark of UTF-8 and the line ends of Windows out", async () => {
    await using world = await openWorld();
    await world.put("a", "\ufeffone\r\ntwo\r\n");
    assert.equal((await world.call("Read", { file_path: "a" })).text, "     1\tone\n     2\ttwo");
  });

  test("names what may have been meant", async () => {
    await using world = await openWorld();
    await world.put("src/server.test.ts", "");
    await world.put("src/Server.ts", "");
    await world.put("src/zebra.md", "");
    const { text, isError } = await world.call("Read", { file_path: "src/server.ts" });
    assert.ok(isError);
    assert.match(text, /doesn't exist\. In the same folder: Server\.ts, server\.test\.ts\.$/);
    assert.match((await world.call("Read", { file_path: "none/at/all" })).text, /doesn't exist\.$/);
  });

  test("sends one who reads a folder to the tools that list it", async () => {
    await using world = await openWorld();
    await mkdir(join(world.cwd, "sub"));
    assert.match((await world.call("Read", { file_path: "sub" })).text, /is a folder.*Glob.*Bash/);
  });

  test("reads through a link, and refuses a device", async () => {
    await using world = await openWorld();
    await world.put("a", "one");
    await symlink("a", join(world.cwd, "link"));
    assert.equal((await world.call("Read", { file_path: "link" })).text, "     1\tone");
    assert.match((await world.call("Read", { file_path: "/dev/zero" })).text, /device/);
  });
});
