/** A hook that is a tool of a connected MCP server. What it answers is read as a program's stdout would be. */
import type { Json, JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { firstLine } from "../words.ts";
import { deadline } from "./deadline.ts";
import { failed, type Act } from "./ran.ts";

export const runMcpTool: Act<"mcp_tool"> = async function* ({ server, tool, input }, site) {
  const { callMcpTool, clock } = site.ports;
  if (callMcpTool === undefined) return failed(`The MCP server ${server} isn't connected.`);
  using limit = deadline(site.timeoutMs, clock, site.signal);
  try {
    const answer = await limit.race(callMcpTool({ server, tool, input: filled(input, site.payload) }, limit.signal));
    if (answer === undefined) return failed(`The MCP server ${server} isn't connected.`);
    return answer.isError ? failed(`${server}'s tool ${tool} failed: ${firstLine(answer.text)}`) : { kind: "answered", text: answer.text };
  } catch (error) {
    if (site.signal.aborted) throw error;
    if (limit.passed) return { kind: "failed", why: `${server}'s tool ${tool} didn't answer in time.`, timedOut: true };
    return failed(`${server}'s tool ${tool} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
};

function filled(input: JsonObject, payload: JsonObject): JsonObject {
  const fill = (value: Json): Json => {
    if (typeof value === "string") return value.replace(/\$\{([\w.]+)\}/g, (_, path: string) => textAt(payload, path));
    if (Array.isArray(value)) return value.map(fill);
    return isObject(value) ? filled(value, payload) : value;
  };
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, fill(value)]));
}

/** Empty where nothing is. */
function textAt(payload: JsonObject, path: string): string {
  const value = path.split(".").reduce<Json | undefined>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)] as Json | undefined;
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, payload);
  return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
