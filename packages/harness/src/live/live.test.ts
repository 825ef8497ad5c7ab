import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock, Envelope } from "@keelson/protocol";
import type { Session } from "../house.ts";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";

const CLOCK: Clock = {
  now: () => performance.now(),
  random: () => 0.5,
  async sleep(ms, signal) {
    await new Promise<void>((done) => {
      if (signal.aborted) return done();
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });
  },
};
const say = (text: string) => ({ blocks: [{ text }] });
const SKILL = (name: string, about = `Does ${name}`): string => `---\nname: ${name}\ndescription: ${about}\n---\nDo ${name}.\n`;

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Waits until the session has taken up what was done: the real watch, on the real disk. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setTimeout(next, 20));
}

const named = (session: Session): readonly string[] => session.skills.map(({ name }) => name);
const changes = (envelopes: readonly Envelope[]) => envelopes.flatMap(({ event }) => (event.type === "catalog.changed" ? [event] : []));
const textsOf = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));
const prefixOf = (w: World, at: number): string => {
  const { tools, system } = w.server.requests.filter(({ path }) => path === "/v1/messages")[at]?.body ?? {};
  return JSON.stringify([tools, system]);
};

test("a skill that is dropped in between two prompts can be started, the model is told behind the next one, the prefix stays", async () => {
  await using w = await world({ replies: [say("hello"), { blocks: [call("Skill", { skill: "sweep" })] }, say("swept"), say("bye")] });
  await using session = await w.open({ trust: true }, { clock: CLOCK });
  session.watch();
  assert.equal(ended(await run(session, "hi")), "completed");
  await put(join(w.cwd, ".claude/skills/sweep/SKILL.md"), SKILL("sweep", "Sweeps a floor"));
  await until(() => named(session).includes("sweep"));
  const second = await run(session, "sweep it");
  assert.deepEqual(
    changes(second).map(({ added, removed, prompt }) => [added, removed, prompt]),
    [[["skills sweep"], [], "announced"]],
  );
  assert.deepEqual(outcomes(second), ["ok"]);
  assert.match(textsOf(w, 1), /These skills can be started with Skill from now on:\\n- sweep: Sweeps a floor/);
  assert.match(textsOf(w, 2), /Do sweep\./);
  assert.equal(prefixOf(w, 1), prefixOf(w, 0));
  assert.equal(changes(await run(session, "bye")).length, 0, "told once");
});

test("a skill that is taken away says so at the next call", async () => {
  await using w = await world({ replies: [say("hello"), { blocks: [call("Skill", { skill: "sweep" })] }, say("well then")] });
  await put(join(w.cwd, ".claude/skills/sweep/SKILL.md"), SKILL("sweep"));
  await using session = await w.open({ trust: true }, { clock: CLOCK });
  session.watch();
  await run(session, "hi");
  await rm(join(w.cwd, ".claude/skills/sweep"), { recursive: true });
  await until(() => !named(session).includes("sweep"));
  const second = await run(session, "sweep it");
  assert.deepEqual(
    changes(second).map(({ removed, prompt }) => [removed, prompt]),
    [[["skills sweep"], "announced"]],
  );
  assert.deepEqual(outcomes(second), ["error"]);
  assert.match(textsOf(w, 2), /The skill sweep is unavailable/);
});
