import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "./endpoint.ts";
import { costOf, PUBLISHED, type Cost } from "./process.ts";
import { ratio, type Bench } from "./row.ts";

const PLUGINS = 20;
const SKILLS = 10; // of each; commands and agents as the average plugin has them
const COMMANDS = 2;
const WITH_HOOKS = 5;
const YOUNG_MS = 2500;
const LINE = "Use when someone asks for it, in words of the usual length, so that it looks like what people write. ";

/** Whole processes, in turn: a one-word answer with twenty plugins enabled, and with none. Their hooks are read and bound; none of them fires on a word. */
export const plugins: Bench = async (short) => {
  const rounds = short ? 3 : 15;
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    await using endpoint = await listen(async (reply) => {
      reply.begin();
      reply.text("hi");
      reply.end("end_turn");
    });
    const roots = await writePlugins(join(home, "plugins"));
    await wait(YOUNG_MS); // what is younger than its index is read again
    const none = [PUBLISHED, "-p", "hi", "--base-url", endpoint.url, "--model", "bench"];
    const words = { none, many: [...none, ...roots.flatMap((root) => ["--plugin-dir", root])] };
    const costs: Record<keyof typeof words, Cost[]> = { none: [], many: [] };
    for (let n = -2; n < rounds; n++)
      for (const name of ["none", "many"] as const) {
        const cost = await costOf(home, words[name]);
        if (n >= 0) costs[name].push(cost); // the first two rounds warm the caches
      }
    const beside = (which: keyof Cost) => ({
      measured: costs.many.map((each) => each[which]),
      baseline: costs.none.map((each) => each[which]),
      unit: "ms",
      of: "with none",
    });
    return [
      ratio(`keel -p hi with ${PLUGINS} plugins, elapsed`, { atMost: 1.3 }, beside("wall")),
      ratio(`keel -p hi with ${PLUGINS} plugins, processor time`, { atMost: 1.3 }, beside("cpu")),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

async function writePlugins(folder: string): Promise<readonly string[]> {
  const roots = Array.from({ length: PLUGINS }, (_, at) => join(folder, `plugin-${at}`));
  for (const [at, root] of roots.entries())
    for (const [path, content] of Object.entries(filesOf(at))) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  return roots;
}

function filesOf(plugin: number): Readonly<Record<string, string>> {
  const count = (length: number): readonly number[] => Array.from({ length }, (_, at) => at);
  const command = { type: "command", command: '"${CLAUDE_PLUGIN_ROOT}/scripts/check.sh"' };
  const hooks = {
    hooks: { PreToolUse: [{ matcher: "Bash", hooks: [command] }], PostToolUse: [{ matcher: "Edit|Write", hooks: [command] }] },
  };
  return {
    ".claude-plugin/plugin.json": JSON.stringify({ name: `plugin-${plugin}`, version: "1.0.0", description: LINE, author: { name: "A" } }),
    "README.md": `# Plugin ${plugin}\n\n${LINE.repeat(20)}\n`,
    ...Object.fromEntries(count(SKILLS).map((at) => [`skills/skill-${at}/SKILL.md`, text(`skill-${at}`, [], at)])),
    ...Object.fromEntries(
      count(COMMANDS).map((at) => [
        `commands/command-${at}.md`,
        text(`command-${at}`, [plugin % 10 === 0 ? "argument-hint: [file] [mode]" : "argument-hint: '[file]'"], at),
      ]),
    ),
    "agents/agent.md": text("agent", ["tools: Read, Grep, Glob", "model: inherit", "color: blue"], 1),
    ...(plugin < WITH_HOOKS && { "hooks/hooks.json": JSON.stringify(hooks), "scripts/check.sh": "#!/bin/sh\nexit 0\n" }),
  };
}

/** Heads as people write them: one of ten is quoted, a few are no YAML. */
function text(name: string, more: readonly string[], at: number): string {
  const description = at % 10 === 0 ? `"${name}: ${LINE}${LINE}"` : `${name}. ${LINE}${LINE}`;
  return ["---", `name: ${name}`, `description: ${description}`, ...more, "---", `# ${name}`, "", LINE.repeat(60), ""].join("\n");
}
