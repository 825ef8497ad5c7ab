// A call from a tool's name and its input, without the tool: the effects that the bundled tools would state. Nothing of it runs.
import { posix } from "node:path";
import type { BoundCall, Effect, Json, JsonObject } from "@keelson/protocol";
import { braceWords } from "../shell/braces.ts";

export type Binding = { readonly ok: true; readonly call: BoundCall } | { readonly ok: false; readonly error: string };
type Where = { readonly cwd: string; readonly home: string };
type Form = {
  /** Fields that must be texts. */
  readonly texts: readonly string[];
  readonly effects: (text: (key: string) => string, where: Where) => readonly Effect[];
  readonly readOnly?: true;
};

const at = (path: string, { cwd, home }: Where): string => {
  const local = path.replace(/^file:\/\/(?=\/)/, "");
  if (local === "~" || local.startsWith("~/")) return home + local.slice(1);
  return posix.isAbsolute(local) ? local : `${cwd}/${local}`;
};
const reads = (key: string): Form => ({
  texts: [key],
  readOnly: true,
  effects: (text, where) => [{ do: "read", path: at(text(key), where) }],
});
const changes = (key: string, also: readonly string[] = []): Form => ({
  texts: [key, ...also],
  effects: (text, where) => [
    ...(also.length > 0 ? [{ do: "read", path: at(text(key), where) } as const] : []),
    { do: "write", path: at(text(key), where) },
  ],
});
const searches: Form = {
  texts: [],
  readOnly: true,
  effects: (text, where) => [{ do: "read", path: at(text("path") || ".", where), under: true, filtered: true }],
};

/** A pattern that leads out of the folder to search is a search there: at its words before the first wildcard. */
const globs: Form = {
  ...searches,
  effects: (text, where) => {
    const base = at(text("path") || ".", where);
    const ways = alternatives(text("pattern"));
    const folders = ways.flatMap((way) => (LEADS_OUT.test(way) ? [at(literalFolder(way), { ...where, cwd: base })] : [base]));
    return [...new Set(folders)].map((path): Effect => ({ do: "read", path, under: true, filtered: true }));
  },
};
/** Other signs than those of braces don't matter to where it leads; what can't be told may lead anywhere. */
const alternatives = (pattern: string): readonly string[] =>
  pattern.includes("{") ? (braceWords(pattern.replaceAll(/[^\w\-./,{}]/g, "%")) ?? ["/*"]) : [pattern];

const LEADS_OUT = /^(?:\/|~\/)|(?:^|\/)\.\.(?:\/|$)/;

function literalFolder(pattern: string): string {
  const names = pattern.split("/");
  const up = names.lastIndexOf("..");
  const wild = names.findIndex((name) => /[*?[{%]/.test(name));
  return names.slice(0, Math.max(wild === -1 ? names.length - 1 : wild, up + 1)).join("/") || "/";
}

const agent: Form = { texts: ["prompt"], effects: (text) => [{ do: "spawn", agent: text("subagent_type") || "general-purpose" }] };

const TOOLS: Readonly<Record<string, Form>> = {
  Bash: { texts: ["command"], effects: (text, { cwd }) => [{ do: "shell", text: text("command"), cwd }] },
  Read: reads("file_path"),
  LS: reads("path"),
  Glob: globs,
  Grep: searches,
  Write: changes("file_path"),
  Edit: changes("file_path", ["old_string", "new_string"]),
  MultiEdit: changes("file_path"),
  NotebookEdit: changes("notebook_path"),
  Delete: { texts: ["path"], effects: (text, where) => [{ do: "delete", path: at(text("path"), where) }] },
  WebFetch: { texts: ["url"], readOnly: true, effects: (text) => [{ do: "connect", url: text("url") }] },
  WebSearch: { texts: ["query"], effects: () => [{ do: "unknown", why: "it asks a search service" }] },
  Agent: agent,
  Task: agent,
  Skill: { texts: ["skill"], effects: () => [{ do: "unknown", why: "a skill may tell the model to do anything" }] },
};

export function bindCall(tool: string, raw: Json | undefined, where: Where): Binding {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return { ok: false, error: `The input of ${tool} isn't an object.` };
  const input = raw as JsonObject;
  const form = Object.hasOwn(TOOLS, tool) ? TOOLS[tool] : /^mcp__[^_].*?__./.test(tool) ? SERVER : undefined;
  if (!form) return { ok: false, error: `There is no tool ${tool}.` };
  const text = (key: string): string => (Object.hasOwn(input, key) && typeof input[key] === "string" ? input[key] : "");
  const wrong = form.texts.find((key) => !Object.hasOwn(input, key) || typeof input[key] !== "string");
  if (wrong !== undefined) return { ok: false, error: `${tool} needs ${wrong}, a text.` };
  return { ok: true, call: callOf(input, form.effects(text, where), form.readOnly === true) };
}

const SERVER: Form = { texts: [], effects: () => [{ do: "unknown", why: "a server does it" }] };

const callOf = (input: JsonObject, effects: readonly Effect[], readOnly: boolean): BoundCall => ({
  input,
  effects,
  readOnly,
  concurrencySafe: false,
  replay: "never",
  validate: async () => undefined,
  async *run() {
    throw new Error("This call is only judged, and never run.");
  },
});
