import assert from "node:assert/strict";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { realClock, temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { createCatalogCache, readCatalog, type Catalog } from "../catalog/catalog.ts";
import { findLayers } from "../catalog/layers.ts";
import { watchCatalog, type CatalogChange, type Watched } from "./watch.ts";

const SKILL = (description: string): string => `---\ndescription: ${description}\n---\nBody.\n`;
async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

/** Time passes when the test says so, once whoever watches is waiting. */
function heldClock() {
  let now = 0;
  let sleeping: { until: number; wake: () => void } | undefined;
  let asleep = deferred();
  return {
    now: () => now,
    sleep: (ms: number, signal: AbortSignal): Promise<void> => {
      const { promise, resolve } = deferred();
      sleeping = { until: now + ms, wake: resolve };
      signal.addEventListener("abort", () => resolve());
      asleep.resolve();
      return promise;
    },
    /** Lets the next sleep end, however long it is. */
    tick: async (): Promise<number> => {
      await asleep.promise;
      asleep = deferred();
      const { until, wake } = sleeping ?? { until: now, wake: () => undefined };
      const passed = until - now;
      now = until;
      wake();
      return passed;
    },
    rest: (): Promise<void> => asleep.promise,
  };
}

async function* scene(home: string, more: Partial<Watched> = {}) {
  const clock = heldClock();
  const find = () => findLayers({ cwd: join(home, "work"), home, plugins: [{ root: join(home, "plugin") }] });
  const cache = createCatalogCache();
  const stop = new AbortController();
  const changes: CatalogChange[] = [];
  const quiet = {
    follow: () => undefined,
    next: () => new Promise<undefined>(() => undefined),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const watching = (async () => {
    for await (const change of watchCatalog(
      { catalog: await readCatalog(find(), cache), cache, find, clock, notices: async () => quiet, ...more },
      stop.signal,
    ))
      changes.push(change);
  })();
  try {
    yield { clock, find, changes };
  } finally {
    stop.abort();
    await watching;
  }
}

const names = (list: CatalogChange["added"]): readonly string[] => list.map(({ kind, id }) => `${kind} ${id}`);
const equal = async (seen: Catalog | undefined, find: () => ReturnType<typeof findLayers>): Promise<void> => {
  const fresh = await readCatalog(find());
  assert.deepEqual([seen?.named, seen?.joined, seen?.shadowed], [fresh.named, fresh.joined, fresh.shadowed]);
};

test("a skill that comes, changes, moves and goes is one change each, a fresh reading says the same", async () => {
  await using home = await temporaryHome();
  const skills = join(home.path, ".keel/skills");
  await write(join(skills, "a/SKILL.md"), SKILL("a"));
  for await (const { clock, find, changes } of scene(home.path)) {
    await clock.tick(); // a sweep with nothing new
    await clock.rest();
    assert.equal(changes.length, 0);
    const steps: readonly (readonly [() => Promise<void>, readonly (readonly string[])[]])[] = [
      [() => write(join(skills, "b/SKILL.md"), SKILL("b")), [["skills b"], [], []]],
      [() => write(join(skills, "b/SKILL.md"), SKILL("other")), [[], [], ["skills b"]]],
      [() => rename(join(skills, "b"), join(skills, "c")), [["skills c"], ["skills b"], []]],
      [() => rm(join(skills, "a"), { recursive: true }), [[], ["skills a"], []]],
      [() => write(join(home.path, "work/.claude/skills/d/SKILL.md"), SKILL("d")), [["skills d"], [], []]],
    ];
    for (const [at, [step, expected]] of steps.entries()) {
      await step();
      for (let ticks = 0; ticks < 4; ticks++) await clock.tick();
      await clock.rest();
      assert.equal(changes.length, at + 1);
      const last = changes.at(-1);
      assert.deepEqual([names(last?.added ?? []), names(last?.removed ?? []), names(last?.changed ?? [])], expected);
      await equal(last?.catalog, find);
    }
  }
});

test("a plugin that is copied in file by file is swapped in once, whole", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "plugin");
  for await (const { clock, changes, find } of scene(home.path)) {
    await clock.rest();
    await write(join(root, ".claude-plugin/plugin.json"), '{"name": "slow"}');
    await clock.tick(); // the sweep sees it
    for (let at = 0; at < 20; at++) {
      await write(join(root, `skills/s${at}/SKILL.md`), SKILL(`${at}`));
      await clock.tick();
    }
    await clock.rest();
    assert.equal(changes.length, 0, "not while files come");
    for (let ticks = 0; ticks < 4; ticks++) await clock.tick();
    await clock.rest();
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.catalog.named.skills.size, 20);
    await equal(changes[0]?.catalog, find);
  }
});

test("a broken edit keeps the last good one and says so, until it is put right; a deletion doesn't", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "plugin");
  const hooks = join(root, "hooks/hooks.json");
  const hook = (command: string): string => JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command }] }] } });
  await write(join(root, ".claude-plugin/plugin.json"), '{"name": "p", "version": "1"}');
  await write(hooks, hook("one"));
  await write(join(root, "skills/s/SKILL.md"), SKILL("s"));
  for await (const { clock, changes } of scene(home.path)) {
    await clock.rest();
    const after = async (step: () => Promise<void>): Promise<CatalogChange | undefined> => {
      await step();
      for (let ticks = 0; ticks < 4; ticks++) await clock.tick();
      await clock.rest();
      return changes.at(-1);
    };
    const commands = (change: CatalogChange | undefined): unknown =>
      change?.catalog.joined.hooks.map(({ part }) => part.handler["command"]);
    const broken = await after(() => write(hooks, "{"));
    assert.deepEqual([commands(broken), broken?.problems.map(({ code }) => code)], [["one"], ["json_invalid", "last_good_kept"]]);
    const mended = await after(() => write(hooks, hook("two")));
    assert.deepEqual([commands(mended), mended?.problems], [["two"], []]);
    const lost = await after(() => write(join(root, ".claude-plugin/plugin.json"), "{ broken"));
    assert.deepEqual(
      [lost?.catalog.layers.at(-1)?.plugin?.version, lost?.problems.map(({ code }) => code)],
      ["1", ["manifest_unreadable", "last_good_kept"]],
    );
    assert.doesNotMatch(lost?.problems.map(({ text }) => text).join("\n") ?? "", /isn't loaded/);
    await after(() => write(join(root, ".claude-plugin/plugin.json"), '{"name": "p", "version": "2"}'));
    assert.deepEqual(commands(await after(() => rm(hooks))), []);
    const gone = await after(() => rm(root, { recursive: true }));
    assert.deepEqual([gone?.catalog.named.skills.size, gone?.problems], [0, []]);
  }
});

