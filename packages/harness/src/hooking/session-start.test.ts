/** What hooks of SessionStart say beside context: words before the first prompt, and that skills are to be read again. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { hook, say } from "../../test/hooks.ts";
import { changesIn } from "../../test/live.ts";
import { call, ended, messagesIn, outcomes, run, world } from "../../test/world.ts";

const done = { blocks: [{ text: "ok" }] };

test("initialUserMessage stands before the first prompt where nobody sits at it, once, and is a hook's", async () => {
  await using w = await world({ replies: [done, done, done] });
  await hook(w, { SessionStart: say("SessionStart", { initialUserMessage: "Read the notes first.", additionalContext: "It is late." }) });
  const alone = await w.open();
  const envelopes = await run(alone, "go");
  await run(alone, "on");
  await alone[Symbol.asyncDispose]();
  const words = JSON.stringify(messagesIn(w.server, 1));
  assert.equal(words.split("Read the notes first.").length, 2);
  assert.ok(words.indexOf("It is late.") < words.indexOf("Read the notes") && words.indexOf("Read the notes") < words.indexOf('"go"'));
  const added = envelopes.flatMap(({ event }) => (event.type === "context.added" ? [event] : []));
  assert.equal(added.find(({ content }) => JSON.stringify(content).includes("Read the notes"))?.from, "hook");
  await using attended = await w.open({}, { ask: async () => ({ behavior: "deny" }) });
  assert.equal(ended(await run(attended, "go")), "completed");
  assert.doesNotMatch(JSON.stringify(messagesIn(w.server, 2)), /Read the notes/);
});

const skill = "---\\nname: sweep\\ndescription: Sweeps a floor\\n---\\nDo sweep $ARGUMENTS.\\n";

test("reloadSkills: a skill that the hook has just put there is listed with the others, and can be started by the first prompt", async () => {
  await using w = await world({ replies: [{ blocks: [call("Skill", { skill: "sweep" })] }, done, done] });
  const folder = join(w.home, ".claude/skills/sweep");
  const put = `mkdir -p ${folder}; printf -- '${skill}' > ${folder}/SKILL.md`;
  await hook(w, { SessionStart: `${put}; ${say("SessionStart", { reloadSkills: true })}` });
  const first = await w.open();
  const envelopes = await run(first, "sweep it");
  assert.deepEqual([outcomes(envelopes), changesIn(envelopes).length], [["ok"], 0]);
  assert.match(JSON.stringify(messagesIn(w.server, 0)), /- sweep: Sweeps a floor/);
  await first[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  await hook(w, { SessionStart: put });
  await using second = await w.open();
  await run(second, "/sweep the hall");
  assert.equal(messagesIn(w.server, 2), undefined, "without it nothing is read again");
});
