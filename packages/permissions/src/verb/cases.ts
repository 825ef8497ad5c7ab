// Judges cases in the form of the permission corpus: each in a world of its own, where nothing is on the disk but the links it names.
import { MODES, type Decision, type Json } from "@keelson/protocol";
import { decide } from "../decide.ts";
import type { Entry, Links } from "../path/links.ts";
import { readRules, type RuleItem } from "../rule/read-rules.ts";
import { standardStages } from "../stages.ts";
import { bindCall } from "./bind.ts";

export type Case = {
  readonly id: string;
  readonly settings: {
    readonly permissions?: {
      readonly allow?: readonly RuleItem[];
      readonly ask?: readonly RuleItem[];
      readonly deny?: readonly RuleItem[];
    };
    readonly mode?: string;
    readonly cwd?: string;
    readonly additionalDirectories?: readonly string[];
  };
  readonly tool: string;
  readonly input?: Json;
  readonly fs?: readonly { readonly path: string; readonly target: string }[];
};
/** `reason`: of the stage that decided. */
export type Verdict = { readonly id: string; readonly verdict: "allow" | "ask" | "deny"; readonly reason: string };
export type World = { readonly home: string; readonly project: string };

const WORLD: World = { home: "/home/dev", project: "/home/dev/proj" };

/** `world`: where home is, and where the rules of a case stand. */
export async function judgeCase(one: Case, signal: AbortSignal, { home, project }: World = WORLD): Promise<Verdict> {
  const { permissions = {}, mode: named = "default", cwd = project, additionalDirectories: directories = [] } = one.settings;
  const mode = MODES.find((each) => each === named);
  if (!mode) return { id: one.id, verdict: "deny", reason: `There is no mode ${named}.` };
  const bound = bindCall(one.tool, one.input, { cwd, home });
  if (!bound.ok) return { id: one.id, verdict: "deny", reason: bound.error };
  const { rules } = readRules(permissions, { source: "claude_project", base: project });
  let open: Decision | undefined;
  const stages = standardStages({ links: linksOf(one.fs ?? []), user: async ({ soFar }) => void (open = soFar) });
  const decision = await decide({ tool: one.tool, call: bound.call, mode, rules, cwd, directories, home }, stages, signal);
  const { behavior, reason } = open ?? decision;
  return { id: one.id, verdict: behavior, reason };
}

export function linksOf(fs: readonly { readonly path: string; readonly target: string }[]): Links {
  const targets = new Map(fs.map(({ path, target }) => [path, target]));
  return {
    readlink: async (path) => targets.get(path),
    list: async (folder) => entriesIn(folder, [...targets.keys()]),
  };
}

/** Folders are there where something stands in them. */
function entriesIn(folder: string, links: readonly string[]): readonly Entry[] {
  const start = folder === "/" ? "/" : `${folder}/`;
  const names = new Set(links.flatMap((path) => (path.startsWith(start) ? path.slice(start.length).split("/")[0] || [] : [])));
  return [...names].map((name) => ({ name, link: links.includes(start + name) }));
}
