/**
 * A session whose files change without pause while it works: written, broken, renamed, deleted, by one seed. What must hold is thrown where it
 * doesn't: no call is lost, what is there equals a fresh start once all is at rest, the prefix changes only where it was asked for.
 */
import assert from "node:assert/strict";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "@keelson/protocol";
import type { Reply } from "@keelson/simulator";
import type { Session } from "../src/house.ts";
import { changesIn, prefixOf, REAL, skill } from "./live.ts";
import { call, ended, outcomes, requestsIn, run, world, type World } from "./world.ts";

/** Twenty times as fast as it passes: moments of quiet are short. */
const FAST: Clock = { now: () => REAL.now() * 20, random: REAL.random, sleep: (ms, signal) => REAL.sleep(ms / 20, signal) };
const EDITS_A_RUN = 50;
const BROKEN = "---\nname: [\n";
const NAMES = ["a", "b", "c", "d", "e"];

export async function storm(seed: number, edits: number): Promise<{ readonly changes: number; readonly rewrites: number }> {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? list[0]!;
  await using w = await world({ replies: ({ body }) => replyTo(body["messages"], () => pick(NAMES)) }, { "notes.txt": "x" });
  const plugin = join(w.home, "plugin");
  const places = { plugin, folders: [join(w.cwd, ".claude"), join(w.home, ".keel"), plugin] };
  await mend(w, places);
  const open = (): Promise<Session> => w.open({ trust: true, permissionMode: "bypassPermissions" }, { clock: FAST, named: [plugin] });
  await using session = await open();
  session.watch();
  let changes = 0;
  let rewrites = 0;
  let last = "";
  for (let done = 0; done < edits; done += EDITS_A_RUN) {
    const rewrite = random() < 0.1;
    if (rewrite) await session.reload(true);
    const working = run(session, "work");
    for (let at = 0; at < EDITS_A_RUN; at++) await edit(w, places, random, pick);
    const envelopes = await working;
    assert.equal(ended(envelopes), "completed", `seed ${seed}`);
    assert.deepEqual(
      outcomes(envelopes).filter((outcome) => outcome !== "ok" && outcome !== "error"),
      [],
      `seed ${seed}: calls are lost`,
    );
    assert.equal(outcomes(envelopes).filter((outcome) => outcome === "ok").length >= 4, true, `seed ${seed}: a call that works didn't`);
    const told = changesIn(envelopes);
    changes += told.length;
    rewrites += told.filter(({ prompt }) => prompt === "rewritten").length;
    const prefixes = prefixesSince(w, last === "" ? 0 : sent(w) - requestsOfRun(envelopes));
    if (!rewrite && last !== "") assert.equal(new Set([last, ...prefixes]).size, 1, `seed ${seed}: the prefix changed at no boundary`);
    assert.equal(new Set(prefixes).size, 1, `seed ${seed}: the prefix changed within a run`);
    last = prefixes.at(-1) ?? last;
  }
  await mend(w, places);
  await using fresh = await open();
  const shown = ({ skills, agents, plugins }: Session): string => JSON.stringify([skills, agents, plugins]);
  const wanted = shown(fresh);
  for (let looks = 0; looks < 1_000 && shown(session) !== wanted; looks++) await REAL.sleep(20, new AbortController().signal);
  assert.equal(shown(session), wanted, `seed ${seed}: not what a fresh start reads`);
  return { changes, rewrites };
}

type Places = { readonly plugin: string; readonly folders: readonly string[] };

const sent = (w: World): number => requestsIn(w.server).length;
const requestsOfRun = (envelopes: Parameters<typeof ended>[0]): number =>
  envelopes.filter(({ event, path }) => event.type === "turn.started" && path.length === 0).length;
const prefixesSince = (w: World, from: number): readonly string[] =>
  Array.from({ length: sent(w) - from }, (_, at) => prefixOf(w, from + at));

/** Two turns with calls that always work and one that depends on what is there, then an end. */
function replyTo(messages: unknown, name: () => string): Reply {
  const last = JSON.stringify(Array.isArray(messages) ? messages.at(-1) : "");
  if (last.includes("turn-two")) return { blocks: [{ text: "done" }] };
  const word = last.includes("turn-one") ? "turn-two" : "turn-one";
  const calls = [
    call("Bash", { command: `sleep 0.03; echo ${word}` }),
    call("Read", { file_path: "notes.txt" }),
    call("Skill", { skill: name() }),
  ];
  return { blocks: calls };
}

async function edit(w: World, { plugin, folders }: Places, random: () => number, pick: <T>(list: readonly T[]) => T): Promise<void> {
  const folder = pick(folders);
  const file = pick([
    join(folder, "skills", pick(NAMES), "SKILL.md"),
    join(folder, "commands", `${pick(NAMES)}.md`),
    join(folder, "agents", `${pick(NAMES)}.md`),
    join(plugin, "hooks", "hooks.json"),
    join(plugin, ".claude-plugin", "plugin.json"),
    join(w.home, ".keel", "settings.json"),
  ]);
  const act = random();
  const json = file.endsWith(".json");
  if (act < 0.5) await write(file, json ? contentOf(file, random) : skill(pick(NAMES), `About ${Math.floor(random() * 1000)}`));
  else if (act < 0.65) await write(file, json ? "{ broken" : BROKEN);
  else if (act < 0.75) await rename(file, `${file}.away`).catch(() => undefined);
  else if (act < 0.85) await rename(`${file}.away`, file).catch(() => undefined);
  else if (!file.endsWith("plugin.json")) await rm(act < 0.95 || json ? file : dirname(file), { recursive: true, force: true });
  if (random() < 0.2) await REAL.sleep(random() * 30, new AbortController().signal);
}

function contentOf(file: string, random: () => number): string {
  if (file.endsWith("hooks.json"))
    return JSON.stringify({ hooks: { PostToolUse: [{ hooks: [{ type: "command", command: `exit 0 # ${random()}` }] }] } });
  if (file.endsWith("plugin.json")) return JSON.stringify({ name: "p", version: `1.0.${Math.floor(random() * 9)}` });
  return JSON.stringify({ permissions: { deny: [`Read(./secret-${Math.floor(random() * 9)})`] } });
}

/** Nothing is broken any more. */
async function mend(w: World, { plugin, folders }: Places): Promise<void> {
  await write(join(plugin, ".claude-plugin", "plugin.json"), JSON.stringify({ name: "p" }));
  await write(join(plugin, "hooks", "hooks.json"), JSON.stringify({ hooks: {} }));
  await write(join(w.home, ".keel", "settings.json"), "{}");
  for (const folder of folders) {
    for (const name of NAMES)
      for (const file of [join("skills", name, "SKILL.md"), join("commands", `${name}.md`), join("agents", `${name}.md`)]) {
        const content = await readFile(join(folder, file), "utf8").catch(() => "");
        if (content === BROKEN) await rm(join(folder, file)); // a session keeps what it was, a fresh start can't
      }
    await write(join(folder, "skills", "a", "SKILL.md"), skill("a"));
  }
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** The same numbers for the same seed, in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
