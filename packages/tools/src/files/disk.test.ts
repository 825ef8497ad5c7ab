import { strict as assert } from "node:assert";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { isFileError, type FileErrorCode } from "@keelson/protocol";
import { describe, test } from "vitest";
import { startProcess } from "../process/start.ts";
import { diskFiles } from "./disk.ts";

const files = diskFiles();
const bytes = (words: string): Uint8Array => Buffer.from(words);
const LIMIT = 1_000;

async function run(script: string): Promise<string> {
  let words = "";
  const spec = { file: "bash", args: ["-c", script], cwd: "/", env: { PATH: process.env["PATH"] ?? "" } };
  for await (const chunk of startProcess(spec, new AbortController().signal)) words += Buffer.from(chunk.bytes).toString();
  return words;
}

async function refused(work: Promise<unknown>, code: FileErrorCode): Promise<void> {
  await assert.rejects(work, (error) => isFileError(error) && error.code === code && error.message.length > 10);
}

describe("reading", () => {
  test("gives the bytes and what they were then", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "a");
    await writeFile(path, "abc");
    const read = await files.read(path, LIMIT);
    assert.equal(Buffer.from(read.bytes).toString(), "abc");
    assert.deepEqual([read.state.size, read.state.mtimeMs], [3, (await lstat(path)).mtimeMs]);
    assert.equal(read.state.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  test("follows a link, and reads what says that it is empty", async () => {
    await using home = await temporaryHome();
    await writeFile(join(home.path, "a"), "abc");
    await symlink("a", join(home.path, "link"));
    assert.equal((await files.read(join(home.path, "link"), LIMIT)).state.size, 3);
    assert.ok((await files.read("/proc/self/status", 100_000)).bytes.length > 100);
  });

  test("refuses, by code, what isn't a file of that size", async () => {
    await using home = await temporaryHome();
    const at = (name: string): string => join(home.path, name);
    await run(`mkfifo ${at("pipe")}`);
    await writeFile(at("big"), "x".repeat(LIMIT + 1));
    await symlink("loop", at("loop"));
    await refused(files.read(at("none"), LIMIT), "missing");
    await refused(files.read(at("big/none"), LIMIT), "missing");
    await refused(files.read(home.path, LIMIT), "directory");
    await refused(files.read(at("pipe"), LIMIT), "not_a_file");
    await refused(files.read("/dev/zero", LIMIT), "not_a_file");
    await refused(files.read(at("big"), LIMIT), "too_large");
    await refused(files.read("/proc/self/status", 10), "too_large");
    await refused(files.read(at("loop"), LIMIT), "io");
    await refused(files.read("relative", LIMIT), "io");
    await refused(files.read("/nul\0byte", LIMIT), "io");
  });

  test("stat tells a link from what it leads to, and nothing from something", async () => {
    await using home = await temporaryHome();
    await symlink("nowhere", join(home.path, "link"));
    assert.equal((await files.stat(join(home.path, "link")))?.kind, "link");
    assert.equal((await files.stat(home.path))?.kind, "directory");
    assert.equal(await files.stat(join(home.path, "none")), undefined);
    assert.equal(await files.stat("/etc/passwd/none"), undefined);
  });

  test("names come sorted, and there are none in what isn't a folder", async () => {
    await using home = await temporaryHome();
    for (const name of ["b", "B", "a"]) await writeFile(join(home.path, name), "");
    assert.deepEqual(await files.names(home.path), ["B", "a", "b"]);
    assert.deepEqual(await files.names(join(home.path, "a")), []);
  });
});

describe("writing", () => {
  test("makes the folders, and says what the file is now", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "new/er/file");
    const state = await files.write(path, bytes("abc"), "absent");
    assert.deepEqual(state, (await files.read(path, LIMIT)).state);
  });

  test("keeps the mode", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "run");
    await writeFile(path, "old");
    await chmod(path, 0o751);
    await files.write(path, bytes("new"), "any");
    assert.equal((await lstat(path)).mode & 0o7777, 0o751);
  });

  test("goes through links to what they lead to, there already or not", async () => {
    await using home = await temporaryHome();
    await mkdir(join(home.path, "real"));
    await writeFile(join(home.path, "real/a"), "old");
    await symlink("real/a", join(home.path, "one"));
    await symlink("one", join(home.path, "two"));
    await symlink("real/b", join(home.path, "open"));
    await files.write(join(home.path, "two"), bytes("new"), "any");
    await files.write(join(home.path, "open"), bytes("born"), "absent");
    assert.equal(await readlink(join(home.path, "two")), "one");
    assert.equal(await readFile(join(home.path, "real/a"), "utf8"), "new");
    assert.equal(await readFile(join(home.path, "real/b"), "utf8"), "born");
  });

  test("notices any change since the state that is expected, and only a change", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "a");
    const { mtimeMs } = await files.write(path, bytes("one"), "absent");
    const { state } = await files.read(path, LIMIT);

    await utimes(path, 1, 1);
    await files.write(path, bytes("one"), state); // touched only
    await writeFile(path, "two");
    await utimes(path, mtimeMs / 1_000, mtimeMs / 1_000);
    await refused(files.write(path, bytes("x"), state), "changed"); // same size, same time
    await rm(path);
    await refused(files.write(path, bytes("x"), state), "changed");
    await mkdir(path);
    await refused(files.write(path, bytes("x"), state), "directory");
  });

  test("refuses what can't be written, and leaves nothing behind", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "a");
    await writeFile(path, "old");
    await symlink("loop", join(home.path, "loop"));
    await refused(files.write(path, bytes("new"), "absent"), "exists");
    await refused(files.write(home.path, bytes("new"), "any"), "directory");
    await refused(files.write("/dev/null", bytes("new"), "any"), "not_a_file");
    await refused(files.write(join(path, "below"), bytes("new"), "any"), "not_a_file");
    await refused(files.write(join(home.path, "loop"), bytes("new"), "any"), "io");
    await refused(files.write("relative", bytes("new"), "any"), "io");
    assert.deepEqual([await readFile(path, "utf8"), await files.names(home.path)], ["old", ["a", "loop"]]);
  });

  test("a write that fails half-way changes nothing and leaves nothing", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "a");
    await writeFile(path, "old");
    const program = `
      import { diskFiles } from ${JSON.stringify(join(import.meta.dirname, "disk.ts"))};
      await diskFiles().write(${JSON.stringify(path)}, Buffer.alloc(1_000_000), "any").catch((error) => console.log(error.code));`;
    const script = join(home.path, "write.mjs");
    await writeFile(script, program);
    assert.equal(await run(`ulimit -f 64; '${process.execPath}' '${script}'`), "too_large\n"); // no file may grow over 64 KiB there
    assert.deepEqual([await readFile(path, "utf8"), (await readdir(home.path)).toSorted()], ["old", ["a", "write.mjs"]]);
  });
});

