import assert from "node:assert/strict";
import { test } from "vitest";
import { hook, kept, keep, say } from "../../test/hooks.ts";
import { messagesIn, run, world } from "../../test/world.ts";

const reply = (text: string) => ({ blocks: [{ text }] });

test("MessageDisplay: a reader is shown the hook's words in place of the model's; the model and the log keep what was said", async () => {
  await using w = await world({ replies: [reply("Call 555-0100."), reply("ok")] });
  await hook(w, { MessageDisplay: `if grep -q 555-0100; then ${say("MessageDisplay", { displayContent: "Call [hidden]." })}; fi` });
  await using session = await w.open();
  const shown = JSON.stringify(await run(session, "whom?"));
  assert.match(shown, /Call \[hidden\]\./);
  assert.doesNotMatch(shown, /555-0100/);
  assert.match(JSON.stringify(await run(session, "and now?")), /"text":"ok"/);
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /Call 555-0100\./);
});

test("MessageDisplay: a hook is told of each text as a whole, and one that only looks on changes nothing", async () => {
  await using w = await world({ replies: [reply("One."), reply("Two.")] });
  await hook(w, { MessageDisplay: keep(w) });
  await using session = await w.open();
  assert.match(JSON.stringify(await run(session, "a")), /One\./);
  await run(session, "b");
  const told = await kept(w);
  assert.deepEqual(
    told.map(({ delta, final, index }) => [delta, final, index]),
    [
      ["One.", true, 0],
      ["Two.", true, 0],
    ],
  );
  assert.notEqual(told[0]?.["turn_id"], told[1]?.["turn_id"]);
});

test("Setup: its hooks run before the session starts, where they were asked for, and are told what for", async () => {
  await using w = await world({ replies: () => reply("ok") });
  await hook(w, { Setup: keep(w), SessionStart: keep(w) });
  const plain = await w.open();
  await run(plain, "go");
  await plain[Symbol.asyncDispose]();
  await using session = await w.open({ setup: "maintenance" });
  await run(session, "go");
  assert.deepEqual(
    (await kept(w)).map(({ hook_event_name: event, trigger }) => [event, trigger]),
    [
      ["SessionStart", undefined],
      ["Setup", "maintenance"],
      ["SessionStart", undefined],
    ],
  );
});