test("a text that is emptied or half saved keeps what its head said, until it is whole again; one that never was is taken as it is", async () => {
  await using home = await temporaryHome();
  const skill = join(home.path, ".keel/skills/s/SKILL.md");
  const agent = join(home.path, ".keel/agents/a.md");
  const odd = join(home.path, ".keel/agents/odd.md");
  const AGENT = "---\nname: sc\ndescription: d\ntools: Read\n---\nLook.\n";
  await write(skill, SKILL("good"));
  await write(agent, AGENT);
  await write(odd, "---\nname: odd\ndescription: when: now\n---\n");
  for await (const { clock, changes } of scene(home.path)) {
    await clock.rest();
    const after = async (file: string, content: string): Promise<CatalogChange | undefined> => {
      await write(file, content);
      for (let ticks = 0; ticks < 4; ticks++) await clock.tick();
      await clock.rest();
      return changes.at(-1);
    };
    for (const spoilt of ["", "---\ndescription: goo", "---\ndescription: [goo\n---\n"]) {
      const seen = await after(skill, spoilt);
      assert.equal(seen?.catalog.named.skills.get("s")?.part.description, "good", spoilt);
      assert.ok(
        seen?.problems.some(({ code, file }) => code === "last_good_kept" && file === skill),
        spoilt,
      );
    }
    const overwritten = await after(agent, "---\nname: [broken\n---\n");
    assert.deepEqual(overwritten?.catalog.named.agents.get("sc")?.part.tools, ["Read"]);
    assert.equal((await after(agent, AGENT.replace("Read", "Grep")))?.catalog.named.agents.get("sc")?.part.tools?.[0], "Grep");
    const edited = await after(odd, "---\nname: odd\ndescription: when: then\n---\n");
    assert.equal(edited?.catalog.named.agents.get("odd")?.part.description, "when: then");
    assert.equal((await after(skill, SKILL("better")))?.catalog.named.skills.get("s")?.part.description, "better");
  }
});

test("files beside the catalog are told of by name", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, ".keel/settings.json");
  await write(file, "{}");
  for await (const { clock, changes } of scene(home.path, { files: () => [file] })) {
    await clock.rest();
    await write(file, '{"model": "m"}');
    for (let ticks = 0; ticks < 4; ticks++) await clock.tick();
    await clock.rest();
    assert.deepEqual(
      changes.map(({ files, added }) => [files, added]),
      [[[file], []]],
    );
  }
});

test("a random life of a folder ends in what a fresh reading sees", async () => {
  await using home = await temporaryHome();
  let seed = 7;
  const pick = (count: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % count;
  for await (const { clock, find, changes } of scene(home.path)) {
    await clock.rest();
    for (let step = 0; step < 120; step++) {
      const at = join(home.path, pick(2) === 0 ? ".keel" : "plugin", ["skills", "commands", "agents"][pick(3)] ?? "", `n${pick(4)}`);
      const file = at.includes("skills") ? join(at, "SKILL.md") : `${at}.md`;
      const act = pick(5);
      if (act < 3) await write(file, pick(4) === 0 ? "---\nname: [\n" : SKILL(`${step}`));
      else if (act === 3) await rm(act === pick(2) ? dirname(file) : file, { force: true, recursive: true });
      else await rename(file, `${file}.away`).catch(() => undefined);
      if (pick(3) === 0) await clock.tick();
    }
    for (const whose of [".keel", "plugin"])
      for (const kind of ["skills", "commands", "agents"])
        for (let at = 0; at < 4; at++)
          await write(join(home.path, whose, kind, kind === "skills" ? `n${at}/SKILL.md` : `n${at}.md`), SKILL("whole"));
    for (let ticks = 0; ticks < 8; ticks++) await clock.tick();
    await clock.rest();
    assert.ok(changes.length > 5);
    await equal(changes.at(-1)?.catalog, find);
  }
});

test("with real watches and a real clock a skill is there soon after it was written, and an edit of it too", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, ".keel/skills/a/SKILL.md");
  await write(file, SKILL("first"));
  const find = () => findLayers({ cwd: join(home.path, "work"), home: home.path });
  const cache = createCatalogCache();
  const stop = new AbortController();
  const changes = watchCatalog({ catalog: await readCatalog(find(), cache), cache, find, clock: realClock }, stop.signal);
  const next = changes.next();
  await write(join(home.path, ".keel/skills/b/SKILL.md"), SKILL("b"));
  const { value } = await next;
  assert.deepEqual(value && names(value.added), ["skills b"]);
  const second = changes.next();
  await write(file, SKILL("second"));
  const edited = (await second).value;
  assert.deepEqual(edited && names(edited.changed), ["skills a"]);
  stop.abort();
  assert.equal((await changes.next()).done, true);
});
