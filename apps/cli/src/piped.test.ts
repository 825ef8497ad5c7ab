import { PassThrough, Readable } from "node:stream";
import { realClock, scriptedClock } from "@keelson/testing";
import { expect, test } from "vitest";
import { readPiped } from "./piped.ts";

const NEVER = new AbortController().signal;

test("what is piped in is read to its end, whatever the pieces", async () => {
  const pieces = Readable.from([Buffer.from("caf\u00e9".slice(0, 3)), Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])]);
  expect(await readPiped(pieces, realClock, 1_000, NEVER)).toEqual({ got: "text", text: "café" });
});

test("blanks are nothing", async () => {
  expect(await readPiped(Readable.from([Buffer.from(" \n")]), realClock, 1_000, NEVER)).toEqual({ got: "nothing" });
  expect(await readPiped(Readable.from([]), realClock, 1_000, NEVER)).toEqual({ got: "nothing" });
});

test("an open pipe that says nothing is waited for only so long", async () => {
  const clock = scriptedClock();
  expect(await readPiped(new PassThrough(), clock, 3_000, NEVER)).toEqual({ got: "silent" });
  expect(clock.slept).toEqual([3_000]);
});

test("once something came, the end is waited for", async () => {
  const pipe = new PassThrough();
  pipe.write("first ");
  const piped = readPiped(pipe, realClock, 1_000, NEVER);
  setImmediate(() => pipe.end("last"));
  expect(await piped).toEqual({ got: "text", text: "first last" });
});

test("what is too long isn't collected", async () => {
  function* endless() {
    for (;;) yield Buffer.alloc(2 ** 20, "a");
  }
  expect(await readPiped(Readable.from(endless()), realClock, 1_000, NEVER)).toEqual({ got: "too_long" });
});

test("an abort closes stdin", async () => {
  const leaving = new AbortController();
  const pipe = new PassThrough();
  const piped = readPiped(pipe, realClock, 60_000, leaving.signal);
  leaving.abort();
  expect((await piped).got).not.toBe("text");
  expect(pipe.destroyed).toBe(true);
});
