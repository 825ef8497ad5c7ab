import { PassThrough, Readable } from "node:stream";
import { realClock, scriptedClock } from "@keelson/testing";
import { expect, test } from "vitest";
import { peekPrompt, readPrompt } from "./prompt.ts";

const NEVER = new AbortController().signal;
const piped = (text: string) => ({ stdin: Readable.from(text === "" ? [] : [Buffer.from(text)]), hasInput: true, clock: realClock });
const terminal = () => ({ stdin: Object.assign(new PassThrough(), { isTTY: true }), hasInput: true, clock: scriptedClock() });
const idle = () => ({ stdin: new PassThrough(), hasInput: true, clock: scriptedClock() });

test("what is typed stands in front of what is piped in, a blank line between them", async () => {
  expect(await readPrompt("explain this", piped("a\n\nb\n"), NEVER)).toEqual({ got: "prompt", text: "explain this\n\na\n\nb" });
});

test("one of the two is enough", async () => {
  expect(await readPrompt("typed", piped(""), NEVER)).toEqual({ got: "prompt", text: "typed" });
  expect(await readPrompt("", piped("piped"), NEVER)).toEqual({ got: "prompt", text: "piped" });
});

test("a terminal isn't read: without words there is no prompt", async () => {
  expect(await readPrompt(" ", terminal(), NEVER)).toEqual({ got: "none" });
  expect(await readPrompt("typed", terminal(), NEVER)).toEqual({ got: "prompt", text: "typed" });
});

test("a pipe that stays silent doesn't hold back what was typed, and the person is told", async () => {
  expect(await readPrompt("typed", idle(), NEVER)).toEqual({ got: "prompt", text: "typed", note: expect.stringContaining("stdin") });
});

test("the null device isn't even opened", async () => {
  const places = {
    get stdin(): never {
      throw new Error("It was opened.");
    },
    hasInput: false,
    clock: scriptedClock(),
  };
  expect(await readPrompt("typed", places, NEVER)).toEqual({ got: "prompt", text: "typed" });
  expect(await readPrompt("", places, NEVER)).toEqual({ got: "none" });
});

test("without any argument, a silent pipe is no prompt", async () => {
  expect(await peekPrompt(idle(), NEVER)).toEqual({ got: "none" });
  expect(await peekPrompt(piped("do it"), NEVER)).toEqual({ got: "prompt", text: "do it" });
});
