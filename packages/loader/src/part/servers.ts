/** MCP servers, language servers and monitors as they are declared. Rule: one bad entry costs that entry; nothing is expanded or started. */
import type { FileDecl, Json, JsonObject, MonitorDecl, Problem, ServerDecl } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { fail, warn } from "../problem.ts";
import { quote, suggest } from "../words.ts";

/** `infersType`: in this format an address without a type is a server over HTTP. */
export type ServerSource = {
  readonly at: (path: readonly (string | number)[]) => FileDecl;
  readonly infersType: boolean;
  readonly report: (problem: Problem) => void;
};

const TRANSPORTS: Readonly<Record<string, string>> = {
  stdio: "stdio",
  local: "stdio",
  http: "http",
  "streamable-http": "http",
  streamableHttp: "http",
  streamable_http: "http",
  remote: "http",
  sse: "sse",
  ws: "ws",
  sdk: "sdk",
};
const RESERVED = ["workspace", "claude-in-chrome", "computer-use", "Claude Preview", "Claude Browser"];
const WRAPPERS = ["mcpServers", "servers", "mcp_servers"];

/** Wrapped in `mcpServers` or bare: a map of names. */
export function mcpServersIn(value: Json, source: ServerSource): readonly ServerDecl[] {
  if (!isObject(value)) {
    source.report(
      warn(source.at([]), {
        code: "mcp_shape",
        what: "MCP servers must be an object of names.",
        hint: `Write { "mcpServers": { "name": { … } } }.`,
      }),
    );
    return [];
  }
  const wrapper = WRAPPERS.find((key) => isObject(value[key]));
  const servers = wrapper === undefined ? value : value[wrapper];
  const lead = wrapper === undefined ? [] : [wrapper];
  if (!isObject(servers)) return [];
  const marks = wrapper === undefined ? Object.keys(servers).filter((key) => key.startsWith("$") || WRAPPERS.includes(key)) : [];
  return Object.entries(servers).flatMap(([name, config]) => {
    if (marks.includes(name)) return [];
    const at = source.at([...lead, name]);
    const judged = judgeServer(name, config, source.infersType);
    if ("transport" in judged) return [{ name, ...judged, ...at }];
    source.report(fail(at, { code: judged.code, what: `The MCP server ${quote(name)} ${judged.why}; it isn't used.`, hint: judged.hint }));
    return [];
  });
}

type Judged = Pick<ServerDecl, "transport" | "config"> | { readonly code: string; readonly why: string; readonly hint: string };

function judgeServer(name: string, config: Json, infers: boolean): Judged {
  if (!isObject(config)) return { code: "mcp_invalid", why: "must be an object", hint: "Correct it or take it out." };
  if (RESERVED.includes(name)) return { code: "mcp_reserved", why: "has a name that is kept for others", hint: "Give it another name." };
  const { type, url, httpUrl, command } = config;
  if (typeof httpUrl === "string") return { transport: "http", config: { ...config, url: httpUrl } };
  if (type === undefined && typeof url === "string" && typeof command !== "string") {
    if (infers) return { transport: "http", config };
    return { code: "url_missing_type", why: "has a url and no type", hint: `Add "type": "http".` };
  }
  const transport =
    type === undefined ? "stdio" : typeof type === "string" && Object.hasOwn(TRANSPORTS, type) ? TRANSPORTS[type] : undefined;
  if (transport === undefined)
    return {
      code: "mcp_type",
      why: `has the type ${quote(String(type))}`,
      hint: `It must be stdio, http, sse or ws: ${suggest(String(type), Object.keys(TRANSPORTS))}`,
    };
  if (transport === "stdio" && !isCommand(command))
    return { code: "mcp_invalid", why: `has no "command"`, hint: `Add the program to start as "command".` };
  if (transport !== "stdio" && transport !== "sdk" && (typeof url !== "string" || url === ""))
    return { code: "mcp_invalid", why: `has no "url"`, hint: `Add its address as "url".` };
  return { transport, config };
}

const isCommand = (command: Json | undefined): boolean => typeof command === "string" && command.trim() !== "";

export function lspServersIn(value: Json, source: ServerSource): readonly ServerDecl[] {
  const servers = isObject(value) && isObject(value["lspServers"]) ? value["lspServers"] : value;
  const lead = servers === value ? [] : ["lspServers"];
  if (!isObject(servers)) {
    source.report(
      warn(source.at([]), {
        code: "lsp_shape",
        what: "Language servers must be an object of names.",
        hint: `Write { "name": { "command": "…", "extensionToLanguage": { … } } }.`,
      }),
    );
    return [];
  }
  return Object.entries(servers).flatMap(([name, written]) => {
    const at = source.at([...lead, name]);
    const config = isObject(written) ? withLanguages(written) : undefined;
    const missing = !config
      ? "an object"
      : !isCommand(config["command"])
        ? `"command"`
        : !isObject(config["extensionToLanguage"])
          ? `"extensionToLanguage"`
          : undefined;
    if (config && missing === undefined) return [{ name, transport: config["transport"] === "socket" ? "socket" : "stdio", config, ...at }];
    source.report(
      fail(at, {
        code: "lsp_invalid",
        what: `The language server ${quote(name)} ${missing === "an object" ? "isn't an object" : `has no ${missing}`}; it isn't used.`,
        hint: "Add it.",
      }),
    );
    return [];
  });
}

/** Another host calls the same map `fileExtensions`. */
function withLanguages(config: JsonObject): JsonObject {
  const { fileExtensions } = config;
  return config["extensionToLanguage"] === undefined && isObject(fileExtensions)
    ? { ...config, extensionToLanguage: fileExtensions }
    : config;
}

export function monitorsIn(value: Json, source: ServerSource): readonly MonitorDecl[] {
  const inner: Json | undefined = isObject(value) && Array.isArray(value["monitors"]) ? value["monitors"] : value;
  const lead = inner === value ? [] : ["monitors"];
  if (!Array.isArray(inner)) {
    source.report(
      warn(source.at([]), { code: "monitor_shape", what: "Monitors must be a list.", hint: `Write [ { "name": "…", "command": "…" } ].` }),
    );
    return [];
  }
  return inner.flatMap((entry: Json, index: number): readonly MonitorDecl[] => {
    const at = source.at([...lead, index]);
    const made = isObject(entry) ? makeMonitor(entry) : undefined;
    if (made) return [{ ...made, ...at }];
    source.report(
      fail(at, { code: "monitor_invalid", what: "A monitor has no name or no command; it isn't used.", hint: `Add "name" and "command".` }),
    );
    return [];
  });
}

function makeMonitor({ name, command, description, when }: JsonObject): Omit<MonitorDecl, "file"> | undefined {
  if (typeof name !== "string" || name === "" || typeof command !== "string" || command.trim() === "") return undefined;
  return { name, command, ...(typeof description === "string" && { description }), when: typeof when === "string" ? when : "always" };
}
