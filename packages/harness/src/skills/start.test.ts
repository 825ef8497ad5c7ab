import assert from "node:assert/strict";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findLayers, readBody, readCatalog, type LayerPlaces } from "@keelson/loader";
import { decide, standardStages } from "@keelson/permissions";
import type { BoundCall, Mode, Rule } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { grantsByOrigin } from "./grants.ts";
import { digestOf, NO_SKILLS, type SkillMemory } from "./memory.ts";
import { openShelf, type Shelf } from "./shelf.ts";
import { startSkill, type NotStarted, type Place, type StartedSkill } from "./start.ts";

type Room = {
  readonly home: string;
  readonly cwd: string;
  readonly shelf: Shelf;
  readonly ran: { readonly command: string; readonly rules: readonly Rule[] }[];
  start(name: string, args?: string, memory?: SkillMemory): Promise<StartedSkill | NotStarted>;
};

/** Real files in a home, read by the loader; commands answer with what they are. */
async function room(home: string, files: Readonly<Record<string, string>>, plugins: LayerPlaces["plugins"] = []): Promise<Room> {
  const cwd = join(home, "work");
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  const shelf = openShelf(
    await readCatalog(findLayers({ cwd, home, plugins: plugins.map((one) => ({ ...one, root: join(home, one.root) })) })),
    {},
  );
  const place: Place = {
    session: "session-1",
    cwd,
    home,
    project: cwd,
    effort: "high",
    dataDir: (plugin) => `/data/${plugin}`,
    userConfig: () => ({ TEAM: "core" }),
  };
  const ran: Room["ran"] = [];
  return {
    home,
    cwd,
    shelf,
    ran,
    async start(name, args = "", memory = NO_SKILLS) {
      const entry = shelf.find(name);
      assert.ok(entry, name);
      const starting = startSkill<never>({ entry, args, typed: `/${name} ${args}` }, place, {
        readBody,
        async *runInline(command, rules) {
          ran.push({ command, rules });
          return { ok: true, output: `<${command}>` };
        },
        async readFile(path) {
          return readFile(path, "utf8").then(
            (text) => ({ ok: true as const, text }),
            () => ({ ok: false as const, missing: true, why: "" }),
          );
        },
        mayGrant: grantsByOrigin,
        noCommands: false,
        memory: () => memory,
      });
      const step = await starting.next();
      assert.ok(step.done);
      return step.value;
    },
  };
}

function begun(outcome: StartedSkill | NotStarted): StartedSkill {
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.why);
  return outcome;
}

async function judged(
  tool: string,
  call: Pick<BoundCall, "input" | "effects">,
  rules: readonly Rule[],
  cwd: string,
  mode: Mode = "default",
): Promise<string> {
  const whole: BoundCall = {
    readOnly: call.effects.every((effect) => effect.do === "read"),
    concurrencySafe: false,
    replay: "never",
    validate: async () => undefined,
    run: async function* () {
      return { content: [] };
    },
    ...call,
  };
  const asked = { tool, call: whole, mode, rules, cwd, directories: [], home: "/nobody" };
  let questions = 0; // nobody answers
  const stages = { ...standardStages(), user: async () => void (questions += 1) };
  const { behavior } = await decide(asked, stages, new AbortController().signal);
  return questions > 0 ? "ask" : behavior;
}
const bash = (text: string, cwd: string): Pick<BoundCall, "input" | "effects"> => ({
  input: { command: text },
  effects: [{ do: "shell", text, cwd }],
});

test("a skill's text comes with its folder before it, its variables and its arguments in it", async () => {
  await using home = await temporaryHome();
  const r = await room(
    home.path,
    {
      "p/.claude-plugin/plugin.json": '{"name":"tools"}',
      "p/skills/s/SKILL.md":
        "---\ndescription: d\narguments: [file]\n---\nIn ${CLAUDE_SKILL_DIR} and {baseDir} of ${CLAUDE_PLUGIN_ROOT} (${PLUGIN_ROOT}), data ${CLAUDE_PLUGIN_DATA}, in ${CLAUDE_PROJECT_DIR} by ${CLAUDE_SESSION_ID} at ${CLAUDE_EFFORT} for ${user_config.TEAM}: $file.\n",
    },
    [{ root: "p" }],
  );
  const started = begun(await r.start("tools:s", "a.ts"));
  const dir = join(r.home, "p/skills/s");
  const root = join(r.home, "p");
  assert.deepEqual(started.words, {
    from: "plugin",
    text: `# Skill tools:s\nIts folder, which relative paths in it begin at: ${dir}\n\nIn ${dir} and ${dir} of ${root} (${root}), data /data/tools, in ${r.cwd} by session-1 at high for core: a.ts.`,
  });
  assert.deepEqual(started.note, { id: "tools:s", digest: digestOf(started.words.text), how: "new" });
});

