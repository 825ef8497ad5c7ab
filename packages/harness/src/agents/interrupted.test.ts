import assert from "node:assert/strict";
import type { Envelope } from "@keelson/protocol";
import type { Reply, Script, SeenRequest } from "@keelson/simulator";
import { test } from "vitest";
import type { Session } from "../house.ts";
import { call, ended, run, world } from "../../test/world.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const lastIn = ({ body }: SeenRequest): string => JSON.stringify(Array.isArray(body["messages"]) ? body["messages"].at(-1) : "");
const own = (envelopes: readonly Envelope[]): readonly Envelope[] => envelopes.filter(({ path }) => path.length === 0);

const BUSY: Script = {
  replies: (request) =>
    lastIn(request).includes('"go"')
      ? { blocks: [call("Agent", { description: "a long part", prompt: "busy", run_in_background: true })] }
      : say(lastIn(request).includes("what now") ? "I see." : "I wait for it."),
  sessions: [{ match: { promptIncludes: "busy" }, replies: [{ blocks: [{ text: "I begin." }, call("Bash", { command: "sleep 30" })] }] }],
};

/** Interrupted when the agent works and the session only waits for it. */
async function interrupted(session: Session): Promise<readonly Envelope[]> {
  const stop = new AbortController();
  const envelopes: Envelope[] = [];
  for await (const envelope of session.run([{ type: "text", text: "go" }], stop.signal)) {
    envelopes.push(envelope);
    const works = envelopes.some(({ path, event }) => path.length === 1 && event.type === "call.started");
    const waits = own(envelopes).some(({ event }) => event.type === "reply.completed" && event.stopReason === "end_turn");
    if (works && waits) stop.abort();
  }
  return envelopes;
}

test("an interrupt ends what works in the background: the run says so, its ends are told before its own, the model hears of them with the next prompt", async () => {
  await using w = await world(BUSY);
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = own(await interrupted(session));
  assert.match(ended(envelopes) ?? "", /^aborted/);
  const types = envelopes.map(({ event }) => event.type);
  assert.ok(types.indexOf("agent.completed") > 0 && types.indexOf("agent.completed") < types.indexOf("run.ended"));
  await run(session, "what now?");
  const asked = w.server.requests.at(-1)?.text ?? "";
  assert.match(
    asked,
    /The agent agent_\w+ \(a long part\) was ended when the run was interrupted[^"]*SendMessage goes on with it[^"]*I begin\./,
  );
  assert.ok(asked.indexOf("was ended when the run") > asked.indexOf("I wait for it."));
});

test("it is told so in the next program, too", async () => {
  await using w = await world(BUSY);
  const first = await w.open({ permissionMode: "bypassPermissions" });
  await interrupted(first);
  await first[Symbol.asyncDispose]();
  await using session = await w.open({ resume: { id: first.id } });
  await run(session, "what now?");
  const asked = w.server.requests.at(-1)?.text ?? "";
  assert.equal(asked.split("was ended when the run was interrupted").length, 2);
});
