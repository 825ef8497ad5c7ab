import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MODES, type Mode } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, CALLS, CWD, isKnown, judge, linked, type KnownTool } from "../test/engine.ts";

// The corpus stands beside a checkout, not in it: some of its data may be read from there but not copied.
const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/permissions.jsonl");

type Case = {
  readonly id: string;
  readonly group: string;
  readonly settings: {
    readonly permissions: { readonly allow: string[]; readonly ask: string[]; readonly deny: string[] };
    readonly mode: string;
    readonly additionalDirectories: string[];
  };
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly expected: string;
  readonly safety: boolean;
  readonly lenient?: boolean;
  readonly fs?: readonly { readonly path: string; readonly target: string }[];
};
type Verdict = "allow" | "ask" | "deny";
const KEYS: Readonly<Record<KnownTool, string>> = {
  Bash: "command",
  Read: "file_path",
  Glob: "path",
  Grep: "path",
  Write: "file_path",
  Edit: "file_path",
  NotebookEdit: "notebook_path",
  Delete: "path",
};

const isMode = (mode: string): mode is Mode => MODES.some((one) => one === mode);

async function verdictOn(one: Case, tool: KnownTool): Promise<Verdict> {
  const { permissions, mode, additionalDirectories: directories } = one.settings;
  const what = one.input[KEYS[tool]] ?? (tool === "Glob" || tool === "Grep" ? CWD : undefined);
  if (typeof what !== "string") return "deny"; // no tool would bind it
  const call = { ...CALLS[tool](what), input: JSON.parse(JSON.stringify(one.input)) };
  const links = linked(Object.fromEntries((one.fs ?? []).map(({ path, target }) => [path, target])));
  const world = { rules: permissions, directories, mode: isMode(mode) ? mode : "default" } as const;
  const { behavior } = await judge(asked(tool, call, world), { links });
  return behavior === "ask" && mode === "dontAsk" ? "deny" : behavior;
}

it("allows nothing in the corpus that must not be allowed, and lets no denied call through", async () => {
  if (!existsSync(CORPUS)) return console.warn(`NOT MEASURED: no permission corpus at ${CORPUS}`);
  const cases: Case[] = readFileSync(CORPUS, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const judged: (Case & { readonly got: Verdict })[] = [];
  for (const one of cases) if (isKnown(one.tool)) judged.push({ ...one, got: await verdictOn(one, one.tool) });
  const named = (which: (one: (typeof judged)[number]) => boolean): string[] => judged.filter(which).map(({ id }) => id);
  const unsafe = named((one) => one.safety && one.got === "allow");
  const letThrough = named((one) => one.expected === "deny" && !one.lenient && one.got === "allow");
  const missed = named((one) => one.expected === "deny" && !one.lenient && one.got !== "deny");
  const nag = named((one) => one.expected === "allow" && one.got !== "allow");
  const benign = named((one) => one.expected === "allow");
  console.log(
    `permission corpus: ${judged.length} cases, unsafe ${unsafe.length}, denies asked instead ${missed.length}, nag ${nag.length}/${benign.length}`,
  );
  expect(judged.length).toBeGreaterThan(500);
  expect({ unsafe, letThrough }).toEqual({ unsafe: [], letThrough: [] });
});