test("whose words they are depends on where the text stands, and on what was put into it", async () => {
  await using home = await temporaryHome();
  const r = await room(
    home.path,
    {
      ".keel/skills/mine/SKILL.md": "Mine.",
      ".keel/skills/ran/SKILL.md": "Mine, and !`date`.",
      ".keel/skills/showed/SKILL.md": "Mine, and @notes.txt.",
      "work/notes.txt": "notes",
      "work/.claude/skills/theirs/SKILL.md": "Theirs.",
      "p/skills/s/SKILL.md": "A plugin's.",
    },
    [{ root: "p" }],
  );
  const from = async (name: string): Promise<string> => begun(await r.start(name)).words.from;
  assert.deepEqual(
    [await from("mine"), await from("ran"), await from("showed"), await from("theirs"), await from("p:s")],
    ["user", "repo", "repo", "repo", "plugin"],
  );
});

test("the same text again is only a word about it, as long as it stands in the context", async () => {
  await using home = await temporaryHome();
  const r = await room(home.path, { ".keel/skills/s/SKILL.md": "Do $ARGUMENTS." });
  const first = begun(await r.start("s", "a"));
  const present = { ...NO_SKILLS, present: new Set([first.note.digest]) };
  const again = begun(await r.start("s", "a", present));
  assert.equal(again.note.how, "again");
  assert.match(again.words.text, /stands above, unchanged/);
  assert.ok(!again.words.text.includes("Do a."));
  assert.match(begun(await r.start("s", "b", present)).words.text, /Do b\.$/);
  assert.match(begun(await r.start("s", "a")).words.text, /Do a\.$/);
});

test("a fork is a wish: its text is the prompt of a sub-agent, and stands in no context", async () => {
  await using home = await temporaryHome();
  const r = await room(home.path, {
    ".keel/skills/f/SKILL.md": "---\ncontext: fork\nagent: explore\nbackground: false\nmodel: haiku\n---\nLook at $ARGUMENTS.\n",
    ".keel/skills/g/SKILL.md": "---\ncontext: fork\nmodel: inherit\n---\nLook.\n",
  });
  const started = begun(await r.start("f", "src"));
  assert.deepEqual(started.fork, { agent: "explore", prompt: "Look at src.", background: false, model: "haiku" });
  assert.deepEqual([started.model, started.note.how], ["haiku", "apart"]);
  const other = begun(await r.start("g"));
  assert.deepEqual([other.fork, other.model], [{ agent: "general-purpose", prompt: "Look.", background: true }, undefined]);
});

test("what an installed skill or the user's own allows needs no question, also for its inline commands; a repository's allows nothing", async () => {
  const text = "---\nallowed-tools: Bash(npm publish *), Read(${CLAUDE_SKILL_DIR}/**)\n---\n!`npm publish x`\n";
  await using home = await temporaryHome();
  const r = await room(
    home.path,
    { "p/skills/s/SKILL.md": text, ".keel/skills/mine/SKILL.md": text, "work/.claude/skills/theirs/SKILL.md": text },
    [{ root: "p" }],
  );
  for (const [name, wanted] of [
    ["p:s", "allow"],
    ["mine", "allow"],
    ["theirs", "ask"],
  ] as const) {
    const { rules, problems } = begun(await r.start(name));
    assert.equal(await judged("Bash", bash("npm publish x", r.cwd), rules, r.cwd), wanted, name);
    assert.equal(await judged("Bash", bash("npm install x", r.cwd), rules, r.cwd), "ask", name);
    assert.deepEqual(r.ran.at(-1), { command: "npm publish x", rules });
    assert.equal(
      problems.some(({ code }) => code === "grant_withheld"),
      wanted === "ask",
    );
  }
  const { rules } = begun(await r.start("p:s"));
  const path = join(r.home, "p/skills/s/more.md");
  assert.equal(await judged("Read", { input: { file_path: path }, effects: [{ do: "read", path }] }, rules, r.cwd), "allow");
});

test("ask and deny rules of everyone stand above what a skill allows, and what a skill forbids is forbidden, whoever wrote it", async () => {
  await using home = await temporaryHome();
  const r = await room(home.path, {
    ".keel/skills/s/SKILL.md": "---\nallowed-tools: Bash\n---\nDo.\n",
    "work/.claude/skills/t/SKILL.md": "---\ndisallowed-tools: [Bash]\n---\nDo.\n",
  });
  const rule = (text: string, behavior: Rule["behavior"]): Rule => ({ text, behavior, source: "claude_user", base: r.cwd });
  const { rules } = begun(await r.start("s"));
  const push = bash("git push x", r.cwd);
  assert.equal(await judged("Bash", push, rules, r.cwd), "allow");
  assert.equal(await judged("Bash", push, [...rules, rule("Bash(git push *)", "ask")], r.cwd), "ask");
  assert.equal(await judged("Bash", push, [...rules, rule("Bash(git push *)", "deny")], r.cwd), "deny");
  assert.equal(await judged("Bash", push, [...begun(await r.start("t")).rules, rule("Bash", "allow")], r.cwd), "deny");
});