describe("a page of a large file", () => {
  const never = new AbortController().signal;

  test("has the lines that were asked for, and says whether more follow", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "big");
    const lines = Array.from({ length: 100_000 }, (_, at) => `line ${at + 1}`);
    await writeFile(path, lines.join("\n"));
    const page = await files.page(path, { from: 70_000, count: 3, width: 100 }, never);
    assert.deepEqual(page, { lines: ["line 70000", "line 70001", "line 70002"], more: true, binary: false });
    const last = await files.page(path, { from: 99_999, count: 3, width: 100 }, never);
    assert.deepEqual(last, { lines: ["line 99999", "line 100000"], more: false, binary: false });
  });

  test("is the same wherever the buffer's edges fall", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "edges");
    const lines = Array.from({ length: 3_000 }, (_, at) => "ä€𝄞".repeat(at % 70));
    await writeFile(path, `${lines.join("\n")}\n`);
    const page = await files.page(path, { from: 1, count: 5_000, width: 1_000 }, never);
    assert.deepEqual(page.lines, lines);
  });

  test("holds no more of an endless line than is wanted", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "line");
    await writeFile(path, `${"x".repeat(3_000_000)}\nend`);
    const page = await files.page(path, { from: 1, count: 2, width: 10 }, never);
    assert.ok((page.lines[0]?.length ?? 0) < 100);
    assert.equal(page.lines[1], "end");
  });

  test("knows a binary file", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "binary");
    await writeFile(path, Buffer.from([1, 0, 2]));
    assert.equal((await files.page(path, { from: 1, count: 1, width: 10 }, never)).binary, true);
  });
});
