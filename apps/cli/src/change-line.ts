/** What came, went and changed of plugins, for people: one line, however much it was. */
import type { Event } from "@keelson/protocol";
import { visible } from "./clean.ts";

type Change = Pick<Extract<Event, { type: "catalog.changed" }>, "added" | "removed" | "changed">;

const WORDS: Readonly<Record<string, string>> = {
  skills: "skill",
  commands: "command",
  agents: "agent",
  outputStyles: "output style",
  rules: "rule",
  instructions: "instructions",
  mcpServers: "MCP server",
  lspServers: "language server",
  monitors: "monitor",
  toolFiles: "tool file",
  programs: "programs in",
  tools: "tool",
};
const MOST = 6;

/** Empty where nothing did. */
export function changeLine({ added, removed, changed }: Change): string {
  const part = (head: string, names: readonly string[]): readonly string[] => (names.length === 0 ? [] : [`${head}: ${listed(names)}.`]);
  return [...part("New", added), ...part("Gone", removed), ...part("Changed", changed)].join(" ");
}

function listed(names: readonly string[]): string {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : "";
  return `${names.slice(0, MOST).map(nameOf).join(", ")}${more}`;
}

function nameOf(name: string): string {
  const [kind = "", ...others] = name.split(" ");
  return visible([WORDS[kind] ?? kind, ...others].join(" "));
}

const PROMPT: Readonly<Record<Extract<Event, { type: "catalog.changed" }>["prompt"], string>> = {
  kept: "",
  announced: " The model is told.",
  rewritten: " The model's prompt says it from now on.",
};

export const changedLine = (event: Extract<Event, { type: "catalog.changed" }>): string => `${changeLine(event)}${PROMPT[event.prompt]}`;
