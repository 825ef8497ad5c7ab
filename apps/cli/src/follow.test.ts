import { END_REASONS, type EndReason, type Envelope, type Event } from "@keelson/protocol";
import { describe, expect, test } from "vitest";
import { follow, type Followed } from "./follow.ts";
import { FORMATS, type Format } from "./options.ts";
import { REPORTS } from "./report.ts";
import { NOTHING_YET } from "./tally.ts";

const ABOUT = {
  id: "s",
  cwd: "/",
  model: "m",
  permissionMode: "default",
  tools: [],
  plugins: [],
  agents: [],
  skills: [],
  credentials: "none",
};
const seal = (event: Event): Envelope => ({ v: 1, at: 0, session: "s", run: "r", path: [], event });
const SAID: Event = { type: "block.completed", messageId: "a", index: 0, block: { type: "text", text: "Hello." } };
const CLOSED: Event = {
  type: "reply.completed",
  messageId: "a",
  stopReason: "end_turn",
  usage: { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
};

/** Follows a run with this end; what stands on stdout behind it. */
async function run(events: readonly Event[], format: Format, broken?: Error): Promise<Followed & { readonly out: string }> {
  const report = await REPORTS[format](() => ABOUT, { version: "1", verbose: false, partial: false, agentText: false, unattended: false });
  let out = report.open().out ?? "";
  const session = {
    async *run() {
      for (const event of events) yield seal(event);
      if (broken) throw broken;
    },
  };
  const each = async (envelope: Envelope): Promise<void> => void (out += report.next(envelope).out ?? "");
  const followed = await follow([], session, { from: NOTHING_YET, each }, new AbortController().signal);
  out += report.end({ ...followed, ms: 1, sessionId: "s", uuid: "u" }).out ?? "";
  return { ...followed, out };
}

const ended = (reason: EndReason): Event => ({ type: "run.ended", reason, totals: {} });
const COMPLETED = [SAID, CLOSED, ended("completed")];

test("a completed run is a success in every format", async () => {
  for (const format of FORMATS) expect(await run(COMPLETED, format)).toMatchObject({ code: 0, trouble: undefined });
  expect((await run(COMPLETED, "text")).out).toBe("Hello.\n");
});

test.each(["json", "stream-json"] as const)("%s: a completed run has a result that says so", async (format) => {
  expect(resultIn((await run(COMPLETED, format)).out)).toMatchObject({ subtype: "success", is_error: false, terminal_reason: "completed" });
});

const FAILURES = END_REASONS.filter((reason) => reason !== "completed");

describe.each(["json", "stream-json"] as const)("%s: the result and the shell are told the same", (format) => {
  test.each(FAILURES)("%s", async (reason) => {
    const { code, trouble, out } = await run([SAID, CLOSED, ended(reason)], format);
    expect(code).toBe(1);
    expect(resultIn(out)).toMatchObject({
      type: "result",
      is_error: true,
      subtype: expect.stringMatching(/^error_/),
      errors: [trouble],
      terminal_reason: reason,
    });
  });
});

describe("text: what isn't an answer isn't printed as one, and the shell is told", () => {
  const ANSWERED: readonly EndReason[] = ["output_limit", "refusal"]; // as far as it came
  test.each(FAILURES)("%s", async (reason) => {
    const { code, trouble, out } = await run([SAID, CLOSED, ended(reason)], "text");
    expect({ code, out }).toEqual({ code: 1, out: ANSWERED.includes(reason) ? "Hello.\n" : "" });
    expect(trouble).toMatch(/^[^\n]+$/);
  });
});

describe.each(FORMATS)("%s: no success is", (format) => {
  test.each<readonly [string, readonly Event[], Error | undefined, string]>([
    ["a run that breaks", [SAID], new Error("the disk\nis gone"), "the disk is gone"],
    ["a run that breaks behind its end", COMPLETED, new Error("the disk is gone"), "the disk is gone"],
    ["a run without an end", [SAID], undefined, "without an end"],
  ])("%s", async (_, events, broken, words) => {
    const { code, trouble, out } = await run(events, format, broken);
    expect({ code, trouble }).toMatchObject({ code: 1, trouble: expect.stringContaining(words) });
    expect(out).not.toContain('"is_error":false');
    expect(out).not.toMatch(/^Hello/);
  });
});

const resultIn = (out: string): unknown => JSON.parse(out.trim().split("\n").at(-1) ?? "");
