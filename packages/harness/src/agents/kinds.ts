import { GENERAL } from "@keelson/tools";
import type { Catalog, Found } from "@keelson/loader";
import type { JsonObject } from "@keelson/protocol";
import type { Standing } from "../guard/folder-trust.ts";
import { bodyOf, bringerOf, isUsable } from "../plugins/gathered.ts";

/** A kind of sub-agent. What isn't said is the parent's. */
export type AgentKind = {
  readonly name: string;
  readonly description: string;
  /** Its system prompt; undefined: the parent's. Rejects when its file can't be read. */
  readonly prompt: (() => Promise<string>) | undefined;
  readonly tools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
  readonly effort?: string;
  readonly permissionMode?: string;
  readonly maxTurns?: number;
  readonly background?: boolean;
  readonly isolation?: "worktree";
  /** It goes on from all that the parent knows, with the parent's very prompt. */
  readonly fork?: true;
  /** None fire inside of it. */
  readonly hooks?: "off";
  /** Skills whose text it begins with. */
  readonly skills?: readonly string[];
  /** Whose notes of earlier work it begins with. */
  readonly memory?: Memory;
  /** It begins without the instruction files that its session was told. */
  readonly instructions?: false;
  /** Its file, where its own hooks may count; of one of the command line, what stands there. */
  readonly found?: Found<"agents">;
  readonly given?: JsonObject;
};
const MEMORIES = ["user", "project", "local"] as const;
export type Memory = (typeof MEMORIES)[number];
const memoryIn = (value: unknown): { readonly memory?: Memory } => {
  const memory = MEMORIES.find((one) => one === value);
  return memory === undefined ? {} : { memory };
};

const BUILTIN: readonly AgentKind[] = [
  { name: GENERAL, description: "Any work, with all your tools", prompt: undefined },
  { name: "fork", description: "Yourself, with all you know by now", prompt: undefined, fork: true },
];
/** By the ids of the catalog, and by the bare name where no other has it; those of the command line stand above. */
export function kindsOf(catalog: Catalog, standing: Standing, given: Readonly<Record<string, JsonObject>>): ReadonlyMap<string, AgentKind> {
  const kinds = new Map(BUILTIN.map((kind) => [kind.name, kind]));
  const { agents } = catalog.named;
  for (const [id, found] of agents) if (isUsable("agents", found, standing)) kinds.set(id, kindOf(found));
  for (const [alias, id] of catalog.aliases.agents) {
    const kind = kinds.get(id);
    if (kind && !kinds.has(alias)) kinds.set(alias, kind);
  }
  for (const [name, fields] of Object.entries(given)) kinds.set(name, kindFrom(name, fields));
  return kinds;
}

/** Only the user gives an agent a mode of its own. */
function kindOf(found: Found<"agents">): AgentKind {
  const { description, tools, disallowedTools, model, effort, maxTurns, background, isolation, permissionMode, skills } = found.part;
  const { memory, instructions } = found.part;
  const installed = ["plugin", "project_plugin", "flag"].includes(found.layer.kind);
  return {
    name: found.id,
    description,
    prompt: () => bodyOf(found),
    ...(tools && { tools }),
    ...(disallowedTools && { disallowedTools }),
    ...(model !== undefined && model !== "inherit" && { model }),
    ...(effort !== undefined && { effort }),
    ...(permissionMode !== undefined && bringerOf(found.layer) === "user" && { permissionMode }),
    ...(maxTurns !== undefined && { maxTurns }),
    ...(background !== undefined && { background }),
    ...(isolation === "worktree" && { isolation }),
    ...(skills && { skills }),
    ...memoryIn(memory),
    ...(instructions === false && { instructions }),
    ...(!installed && { found }),
  };
}

/** As `--agents` spells it: the fields of an agent's file, its text as `prompt`. */
function kindFrom(name: string, fields: JsonObject): AgentKind {
  const { description, prompt, model, effort, permissionMode, maxTurns, background, isolation } = fields;
  const words = typeof prompt === "string" ? prompt : undefined;
  const unread = [fields["tools"], fields["disallowedTools"]].some((value) => !isList(value));
  const tools = unread ? [] : namesIn(fields["tools"]); // what it may have can't be told: nothing
  const disallowedTools = namesIn(fields["disallowedTools"]);
  const skills = namesIn(fields["skills"]);
  return {
    name,
    description: typeof description === "string" ? description : name,
    prompt: words === undefined ? undefined : async () => words,
    ...(tools && { tools }),
    ...(disallowedTools && { disallowedTools }),
    ...(typeof model === "string" && model !== "inherit" && { model }),
    ...(typeof effort === "string" && { effort }),
    ...(typeof permissionMode === "string" && { permissionMode }),
    ...(typeof maxTurns === "number" && { maxTurns }),
    ...(typeof background === "boolean" && { background }),
    ...(isolation === "worktree" && { isolation }),
    ...(skills && { skills }),
    ...memoryIn(fields["memory"]),
    ...(fields["instructions"] === false && { instructions: false }),
    given: fields,
  };
}

const isList = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  typeof value === "string" ||
  (Array.isArray(value) && value.every((one) => typeof one === "string"));

function namesIn(value: unknown): readonly string[] | undefined {
  const names = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value.map(String) : undefined;
  return names?.map((name) => name.trim()).filter((name) => name !== "");
}

/** What the model is told of them: the same for everyone with the same plugins. */
export function describeKinds(kinds: ReadonlyMap<string, AgentKind>): string {
  const lines = [...kinds]
    .filter(([name, kind]) => name === kind.name)
    .map(([name, { description }]) => `- ${name}: ${description.replaceAll(/\s+/g, " ").slice(0, 400)}`);
  return `# Kinds of agents\n${lines.join("\n")}`;
}
