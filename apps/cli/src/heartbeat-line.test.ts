import type { Envelope, Event } from "@keelson/protocol";
import { expect, test } from "vitest";
import { heartbeats } from "./heartbeat-line.ts";

const seal = (event: Event, at: number): Envelope => ({ v: 1, at, session: "s", run: "r", path: [], event });

test("a sign of life names what is waited for, and how long still", () => {
  const line = heartbeats();
  expect(line(seal({ type: "recovery.attempted", because: "overloaded", attempt: 9, waitMs: 270_000 }, 1_000))).toBe("");
  expect(line(seal({ type: "heartbeat" }, 31_000))).toBe("still waiting: the model is overloaded, next try in 4 min 0 s\n");
  expect(line(seal({ type: "heartbeat" }, 400_000))).toContain("next try in 0 s");
});

test("a call that runs on is named, and a model that answers again isn't waited for any more", () => {
  const line = heartbeats();
  line(seal({ type: "recovery.attempted", because: "overloaded", attempt: 1, waitMs: 500 }, 0));
  line(seal({ type: "block.started", messageId: "m", index: 0, block: { type: "text", text: "" } }, 1));
  expect(line(seal({ type: "heartbeat" }, 31_000))).toBe("still waiting for the model\n");
  line(seal({ type: "block.completed", messageId: "m", index: 0, block: { type: "tool_use", id: "a", name: "Bash", input: {} } }, 2));
  line(seal({ type: "call.started", callId: "a", input: {}, replay: "never" }, 3));
  expect(line(seal({ type: "heartbeat" }, 62_000))).toBe("still running: Bash\n");
});
