// What known plugins do when they are used, found out by running them: one test each, through a session.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, expect } from "./check.mjs";
import { leftOut } from "./table.mjs";
import { call, say, world } from "./world.mjs";

const OFFICIAL = "anthropics+claude-plugins-official/plugins";
const RM_RULE = "---\nname: block-rm\nenabled: true\nevent: bash\npattern: rm\\s+-rf\naction: block\n---\nNo rm -rf here.\n";

/** `at`: below the folder of repositories, which are called owner+name. */
const TESTS = [
  {
    test: "superpowers: its start is told to the model",
    at: "obra+superpowers",
    async run(root) {
      await using w = await world({ plugins: [root] });
      await w.prompt("hi");
      expect(w.sent(0), /You have superpowers/);
    },
  },
  {
    test: "ralph-loop: a command starts it, two stops are held back, the third ends",
    at: `${OFFICIAL}/ralph-loop`,
    async run(root) {
      await using w = await world({ plugins: [root] });
      await w.prompt('/ralph-loop:ralph-loop "Build a TODO app" --max-iterations 3 --completion-promise DONE');
      expect(w.sent(0), /Ralph loop activated|Iteration: 1/i);
      expect(w.sent(1), /Build a TODO app/);
      expect(w.notices, /iteration 2[\s\S]*iteration 3/);
      expect(String(w.asked), /^3$/);
      expect(w.ended.join(), /^completed$/);
      check(!existsSync(join(w.cwd, ".claude/ralph-loop.local.md")), "its file is still there");
    },
  },
  {
    test: "hookify: a rule of the user's blocks one command and no other",
    at: `${OFFICIAL}/hookify`,
    async run(root) {
      await using w = await world({
        plugins: [root],
        replies: [call("Bash", { command: "rm -rf /tmp/x" }), call("Bash", { command: "ls" })],
        files: { ".claude/hookify.rm.local.md": RM_RULE },
        flags: { permissionMode: "bypassPermissions" },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^denied,ok$/);
      expect(w.notices + w.sent(1), /\[block-rm\]/);
    },
  },
  {
    test: "security-guidance: a risky file that was written gets a warning",
    at: `${OFFICIAL}/security-guidance`,
    async run(root) {
      await using w = await world({
        plugins: [root],
        replies: [call("Write", { file_path: "a.js", content: "const f = (x) => { eval(x); document.body.innerHTML = x; };\n" })],
        flags: { permissionMode: "bypassPermissions" },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^ok$/);
      expect(w.sent(1), /eval|innerHTML[\s\S]*(?:risk|XSS|security)/i);
      check(!w.sent(1).includes('"metrics"'), "fields that nobody knows became context");
    },
  },
  ...["explanatory-output-style", "learning-output-style"].map((name) => ({
    test: `${name}: its style is told at the start`,
    at: `${OFFICIAL}/${name}`,
    async run(root) {
      await using w = await world({ plugins: [root] });
      await w.prompt("hi");
      expect(w.sent(0), /You are in '(?:explanatory|learning)' output style mode/);
    },
  })),
  {
    test: "claude-security: its command shows a banner",
    at: `${OFFICIAL}/claude-security`,
    async run(root) {
      await using w = await world({ plugins: [root] });
      await w.prompt("/claude-security:claude-security");
      expect(w.notices, /Claude Security/);
      expect(w.ended.join(), /^completed$/);
    },
  },
  {
    test: "safety-net: four destructive commands are denied, a harmless one runs",
    at: "kenryu42+claude-code-safety-net",
    async run(root) {
      const commands = ["rm -rf /", "git reset --hard", "git push --force origin main", 'bash -c "rm -rf ~"', "ls -la"];
      await using w = await world({
        plugins: [root],
        replies: commands.map((command) => call("Bash", { command })),
        flags: { permissionMode: "bypassPermissions" },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^denied,denied,denied,denied,ok$/);
      expect(w.sent(4), /BLOCKED by Safety Net/i);
    },
  },
  {
    test: "caveman: plain text at the start is context; a prompt changes its mode",
    at: "JuliusBrussee+caveman",
    async run(root) {
      await using w = await world({ plugins: [root] });
      await w.prompt("hi");
      expect(w.sent(0), /CAVEMAN MODE ACTIVE/);
      await w.prompt("/caveman ultra");
      expect(w.sent(1), /CAVEMAN MODE ACTIVE[^\n]*ultra/i);
    },
  },
  {
    test: "safety-nets: a claim without evidence is held back once",
    at: "ANcpLua+ancplua-claude-plugins/plugins/safety-nets",
    async run(root) {
      await using w = await world({ plugins: [root], replies: [say("All done, tests pass."), say("All done, tests pass.")] });
      await w.prompt("fix it");
      expect(String(w.asked), /^2$/);
      expect(w.sent(1), /overclaim-net/);
      expect(w.ended.join(), /^completed$/);
    },
  },
  {
    test: "tavily-tools: fetching is denied with what to use instead",
    at: "fcakyon+claude-codex-settings/plugins/tavily-tools",
    async run(root) {
      await using w = await world({
        plugins: [root],
        replies: [call("WebFetch", { url: "https://example.com/", prompt: "x" })],
        flags: { permissionMode: "bypassPermissions" },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^denied$/);
      expect(w.sent(1), /tavily/i);
    },
  },
  {
    test: "hook-todo-collector: what was written is searched when the run stops",
    at: "Dev-GOM+claude-code-marketplace/plugins/hook-todo-collector",
    async run(root) {
      await using w = await world({
        plugins: [root],
        replies: [call("Write", { file_path: "src/app.js", content: "// TODO: one\n// FIXME: two\n" })],
        flags: { permissionMode: "bypassPermissions" },
        prepare: ({ cwd }) => git(cwd, "init", "-q"),
      });
      await w.prompt("go");
      check(existsSync(join(w.cwd, ".plugin-config/hook-todo-collector.json")), "it left no configuration");
      expect(w.read(".todos-report.md"), /FIXME/);
    },
  },
  {
    test: "hook-git-auto-backup: changed files are committed when the run stops",
    at: "Dev-GOM+claude-code-marketplace/plugins/hook-git-auto-backup",
    async run(root) {
      await using w = await world({
        plugins: [root],
        files: { "a.txt": "a\n" },
        prepare({ cwd, home }) {
          writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = a\n\temail = a@b.c\n");
          git(cwd, "init", "-q");
          git(cwd, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "first");
        },
      });
      await w.prompt("go");
      expect(git(w.cwd, "log", "--format=%s"), /Auto-backup/);
    },
  },
  {
    test: "claude-octopus: entering plan mode tells its rules",
    at: "nyldn+claude-octopus",
    async run(root) {
      await using w = await world({ plugins: [root], replies: [call("EnterPlanMode", {})], flags: { permissionMode: "acceptEdits" } });
      await w.prompt("go");
      expect(w.sent(1), /<\/PLAN-MODE-RULES>/);
    },
  },
  {
    test: "gh-cli: pages of GitHub are refused in favour of gh",
    at: "trailofbits+skills/plugins/gh-cli",
    async run(root) {
      const urls = [
        call("WebFetch", { url: "https://github.com/o/r/pull/12", prompt: "x" }),
        call("Bash", { command: "curl https://api.github.com/repos/o/r" }),
      ];
      await using w = await world({
        plugins: [root],
        replies: urls,
        flags: { permissionMode: "bypassPermissions" },
        env: { PATH: `/tmp/stubs:${process.env.PATH}` },
        prepare() {
          mkdirSync("/tmp/stubs", { recursive: true });
          writeFileSync("/tmp/stubs/gh", "#!/bin/sh\nexit 0\n");
          chmodSync("/tmp/stubs/gh", 0o755);
        },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^denied,denied$/);
      expect(w.sent(1), /gh pr view 12 --repo o\/r/);
      expect(w.sent(2), /gh api repos\/o\/r/);
    },
  },
  {
    test: "claude-mem: hooks without their program block nothing",
    at: "thedotmack+claude-mem/plugin",
    async run(root) {
      await using w = await world({
        plugins: [root],
        replies: [call("Bash", { command: "echo a" }), call("Write", { file_path: "a.txt", content: "a" })],
        flags: { permissionMode: "bypassPermissions" },
      });
      await w.prompt("go");
      expect(w.outcomes.join(), /^ok,ok$/);
      expect(w.ended.join(), /^completed$/);
    },
  },
];

export async function* rows({ dir, only }) {
  for (const { test, at, run } of TESTS) {
    if (only !== undefined && !test.includes(only)) continue;
    const root = join(dir, at);
    yield existsSync(root) ? await check.row(test, () => run(root)) : leftOut(test, `${at} isn't checked out`);
  }
}

const git = (cwd, ...args) => execFileSync("git", args, { cwd, encoding: "utf8" });
