/** What a handler runs. Rule: a part of it that can't be used is said in words that tell what to write instead. */
import type { HookAction, Json, JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { quote } from "../words.ts";

export type ActionRead = { readonly action: HookAction; readonly problems: readonly string[] } | { readonly wrong: string };
type Type = HookAction["type"];

const READERS: Readonly<Record<Type, (handler: JsonObject) => ActionRead>> = {
  command,
  http,
  mcp_tool: mcpTool,
  prompt: asked,
  agent: asked,
};
const TYPES = Object.keys(READERS).join(", ");

export function readAction(handler: JsonObject): ActionRead {
  const type = handler["type"] ?? guess(handler);
  if (typeof type !== "string" || !isType(type))
    return { wrong: `has the type ${quote(JSON.stringify(type ?? null))}. Known are ${TYPES}.` };
  return READERS[type]({ ...handler, type });
}

const isType = (type: string): type is Type => Object.hasOwn(READERS, type);

/** Some leave it out. */
function guess({ command, url, prompt }: JsonObject): Json | undefined {
  if (typeof command === "string") return "command";
  if (typeof url === "string") return "http";
  return typeof prompt === "string" ? "prompt" : undefined;
}

function command(handler: JsonObject): ActionRead {
  const { command: written, args, shell } = handler;
  if (!isText(written)) return { wrong: `has no "command". Write the program or the shell command that it runs.` };
  if (args !== undefined && !isTexts(args)) return { wrong: `has "args" that aren't a list of texts.` };
  if (args === undefined && written.includes("${user_config."))
    return {
      wrong: `puts \${user_config.…} into shell text, where its value would run. Use "args", or read CLAUDE_PLUGIN_OPTION_… from the environment.`,
    };
  const odd = shell !== undefined && shell !== "bash" && shell !== "powershell";
  const { rewakeMessage, rewakeSummary } = handler;
  const background = handler["asyncRewake"] === true ? "rewake" : handler["async"] === true ? "async" : undefined;
  return {
    action: {
      type: "command",
      command: written,
      ...(args !== undefined && { args }),
      shell: shell === "powershell" ? shell : "bash",
      ...(background !== undefined && { background }),
      ...(isText(rewakeMessage) && { rewakeMessage }),
      ...(isText(rewakeSummary) && { rewakeSummary }),
    },
    problems: odd ? [`names the shell ${quote(JSON.stringify(shell))}; known are "bash" and "powershell". It runs in bash.`] : [],
  };
}

function http({ url, headers, allowedEnvVars }: JsonObject): ActionRead {
  const address = isText(url) ? URL.parse(url) : null;
  if (!isText(url) || !address || !["http:", "https:"].includes(address.protocol) || address.username !== "" || address.password !== "")
    return { wrong: `has no "url" that can be used: write a whole http: or https: address, without a name and password in it.` };
  const given = isObject(headers) ? Object.entries(headers) : [];
  const usable = given.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return {
    action: { type: "http", url, headers: Object.fromEntries(usable), allowedEnvVars: isTexts(allowedEnvVars) ? allowedEnvVars : [] },
    problems: usable.length < given.length ? [`has headers that aren't texts. They are left out.`] : [],
  };
}

function mcpTool({ server, tool, input }: JsonObject): ActionRead {
  if (!isText(server) || !isText(tool)) return { wrong: `needs "server" and "tool": the names of an MCP server and of one of its tools.` };
  return { action: { type: "mcp_tool", server, tool, input: isObject(input) ? input : {} }, problems: [] };
}

function asked({ type, prompt, model, continueOnBlock }: JsonObject): ActionRead {
  if (!isText(prompt)) return { wrong: `has no "prompt". Write what is to be judged; $ARGUMENTS stands for the event.` };
  const agent = type === "agent";
  return {
    action: {
      type: agent ? "agent" : "prompt",
      prompt,
      ...(isText(model) && { model }),
      continueOnBlock: agent || continueOnBlock === true,
    },
    problems: [],
  };
}

const isText = (value: Json | undefined): value is string => typeof value === "string" && value.trim() !== "";
const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((one: Json) => typeof one === "string");
