/**
 * Starts one skill: its text is read now, rendered with its arguments, and comes back as words for the context, with all it wishes as data.
 * Rule: nothing happens here but reading and what the inline commands do, and those are judged with the skill's own rules.
 */
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { HookDecl, Problem, Provenance, Rule } from "@keelson/protocol";
import { grantsOf } from "./grants.ts";
import { digestOf, type SkillMemory, type SkillNote } from "./memory.ts";
import { render, type FileOutcome, type InlineOutcome } from "./render.ts";
import { PROVENANCE, type Entry } from "./shelf.ts";

/** What the house knows and a text may ask for. Paths are absolute. */
export type Place = {
  readonly session: string;
  readonly cwd: string;
  readonly home: string;
  /** The folder that the session was opened in. */
  readonly project: string;
  readonly effort?: string | undefined;
  /** Where a plugin may keep things. */
  readonly dataDir: (plugin: string) => string;
  /** What the user told a plugin, secrets left out. */
  readonly userConfig: (plugin: string) => Readonly<Record<string, string>>;
};

export type StartPorts<Step> = {
  /** `readBody` of the loader. */
  readonly readBody: (
    decl: Entry["decl"],
    within: string,
  ) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string }>;
  /** Judged with these rules beside the session's own, and never asked about. */
  readonly runInline: (command: string, rules: readonly Rule[]) => AsyncGenerator<Step, InlineOutcome>;
  readonly readFile: (path: string) => Promise<FileOutcome>;
  readonly mayGrant: (entry: Entry) => boolean;
  /** `disableSkillShellExecution`. */
  readonly noCommands: boolean;
  readonly memory: () => SkillMemory;
};

/** `background`: the parent goes on meanwhile. */
export type Fork = {
  readonly agent: string;
  readonly prompt: string;
  readonly background: boolean;
  readonly model?: string;
  readonly effort?: string;
};
export type StartedSkill = {
  readonly ok: true;
  readonly id: string;
  /** For the log, before the words: see `skillEvent`. */
  readonly note: SkillNote;
  /** For the context; of a fork there are none. */
  readonly words: { readonly from: Provenance; readonly text: string };
  /** Instead of the words: a sub-agent is to be started with them. */
  readonly fork?: Fork;
  /** Until the user speaks again. */
  readonly rules: readonly Rule[];
  /** Until the user speaks again. */
  readonly model?: string;
  readonly effort?: string;
  /** Until the session ends. Whether they may run is another's to say. */
  readonly hooks: readonly HookDecl[];
  readonly problems: readonly Problem[];
};
export type NotStarted = { readonly ok: false; readonly why: string };

const GENERAL = "general-purpose";

export async function* startSkill<Step>(
  { entry, args, typed }: { readonly entry: Entry; readonly args: string; readonly typed: string },
  place: Place,
  ports: StartPorts<Step>,
): AsyncGenerator<Step, StartedSkill | NotStarted> {
  const { decl, id } = entry;
  const refuse = (why: string): NotStarted => ({
    ok: false,
    why: `${entry.kind === "skill" ? "The skill" : "The command"} ${id} wasn't started. ${why}`,
  });
  if (decl.shell !== undefined && decl.shell !== "bash") return refuse(`Its commands are for ${decl.shell}, and here they run in bash.`);
  const body = await ports.readBody(decl, entry.within);
  if (!body.ok) return refuse(`${decl.file} ${body.why}.`);
  if (body.text.trim() === "") return refuse(`${decl.file} holds no text below its head. Write what is to be done there.`);
  const variables = variablesOf(entry, place);
  const { rules, problems } = grantsOf(entry, variables, ports.mayGrant(entry), place.cwd);
  const rendered = yield* render(
    {
      text: withFolder(body.text, decl.dir),
      dialect: decl.dialect ?? "dollar",
      isSkill: entry.kind === "skill",
      args,
      names: decl.arguments ?? [],
      base: entry.base,
      variables,
      typed,
      folders: foldersOf(entry, place),
      noCommands: ports.noCommands,
    },
    { runInline: (command) => ports.runInline(command, rules), readFile: ports.readFile },
  );
  if (!rendered.ok) return refuse(rendered.why);
  const text = decl.fork ? rendered.text : headed(entry, rendered.text);
  const digest = digestOf(text);
  const again = !decl.fork && ports.memory().present.has(digest);
  const words = again ? `The skill ${id} is to be followed again: its text stands above, unchanged.` : text;
  return {
    ok: true,
    id,
    note: { id, digest, how: decl.fork ? "apart" : again ? "again" : "new" },
    words: { from: provenance(entry, rendered.foreign), text: words },
    ...(decl.fork && { fork: { agent: decl.agent ?? GENERAL, prompt: text, background: decl.background ?? true, ...wishOf(decl) } }),
    rules,
    ...wishOf(decl),
    hooks: decl.hooks ?? [],
    problems: [...problems, ...(rendered.unseen > 0 ? [hidden(entry, rendered.unseen)] : [])],
  };
}

