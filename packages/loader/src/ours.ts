/** What is keelson's own in a manifest: `extensions["dev.keelson"]`. Rule: ours is read strictly, since a typo in it would go unseen. */
import type { Json, Problem } from "@keelson/protocol";
import { isObject, itemsAt, nodeAt, problemAt, valueOf, type Document } from "./json.ts";
import { quote, suggest } from "./words.ts";

const PATH = ["extensions", "dev.keelson"];
const KEYS = ["tools", "system"];

/** `system`: a path as it was written, relative to the plugin's root. */
export type Ours = { readonly tools: readonly string[]; readonly system?: string; readonly problems: readonly Problem[] };

export function readOurs(document: Document): Ours {
  const node = nodeAt(document, PATH);
  const ours = node && valueOf({ root: node, gone: document.gone });
  if (ours === undefined) return { tools: [], problems: [] };
  if (!isObject(ours))
    return { tools: [], problems: [problemAt(document, node, "error", `${quote("dev.keelson")} must be an object. It isn't used.`)] };
  const problems: Problem[] = [];
  const report = (key: string, severity: Problem["severity"], text: string): void =>
    void problems.push(problemAt(document, nodeAt(document, [...PATH, key]), severity, text));
  for (const key of Object.keys(ours))
    if (!KEYS.includes(key)) report(key, "warning", `${quote(key)} isn't a key of dev.keelson: ${suggest(key, KEYS)}`);
  const { tools, system } = ours;
  if (tools !== undefined && !Array.isArray(tools))
    report("tools", "error", `${quote("tools")} must be a list of names of tools. None is enabled.`);
  if (system !== undefined && !isPath(system))
    report("system", "error", `${quote("system")} must be the path of a file in the plugin. It isn't used.`);
  return { ...readTools(document, problems), ...(isPath(system) && { system }), problems };
}

function readTools(document: Document, problems: Problem[]): { readonly tools: readonly string[] } {
  const tools = new Set<string>();
  for (const { value, line } of itemsAt(document, [...PATH, "tools"])) {
    if (typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value)) tools.add(value);
    else
      problems.push({
        severity: "error",
        file: document.file,
        line,
        text: `${quote(JSON.stringify(value))} isn't a name of a tool. It is left out.`,
      });
  }
  return { tools: [...tools] };
}

function isPath(value: Json | undefined): value is string {
  return typeof value === "string" && value.trim() !== "";
}
