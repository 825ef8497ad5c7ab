// The laws, on random rules and calls: what is said of one rule holds beside any others.
import { MODES } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, CALLS, judge, verdict, type KnownTool, type World } from "../test/engine.ts";
import { seeded, type Random } from "../test/random.ts";

const ROUNDS = 400;
const STRENGTH = ["allow", "ask", "ask!", "deny"];
const RULES = [
  "Bash",
  "Bash(ls *)",
  "Bash(git *)",
  "Bash(git push *)",
  "Bash(npm run *)",
  "Bash(rm *)",
  "Bash(* --help)",
  "Bash(cat .env)",
  "Bash(",
  "Read",
  "Read(./.env)",
  "Read(*.pem)",
  "Read(//etc/**)",
  "Read(~/**)",
  "Edit",
  "Edit(src/**)",
  "Edit(/docs/*.md)",
  "Write",
  "Write(src/**)",
  "*",
  "WebFetch(domain:x.test)",
];
const TEXTS = [
  "ls -l",
  "git status",
  "git push",
  "git -C x push",
  "npm run build",
  "rm -rf x",
  "cat .env",
  "tsc --help",
  "sh -c ls",
  "cat /etc/hosts",
  'ls "a b"',
];
const PATHS = [".env", "src/a.ts", "docs/a.md", "a/b.pem", "/etc/hosts", "../x", ".git/config", "src", "."];
const TOOLS = ["Bash", "Read", "Write", "Edit", "Grep", "Delete"] as const;
/** In mode dontAsk an ask is shown as a denial. */
const ASKING = MODES.filter((mode) => mode !== "dontAsk");
const anyWorld = (random: Random) => ({
  mode: random.pick(ASKING),
  rules: { allow: random.some(RULES, 4), ask: random.some(RULES, 2), deny: random.some(RULES, 2) },
});
function anyCall(random: Random): [KnownTool, string] {
  const tool = random.pick(TOOLS);
  return [tool, random.pick(tool === "Bash" ? TEXTS : PATHS)];
}
const strength = async (tool: KnownTool, what: string, world: World) => STRENGTH.indexOf(await verdict(tool, what, world));

/** Runs rounds of one seed; each gives what broke the law, if anything did. */
async function broken(seed: number, round: (random: Random) => Promise<unknown>): Promise<unknown[]> {
  const random = seeded(seed);
  const found: unknown[] = [];
  for (let count = 0; count < ROUNDS; count += 1) found.push(await round(random));
  return found.filter((one) => one !== undefined);
}

it("a deny or ask rule more never weakens a verdict", async () => {
  const found = await broken(1, async (random) => {
    const world = anyWorld(random);
    const [tool, what] = anyCall(random);
    const more = random.pick(RULES);
    const list = random.pick(["deny", "ask"] as const);
    const rules = { ...world.rules, [list]: [more, ...world.rules[list]] };
    const weaker = (await strength(tool, what, { ...world, rules })) < (await strength(tool, what, world));
    return weaker ? { tool, what, list, more, world } : undefined;
  });
  expect(found).toEqual([]);
});

it("an allow rule more never strengthens a verdict, and lifts nothing but a default ask", async () => {
  const found = await broken(2, async (random) => {
    const world = anyWorld(random);
    const [tool, what] = anyCall(random);
    const rules = { ...world.rules, allow: [...world.rules.allow, random.pick(RULES)] };
    const before = await verdict(tool, what, world);
    const after = await verdict(tool, what, { ...world, rules });
    return after === before || (before === "ask" && after === "allow") ? undefined : { tool, what, before, after, rules };
  });
  expect(found).toEqual([]);
});

it("the order of rules never matters to the verdict", async () => {
  const found = await broken(3, async (random) => {
    const world = anyWorld(random);
    const [tool, what] = anyCall(random);
    const { allow, ask, deny } = world.rules;
    const rules = { allow: allow.toReversed(), ask: ask.toReversed(), deny: deny.toReversed() };
    const same = (await verdict(tool, what, { ...world, rules })) === (await verdict(tool, what, world));
    return same ? undefined : { tool, what, world };
  });
  expect(found).toEqual([]);
});

it("an allow rule on one program lets no other run beside it, before it or in it", async () => {
  const beside = [
    "; zap x",
    "\nzap x",
    " && zap x",
    " || zap x",
    " | zap x",
    " & zap x",
    " $(zap x)",
    " `zap x`",
    " <(zap x)",
    ' "$(zap x)"',
    " > out",
    " ${x:=`zap`}",
  ];
  const found = await broken(4, async (random) => {
    const text = random.pick(["npm run build", "make all", "tool x"]);
    const signed = `${random.pick(["", "", "! ", "time "])}${text}${random.pick(beside)}${random.pick(["", " ", "\n", " # end"])}`;
    const rules = { allow: [`Bash(${text})`, `Bash(${text.split(" ")[0]} *)`, `Bash(${text.slice(0, 2)}*)`] };
    const mode = random.pick(["default", "plan", "auto"] as const);
    return (await verdict("Bash", signed, { rules, mode })) === "allow" ? signed : undefined;
  });
  expect(found).toEqual([]);
});

it("what a rule denies in one mode it denies in all", async () => {
  let denied = 0;
  const found = await broken(5, async (random) => {
    const { rules } = anyWorld(random);
    const [tool, what] = anyCall(random);
    if ((await verdict(tool, what, { rules: { deny: rules.deny } })) !== "deny") return undefined;
    denied += 1;
    const all = await Promise.all(MODES.map((mode) => verdict(tool, what, { rules, mode })));
    return all.some((one) => one !== "deny") ? { tool, what, rules, all } : undefined;
  });
  expect(found).toEqual([]);
  expect(denied).toBeGreaterThan(ROUNDS / 20);
});

it("judging changes nothing", async () => {
  const call = asked("Bash", CALLS.Bash("rm -rf /"), { rules: { allow: ["Bash"] } });
  const before = structuredClone({ ...call, call: call.call.input });
  await judge(call);
  expect({ ...call, call: call.call.input }).toEqual(before);
});
