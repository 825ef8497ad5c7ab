import { MODES } from "@keelson/protocol";
import { address, amount, count, filled, models, oneOf, permissionMode, promptTool, session, uuid } from "./option-values.ts";

export const FORMATS = ["text", "json", "stream-json"] as const;
export type Format = (typeof FORMATS)[number];
const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;
export const INPUTS = ["text", "stream-json"] as const;
export type InputFormat = (typeof INPUTS)[number];

/**
 * Every flag, and what it is now. Without `now` it works. The others are flags that programs written for Claude Code give:
 * `so`: it asks for what is so anyway; `later`: the run goes on without, and says so in one line; `refused`: the run would do something else than asked.
 */
export type FlagRow = {
  readonly flags: string;
  readonly what: string;
  readonly parse?: Parse;
  readonly not?: readonly string[];
  readonly now?: Now;
};
export type Now = { readonly is: "so" } | { readonly is: "later" | "refused"; readonly because: string };
type Parse = (value: string, before: unknown) => unknown;

const SO: Now = { is: "so" };
const later = (because: string): Now => ({ is: "later", because });
const refused = (because: string): Now => ({ is: "refused", because });
/** A list takes words as long as they can be its own: see LISTS in arguments.ts. */
const gather: Parse = (word, before) => [...(Array.isArray(before) ? before.map(String) : []), word];

export const FLAGS: readonly FlagRow[] = [
  { flags: "-p, --print", what: "answer the prompt, print the answer, leave" },
  { flags: "--output-format <format>", what: `with -p: ${FORMATS.join(", ")}`, parse: oneOf(FORMATS) },
  { flags: "--input-format <format>", what: `with -p: ${INPUTS.join(", ")} (a program drives keel, line by line)`, parse: oneOf(INPUTS) },
  { flags: "--include-partial-messages", what: "with -p and stream-json: the stream as it comes, too" },
  { flags: "--forward-subagent-text", what: "with -p and stream-json: what sub-agents say, too" },
  { flags: "--replay-user-messages", what: "with --input-format stream-json: say back what was taken in" },
  { flags: "--permission-prompt-tool <stdio>", what: "with --input-format stream-json: that program is asked", parse: promptTool },
  { flags: "--json-schema <schema or file>", what: "what the final answer must fit", parse: filled },
  { flags: "--verbose", what: "with -p: what the tools do, on stderr" },
  { flags: "-d, --debug [filter]", what: "what happens, on stderr: all, or kinds such as call,model" },
  { flags: "--debug-file <file>", what: "the same into a file", parse: filled },
  { flags: "--model <model>", what: "which model", parse: filled },
  { flags: "--effort <level>", what: `how hard it tries: ${EFFORTS.join(", ")}`, parse: oneOf(EFFORTS) },
  { flags: "--base-url <url>", what: "another endpoint of the Messages API, such as a local one", parse: address },
  { flags: "--fallback-model <models>", what: "models to go on with when this one fails, separated by commas", parse: models },
  { flags: "--unattended", what: "with -p: retries without end, with a sign of life every 30 s" },
  { flags: "--defer", what: "with -p: a question parks the run until keel session answer answers it" },
  { flags: "--max-turns <n>", what: "end after so many turns", parse: count },
  { flags: "--max-budget-usd <amount>", what: "end before spending more", parse: amount },
  { flags: "--permission-mode <mode>", what: MODES.join(", "), parse: permissionMode },
  { flags: "--dangerously-skip-permissions", what: "as --permission-mode bypassPermissions", not: ["permissionMode"] },
  { flags: "--allowedTools, --allowed-tools <rules...>", what: 'rules that allow: "Bash(git log *),Read"', parse: gather },
  { flags: "--disallowedTools, --disallowed-tools <rules...>", what: 'rules that deny ("" with -c or -r: no longer)', parse: gather },
  { flags: "--tools <names...>", what: 'only these tools are offered ("" for none, default for all)', parse: gather },
  { flags: "--system-prompt <text>", what: "in place of the built-in one", not: ["systemPromptFile"] },
  { flags: "--system-prompt-file <file>", what: "the same from a file", parse: filled },
  { flags: "--append-system-prompt <text>", what: "behind the built-in one", not: ["appendSystemPromptFile"] },
  { flags: "--append-system-prompt-file <file>", what: "the same from a file", parse: filled },
  { flags: "--agents <json or file>", what: "kinds of sub-agents, by name", parse: filled },
  { flags: "--coordinator", what: "plan and hand out; sub-agents do the work" },
  { flags: "--no-coordinator", what: "with -c or -r: no longer" },
  { flags: "--add-dir <folders...>", what: "more folders to work in", parse: gather },
  { flags: "--plugin-dir <folders...>", what: "plugins for this session; tasks is a bundled one", parse: gather },
  { flags: "--trust", what: "this folder's own settings and plugins count, for this session" },
  { flags: "--init", what: "Setup hooks run first, as for a project that is set up", not: ["maintenance"] },
  { flags: "--maintenance", what: "Setup hooks run first, as for one that is looked after" },
  { flags: "--settings <file or json>", what: "settings that stand above every file", parse: filled },
  { flags: "--session-id <uuid>", what: "the id of the new session", parse: uuid },
  { flags: "-c, --continue", what: "go on with the latest session of this folder", not: ["resume"] },
  { flags: "-r, --resume [id or words]", what: "go on with a session; without a word, the latest", parse: session },
  { flags: "--fork-session", what: "with -c or -r: in a session of its own, the other stays as it is" },
  { flags: "--no-session-persistence", what: "keep nothing of it", not: ["continue", "resume"] },

  { flags: "--bare", what: "", now: later("hooks, skills, MCP servers and memory aren't looked for anyway; settings are read") },
  { flags: "--safe-mode", what: "", now: later("hooks, skills, MCP servers and memory aren't looked for anyway; settings are read") },
  { flags: "--strict-mcp-config", what: "", now: later("no MCP server is connected") },
  { flags: "--allow-dangerously-skip-permissions", what: "that mode may be turned on later", now: SO },
  { flags: "--include-hook-events", what: "", now: later("no hook runs") },

  { flags: "--setting-sources <list>", what: "", now: later("every settings file is read") },
  { flags: "--thinking <mode>", what: "", now: later("the model thinks as it does by default") },
  { flags: "--thinking-display <mode>", what: "", now: later("thinking comes in summary") },
  { flags: "--max-thinking-tokens <n>", what: "", now: later("the model thinks as it does by default") },
  { flags: "--task-budget <tokens>", what: "", now: later("--max-turns and --max-budget-usd bound a run") },
  { flags: "--betas <names...>", what: "", parse: gather, now: later("no beta is asked for") },
  { flags: "--mcp-config <configs...>", what: "", parse: gather, now: later("no MCP server is connected") },
  { flags: "--agent <name>", what: "", now: later("the agent is the built-in one") },
  { flags: "--plugin-url <url>", what: "", now: later("that plugin isn't fetched; --plugin-dir takes a folder") },
  { flags: "--prompt-suggestions", what: "", now: later("none are made") },
  { flags: "--session-mirror", what: "", now: later("the log isn't mirrored") },

  { flags: "--init-only", what: "", now: refused("Setup hooks run with --init, before a prompt") },
  { flags: "--resume-session-at <uuid>", what: "", now: refused("a session is taken up at its end only") },
  {
    flags: "-w, --worktree [name]",
    what: "",
    now: refused("make one with git worktree add and start keel in it, or ask the model for one"),
  },
];