const wishOf = ({ model, effort }: Entry["decl"]): Pick<StartedSkill, "model" | "effort"> => ({
  ...(model !== undefined && model !== "inherit" && { model }),
  ...(effort !== undefined && { effort }),
});

/** Not documented, and written by many: `{baseDir}` is the skill's folder. */
function withFolder(text: string, dir: string | undefined): string {
  return dir !== undefined && /^[\w@%+=:,./-]+$/.test(dir) ? text.replaceAll(/(?<![$\w{])\{baseDir\}/g, dir) : text;
}

function headed({ id, kind, decl }: Entry, text: string): string {
  const folder = decl.dir === undefined ? "" : `\nIts folder, which relative paths in it begin at: ${decl.dir}`;
  return `# ${kind === "skill" ? "Skill" : "Command"} ${id}${folder}\n\n${text}`;
}

/** What commands printed and what stands in files is nobody's word here, least of all the user's. */
const provenance = ({ origin }: Entry, foreign: boolean): Provenance => (foreign && origin === "user" ? "repo" : PROVENANCE[origin]);

function variablesOf(entry: Entry, { session, project, effort, dataDir, userConfig }: Place): ReadonlyMap<string, string> {
  const { decl, plugin } = entry;
  const dir = decl.dir ?? dirname(decl.file);
  const always: [string, string][] = [
    ...(["CLAUDE_SESSION_ID", "KEEL_SESSION_ID"] as const).map((name): [string, string] => [name, session]),
    ...(["CLAUDE_PROJECT_DIR", "KEEL_PROJECT_DIR", "workspacePath"] as const).map((name): [string, string] => [name, project]),
    ...(["CLAUDE_SKILL_DIR", "KEEL_SKILL_DIR"] as const).map((name): [string, string] => [name, dir]),
    ...(effort === undefined ? [] : [["CLAUDE_EFFORT", effort] satisfies [string, string]]),
    ["/", sep],
  ];
  if (!plugin) return new Map(always);
  const own = Object.entries(userConfig(plugin.name)).map(([key, value]): [string, string] => [`user_config.${key}`, value]);
  const roots = (["CLAUDE_PLUGIN_ROOT", "PLUGIN_ROOT", "extensionPath"] as const).map((name): [string, string] => [name, plugin.root]);
  const data = (["CLAUDE_PLUGIN_DATA", "PLUGIN_DATA"] as const).map((name): [string, string] => [name, dataDir(plugin.name)]);
  return new Map([...always, ...roots, ...data, ...own]);
}

/** A skill's own folder before the session's. */
function foldersOf({ decl }: Entry, { cwd, home }: Place): readonly ((path: string) => string)[] {
  const from = (folder: string) => (path: string) => {
    if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
    return isAbsolute(path) ? path : resolve(folder, path);
  };
  return [...(decl.dir === undefined ? [] : [from(decl.dir)]), from(cwd)];
}

function hidden({ id, decl }: Entry, unseen: number): Problem {
  const hint = "Look at the file with a tool that shows them, and remove them.";
  return {
    severity: "warning",
    file: decl.file,
    code: "unseen_characters",
    text: `The text of ${id} holds ${unseen} characters that nobody sees; they were left out. ${hint}`,
    hint,
  };
}
