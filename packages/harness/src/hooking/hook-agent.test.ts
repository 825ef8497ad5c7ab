import assert from "node:assert/strict";
import { test } from "vitest";
import { hook, keep, kept, notices } from "../../test/hooks.ts";
import { call, ended, messagesIn, outcomes, run, world } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const JUDGE = { systemIncludes: "You judge one event" };
const agent = { type: "agent", prompt: "notes.txt must say done.", timeout: 90 };

test("an agent handler reads for itself and holds the end back; it has tools that read, fires no hooks and is paid by the session", async () => {
  const verdicts = ['{"ok": false, "reason": "notes.txt still says open"}', '{"ok": true}'];
  await using w = await world(
    {
      replies: [say("finished"), { blocks: [call("Write", { file_path: "notes.txt", content: "done" })] }, say("now it is")],
      sessions: [
        {
          match: JUDGE,
          replies: (_, at) =>
            at === 0
              ? { blocks: [call("Read", { file_path: "notes.txt" }), call("Write", { file_path: "notes.txt", content: "done" })] }
              : say(verdicts.shift() ?? ""),
        },
      ],
    },
    { "notes.txt": "open\n" },
  );
  await hook(w, { Stop: agent, PreToolUse: keep(w), SubagentStart: keep(w) });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = await run(session, "write the notes");
  const own = envelopes.filter(({ path }) => path.length === 0);
  const inside = envelopes.filter(({ path }) => path.length === 1 && path[0]?.startsWith("hook_"));
  assert.equal(ended(own), "completed");
  assert.match(JSON.stringify(own), /notes\.txt still says open/);
  assert.deepEqual(outcomes(inside).toSorted(), ["error", "error", "ok", "ok"], "there is nothing that it could write with");
  assert.deepEqual(
    (await kept(w)).map(({ hook_event_name: event, tool_name: tool }) => [event, tool]),
    [["PreToolUse", "Write"]],
    "the session's own call alone",
  );
  const asked = w.server.requests.find(({ text }) => text.includes("You judge one event"));
  assert.deepEqual(
    ((asked?.body["tools"] ?? []) as unknown as { name: string }[]).map(({ name }) => name).toSorted(),
    ["Glob", "Grep", "LS", "Read"].filter((name) => session.tools.includes(name)),
  );
  const spent = own.flatMap(({ event }) => (event.type === "agent.completed" ? [event.body["spent"] as { readonly tokens: number }] : []));
  assert.equal(spent.length, 2);
  assert.ok(spent.every(({ tokens }) => tokens > 0));
});

test("an agent handler's no denies a call; one that gives no verdict blocks nothing and is told about", async () => {
  const verdicts = ['{"ok": false, "reason": "not that file"}', "I can't say"];
  const write = (path: string) => ({ blocks: [call("Write", { file_path: path, content: "x" })] });
  await using w = await world({
    replies: [write("a.txt"), write("b.txt"), say("ok")],
    sessions: [{ match: JUDGE, replies: () => say(verdicts.shift() ?? "") }],
  });
  await hook(w, { PreToolUse: { ...agent, continueOnBlock: true } });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes.filter(({ path }) => path.length === 0)), ["denied", "ok"]);
  assert.match(JSON.stringify(messagesIn(w.server, 2)), /not that file/);
  assert.match(notices(envelopes).join(), /I can't say/);
});