test("a call of Skill is judged by rules under its id and under the name it was called by", async () => {
  const rule = (text: string, behavior: Rule["behavior"]): Rule => ({ text, behavior, source: "claude_user", base: "/w" });
  const call = (called: string, id: string, args?: string): Pick<BoundCall, "input" | "effects"> => ({
    input: { skill: called, ...(args !== undefined && { args }) },
    effects: [{ do: "spawn", agent: id }],
  });
  const deny = (text: string, ...asked: Parameters<typeof call>): Promise<string> =>
    judged("Skill", call(...asked), [rule(text, "deny")], "/w");
  assert.equal(await judged("Skill", call("deploy", "deploy"), [], "/w"), "allow");
  assert.equal(await judged("Skill", call("deploy", "deploy"), [], "/w", "plan"), "allow");
  assert.equal(await deny("Skill", "deploy", "deploy"), "deny");
  assert.equal(await deny("Skill(deploy)", "deploy", "deploy"), "deny");
  assert.equal(await deny("Skill(deploy *)", "deploy", "deploy", "prod"), "deny");
  assert.equal(await deny("Skill(tools:deploy)", "deploy", "tools:deploy"), "deny");
  assert.equal(await deny("Skill(deploy)", "deploy", "tools:deploy"), "deny");
  assert.equal(await deny("Skill(deploy *)", "deployer", "deployer"), "allow");
});

test("what can't be started says which file is at fault and why", async () => {
  await using home = await temporaryHome();
  const r = await room(
    home.path,
    {
      ".keel/skills/power/SKILL.md": "---\nshell: powershell\n---\n!`dir`\n",
      "p/skills/out/SKILL.md": "Here.",
      "secret.md": "secret",
      ".keel/commands/c.md": "!`x`",
    },
    [{ root: "p" }],
  );
  const power = await r.start("power");
  assert.match(power.ok ? "" : power.why, /^The skill power wasn't started\. Its commands are for powershell/);
  await rm(join(r.home, "p/skills/out/SKILL.md"));
  await symlink(join(r.home, "secret.md"), join(r.home, "p/skills/out/SKILL.md"));
  const out = await r.start("p:out");
  assert.match(out.ok ? out.words.text : out.why, /p\/skills\/out\/SKILL\.md leads out of the plugin/);
  await rm(join(r.home, ".keel/commands/c.md"));
  const gone = await r.start("c");
  assert.match(gone.ok ? "" : gone.why, /^The command c wasn't started\. .*c\.md/);
});

test("a plugin says in its manifest from where its texts count their arguments", async () => {
  await using home = await temporaryHome();
  const r = await room(
    home.path,
    {
      "p/.claude-plugin/plugin.json": '{"name":"p","extensions":{"dev.keelson":{"argumentBase":0}}}',
      "p/commands/c.md": "First $1.",
      "q/commands/c.md": "First $1.",
    },
    [{ root: "p" }, { root: "q" }],
  );
  assert.match(begun(await r.start("p:c", "a b")).words.text, /First b\.$/);
  assert.match(begun(await r.start("q:c", "a b")).words.text, /First a\.$/);
});

test("a command of Gemini's is a command like any other", async () => {
  await using home = await temporaryHome();
  const r = await room(home.path, {
    ".gemini/commands/git/fix.toml": 'description = "Fixes"\nprompt = """Fix {{args}}: !{git log {{args}}}"""\n',
  });
  const started = begun(await r.start("git:fix", "a b"));
  assert.equal(started.words.text, "# Command git:fix\n\nFix a b: <git log 'a b'>");
});

test("hooks of a skill come as data, and letters that nobody sees as a problem", async () => {
  await using home = await temporaryHome();
  const r = await room(home.path, {
    ".keel/skills/s/SKILL.md":
      '---\nhooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: "./check.sh"\n---\nDo\u{E0041} it.\n',
  });
  const started = begun(await r.start("s"));
  assert.deepEqual(
    started.hooks.map(({ event }) => event),
    ["Stop"],
  );
  assert.deepEqual(
    started.problems.map(({ code, file }) => [code, file]),
    [["unseen_characters", join(r.home, ".keel/skills/s/SKILL.md")]],
  );
  assert.match(started.words.text, /Do it\.$/);
});
