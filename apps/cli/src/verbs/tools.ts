import { censusTools, lineOf, type ToolCensus } from "@keelson/harness";
import { DONE, FAILED } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { complain, say } from "../tell.ts";
import type { ToolsAsked } from "./lines/tools.ts";

const BYTES_PER_TOKEN = 4;

/** `keel tools`: what the model is offered, where it comes from, and what it costs. */
export async function tools({ json, plugins }: ToolsAsked, machine: Machine): Promise<number> {
  const census = await censusTools(houseOf(machine, machine.cwd ?? machine.home, { flags: {}, plugins }));
  for (const problem of census.problems) await complain(`${problem.severity}: ${lineOf(problem)}`, machine, FAILED);
  const whole = census.problems.every(({ severity }) => severity !== "error");
  return await say(json ? JSON.stringify(census.tools, null, 2) : table(census), machine, whole ? DONE : FAILED);
}

function table({ tools: entries }: ToolCensus): string {
  if (entries.length === 0) return "No plugin enables a tool.";
  const wide = Math.max(...entries.map(({ name }) => name.length));
  const rows = entries.map(
    ({ name, plugin, description, bytes }) =>
      `${name.padEnd(wide)}  ${plugin}  ${String(bytes).padStart(6)} bytes  ${description.split("\n")[0] ?? ""}`,
  );
  const all = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...rows, `${entries.length} tools, ${all} bytes: about ${Math.round(all / BYTES_PER_TOKEN)} tokens of every request.`].join("\n");
}
