import assert from "node:assert/strict";
import { test } from "vitest";
import { type Message, text } from "@keelson/protocol";
import { effect, END, ended, fresh, named, player, ports, scripted, stop, tool, use } from "@keelson/testing";
import { loop } from "./loop.ts";

const play = player(loop);

test("a turn looks into none of the messages that were there before the last two, however many there are", async () => {
  let looks = 0;
  const watched = (message: Message): Message => ({
    role: message.role,
    get content() {
      looks++;
      return message.content;
    },
  });
  const said = (role: Message["role"], at: number): Message => ({ role, content: [text(`${at}`)] });
  const before = Array.from({ length: 2_000 }, (_, at) => watched(said(at % 2 === 0 ? "user" : "assistant", at)));
  const start = fresh();
  const messages = [...before, said("user", 2_000), said("assistant", 2_001), said("user", 2_002)];
  const read = tool(
    "read",
    effect(() => {}),
    { concurrencySafe: true },
  );
  const model = scripted((_, at) => (at < 20 ? [use(`${at}a`, "read"), use(`${at}b`, "read"), stop("tool_use")] : [END]));
  const events = await play(ports(model, named(read)), { ...start, view: { messages, reply: undefined } });
  assert.equal(ended(events), "completed");
  assert.equal(looks, 0);
});
