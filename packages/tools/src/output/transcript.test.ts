import { strict as assert } from "node:assert";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";
import { clean } from "./clean.ts";
import { createExcerpt } from "./excerpt.ts";
import { createSpill } from "./spill.ts";
import { createTranscript, MOST_SHOWN } from "./transcript.ts";

const out = (bytes: string | Uint8Array) => ({ from: "stdout" as const, bytes: Buffer.from(bytes) });

describe("clean", () => {
  test.each([
    ["colours", "\u001b[1;31mred\u001b[0m", "red"],
    ["a title and a link", "\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b", "ab"],
    ["a clipboard that is never closed", "a\u001b]52;c;ZXZpbA==", "a"],
    ["one-byte sequences", "a\u009b31mb", "ab"],
    ["cursor and charset", "\u001b(B\u001b7a\u001b[2K\u001b[?25l", "a"],
    ["a sequence that was cut", "a\u001b[3", "a"],
    ["a progress bar", "1%\r50%\r100%\nnext", "100%\nnext"],
    ["line ends of Windows", "a\r\nb\r\n", "a\nb\n"],
    ["a line end that closes a progress bar", "1%\r100%\r\n", "100%\n"],
    ["other controls", "a\u0000b\u0007c\u007fd\te", "a\\x00b\\x07c\\x7fd\te"],
  ])("takes out or shows %s", (_, raw, shown) => {
    assert.equal(clean(raw), shown);
  });
});

describe("an excerpt", () => {
  test("of something short is all of it, in whatever pieces it came", () => {
    for (const size of [1, 3, 10, 100]) {
      const excerpt = createExcerpt(20);
      const words = "abcdefghijklmnopqrst";
      for (let at = 0; at < words.length; at += size) excerpt.add(words.slice(at, at + size));
      assert.equal(
        excerpt.show(() => "?"),
        words,
      );
    }
  });

  test("of something long is its head and its tail, and says how much is missing", () => {
    for (const size of [1, 7, 1_000]) {
      const excerpt = createExcerpt(20);
      const words = `${"a".repeat(500)}${"z".repeat(500)}`;
      for (let at = 0; at < words.length; at += size) excerpt.add(words.slice(at, at + size));
      assert.equal(
        excerpt.show((left) => `<${left}>`),
        `${"a".repeat(10)}<980>${"z".repeat(10)}`,
      );
    }
  });

  test("is cut between lines where it can be, and never within a character", () => {
    const lines = createExcerpt(20);
    lines.add(Array.from({ length: 50 }, (_, at) => `${at}\n`).join(""));
    assert.match(
      lines.show(() => "<>"),
      /^0\n1\n2\n3\n4\n<>\d\d\n\d\d\n49\n$/,
    );
    const faces = createExcerpt(6);
    faces.add("😀".repeat(9));
    assert.ok(Buffer.from(faces.show(() => "|")).toString() === faces.show(() => "|"));
  });
});

describe("a transcript", () => {
  test("keeps characters whole wherever the pieces are cut", async () => {
    await using home = await temporaryHome();
    const words = Buffer.from("aä€𝄞z");
    for (let at = 0; at <= words.length; at++) {
      const transcript = createTranscript(home.path, "c");
      await transcript.add(out(words.subarray(0, at)));
      await transcript.add({ from: "stderr", bytes: Buffer.from("") });
      await transcript.add(out(words.subarray(at)));
      assert.equal((await transcript.finish()).shown, "aä€𝄞z");
    }
  });

  test("tells the streams apart, and shows them as they came", async () => {
    await using home = await temporaryHome();
    const transcript = createTranscript(home.path, "c");
    await transcript.add(out("one\n"));
    await transcript.add({ from: "stderr", bytes: Buffer.from("two\n") });
    await transcript.add(out("three\n"));
    await transcript.add({ from: "report", bytes: Buffer.from("not for you") });
    assert.deepEqual(await transcript.finish(), { shown: "one\ntwo\nthree\n", stdout: "one\nthree\n", stderr: "two\n" });
  });

  test("of a long output names a file that has it all, byte for byte", async () => {
    await using home = await temporaryHome();
    const folder = join(home.path, "outputs");
    const transcript = createTranscript(folder, "call/../1");
    const words = Array.from({ length: 20_000 }, (_, at) => `\u001b[31m${at}\u001b[0m\n`).join("");
    for (let at = 0; at < words.length; at += 1_000) await transcript.add(out(words.slice(at, at + 1_000)));
    const { shown, stdout } = await transcript.finish();
    const [name] = await readdir(folder);
    assert.ok(name !== undefined && shown.includes(join(folder, name)));
    assert.equal(await readFile(join(folder, name), "utf8"), words);
    assert.deepEqual([(await stat(folder)).mode & 0o777, (await stat(join(folder, name))).mode & 0o777], [0o700, 0o600]);
    assert.ok(shown.length < MOST_SHOWN + 500 && stdout.length < MOST_SHOWN + 500);
    assert.match(shown, /^0\n1\n2\n[^]*characters left out: the whole is in [^]*\n19998\n19999\n$/);
  });

  test("of a short output makes no file", async () => {
    await using home = await temporaryHome();
    const transcript = createTranscript(join(home.path, "outputs"), "c");
    await transcript.add(out("x".repeat(MOST_SHOWN)));
    await transcript.finish();
    assert.deepEqual(await readdir(home.path), []);
  });

  test("of binary output is its size", async () => {
    await using home = await temporaryHome();
    const transcript = createTranscript(home.path, "c");
    assert.equal(await transcript.add(out(Uint8Array.from({ length: 256 }, (_, at) => at))), "");
    assert.equal((await transcript.finish()).shown, "[binary output, 256 bytes]");
  });

  test("of a list whose items end in NUL bytes is still text", async () => {
    await using home = await temporaryHome();
    const transcript = createTranscript(home.path, "c");
    await transcript.add(out("some/path/to/a\0some/path/to/b\0"));
    assert.equal((await transcript.finish()).shown, "some/path/to/a\\x00some/path/to/b\\x00");
  });
});

describe("a spill", () => {
  test("stops at its limit and says so", async () => {
    await using home = await temporaryHome();
    const spill = createSpill(home.path, "c", 1024 * 1024);
    await spill.add(Buffer.alloc(900_000, "a"), true);
    await spill.add(Buffer.alloc(900_000, "b"), true);
    await spill.close();
    assert.match(spill.where() ?? "", /^its first 1 MiB are in /);
    const [name = ""] = await readdir(home.path);
    assert.equal((await stat(join(home.path, name))).size, 1024 * 1024);
  });

  test("that can't be written says so, and the output goes on", async () => {
    await using home = await temporaryHome();
    await writeFile(join(home.path, "file"), "");
    const spill = createSpill(join(home.path, "file/below"), "c");
    await spill.add(Buffer.from("a"), true);
    await spill.add(Buffer.from("b"), true);
    await spill.close();
    assert.match(spill.where() ?? "", /could not be kept/);
  });

  test("doesn't widen a folder that is there", async () => {
    await using home = await temporaryHome();
    await mkdir(join(home.path, "outputs"));
    await chmod(join(home.path, "outputs"), 0o750);
    const spill = createSpill(join(home.path, "outputs"), "c");
    await spill.add(Buffer.from("a"), true);
    await spill.close();
    assert.equal((await stat(join(home.path, "outputs"))).mode & 0o777, 0o750);
  });
});
