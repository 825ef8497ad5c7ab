// What is wrong with real plugins must not stand in anyone's way: their sessions open, their calls run, their runs end.
import { readFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { readPlugin, validatePlugins } from "../../packages/loader/dist/index.js";
import { check, expect } from "./check.mjs";
import { leftOut } from "./table.mjs";
import { call, say, world } from "./world.mjs";

const LONGEST_MS = 180_000; // hooks have minutes of their own
const MOST_EACH = 8; // plugins of one fault
const FOREIGN = /^\s*(?:uvx?|bunx?|npx|bun)\s/;

/** `of`: what a plugin has that shows the fault. */
const FAULTS = [
  { test: "a hook whose script is missing", has: ({ problems }) => problems.some(({ code }) => code === "hook_script_missing") },
  { test: "a script that may not be run", has: ({ problems }) => problems.some(({ code }) => code === "hook_script_mode") },
  { test: "hooks that aren't an object", has: ({ problems }) => problems.some(({ code }) => code === "hooks_shape") },
  { test: "hooks that are an empty list", has: ({ root }) => emptyList(join(root, "hooks", "hooks.json")) },
  { test: "a link that leads round in a circle", has: ({ problems }) => problems.some(({ code }) => code === "link_loop") },
  {
    test: "links that lead nowhere, or out",
    has: ({ problems }) => problems.some(({ code }) => code === "link_broken" || code === "link_escapes"),
  },
  {
    test: "an event that isn't one",
    has: ({ problems }) => problems.some(({ code, file }) => code === "hook_event_unknown" && file.endsWith(".json")),
  },
  { test: "a matcher that is a rule", has: ({ problems }) => problems.some(({ code }) => code === "hook_matcher") },
  { test: "timeouts in milliseconds", has: ({ problems }) => problems.some(({ code }) => code === "hook_timeout") },
  {
    test: "hooks that want programs or a network that aren't there",
    has: ({ hooks }) => hooks.some(({ handler }) => FOREIGN.test(String(handler.command))),
  },
];

export async function* rows({ dir, repositories, only }) {
  const found = new Map(FAULTS.map(({ test }) => [test, []]));
  if (only === undefined || FAULTS.some(({ test }) => test.includes(only)))
    for (const { root } of repositories)
      for (const { root: at, problems } of await validatePlugins(root, true)) {
        const { plugin } = await readPlugin(at, { within: root });
        if (plugin) for (const { test, has } of FAULTS) if (has({ root: at, problems, hooks: plugin.hooks })) found.get(test).push(at);
      }
  for (const { test } of FAULTS) {
    if (only !== undefined && !test.includes(only)) continue;
    const roots = spread(found.get(test), dir).slice(0, MOST_EACH);
    if (roots.length === 0) yield leftOut(test, "no plugin here has it");
    for (const root of roots) yield await check.row(`${test}: ${relative(dir, root)}`, () => blocksNothing(root));
  }
}

async function blocksNothing(root) {
  const calls = [
    call("Bash", { command: "echo one > a.txt && cat a.txt" }),
    call("Edit", { file_path: "a.txt", old_string: "one", new_string: "two" }),
  ];
  await using w = await world({
    plugins: [root],
    replies: [...calls, call("Read", { file_path: "a.txt" }), say("It is two.")],
    flags: { permissionMode: "bypassPermissions" },
  });
  await w.prompt("Change it.", LONGEST_MS);
  const said = w.notices;
  expect(w.ended.join(), /^completed$/);
  // A hook may deny; one that is broken may not.
  const denied = w.events("call.judged").filter(({ decision }) => decision.behavior === "deny");
  check(
    denied.every(({ decision }) => decision.stage === "hooks" && !isFault(decision.reason)),
    `a call was stopped: ${JSON.stringify(denied[0]?.decision)}`,
  );
  return denied.length > 0
    ? `it denies: ${denied[0].decision.reason}`
    : (said.split("\n").find((line) => line.includes(basename(root))) ?? "");
}

const isFault = (reason) => /no such file|not found|permission denied|can't open file|cannot find module/i.test(reason);

/** One of each repository first. */
const spread = (roots, dir) => {
  const repositoryOf = (root) => relative(dir, root).split(sep)[0];
  const nth = new Map();
  return roots
    .map((root) => {
      const count = nth.get(repositoryOf(root)) ?? 0;
      nth.set(repositoryOf(root), count + 1);
      return { root, count };
    })
    .toSorted((a, b) => a.count - b.count)
    .map(({ root }) => root);
};

function emptyList(file) {
  try {
    const whole = JSON.parse(readFileSync(file, "utf8"));
    const list = Array.isArray(whole) ? whole : whole.hooks;
    return Array.isArray(list) && list.length === 0;
  } catch {
    return false;
  }
}
