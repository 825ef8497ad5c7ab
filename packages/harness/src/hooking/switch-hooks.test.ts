import assert from "node:assert/strict";
import type { Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { hook, keep, kept, notices, say } from "../../test/hooks.ts";
import { messagesIn, run, world, type World } from "../../test/world.ts";

const ok = { blocks: [{ text: "ok" }] };
const modelsIn = ({ server }: World): unknown[] =>
  server.requests.filter(({ path }) => path === "/v1/messages").map(({ body }) => body["model"]);
const changes = (envelopes: readonly Envelope[]): unknown[] =>
  envelopes.flatMap(({ event }) =>
    event.type === "session.changed" && event.change["model"] !== undefined ? [event.change["model"]] : [],
  );

test("PreModelSwitch: a hook's no keeps the model, for this run and the next, and says so", async () => {
  await using w = await world({ replies: () => ok });
  await hook(w, {
    PreModelSwitch: say("PreModelSwitch", { permissionDecision: "deny", permissionDecisionReason: "too dear" }),
    PostModelSwitch: keep(w),
  });
  await using session = await w.open({ model: "one" });
  await run(session, "go");
  assert.equal(session.setModel("two"), undefined);
  const envelopes = await run(session, "on");
  await run(session, "and on");
  assert.deepEqual(modelsIn(w), ["one", "one", "one"]);
  assert.match(notices(envelopes).join(), /The model stays one\..*too dear/);
  assert.deepEqual(changes(envelopes), []);
  assert.equal(session.model, "one");
  await assert.rejects(kept(w));
});

test("PreModelSwitch, PostModelSwitch: both are told from what to what, and what the latter says the new model reads", async () => {
  await using w = await world({ replies: () => ok });
  const told = say("PostModelSwitch", { additionalContext: "You have taken over." });
  await hook(w, { PreModelSwitch: keep(w), PostModelSwitch: `${keep(w)}; ${told.replace("cat > /dev/null; ", "")}` });
  await using session = await w.open({ model: "one" });
  await run(session, "go");
  session.setModel("two");
  const envelopes = await run(session, "on");
  assert.deepEqual(modelsIn(w), ["one", "two"], "and no turn more for the words");
  assert.deepEqual(changes(envelopes), ["two"]);
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /You have taken over/);
  assert.deepEqual(
    (await kept(w)).map(({ hook_event_name: event, from_model: from, to_model: to }) => [event, from, to]),
    [
      ["PreModelSwitch", "one", "two"],
      ["PostModelSwitch", "one", "two"],
    ],
  );
});
