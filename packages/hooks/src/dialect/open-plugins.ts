/** Open Plugins' hooks, as goose documents them: our events under our names, four more about files and commands, and a payload of its own. */
import type { Json } from "@keelson/protocol";
import { ofInput, type Dialect } from "./alias.ts";
import { EDIT_TOOLS, READ_TOOLS, SHELL_TOOLS } from "./tools.ts";

const path = ofInput("file_path");
const command = ofInput("command");

export const openPlugins: Dialect = {
  events: {
    UserPromptSubmit: { event: "UserPromptSubmit", subject: ({ prompt }) => textOf(prompt) },
    BeforeReadFile: { event: "PreToolUse", tools: READ_TOOLS, subject: path },
    AfterFileEdit: { event: "PostToolUse", tools: EDIT_TOOLS, subject: path },
    BeforeShellExecution: { event: "PreToolUse", tools: SHELL_TOOLS, subject: command },
    AfterShellExecution: { event: "PostToolUse", tools: SHELL_TOOLS, subject: command },
  },
  searches: true,
  foreign: ["PreToolUseResult"],
  timeoutUnitMs: 1_000,
  defaultTimeoutMs: 30_000,
  tools: { Bash: "developer__shell", Write: "developer__write", Edit: "developer__edit", LS: "developer__tree" },
  /** Theirs beside ours: a hook written for either finds what it looks for. */
  write(payload, written) {
    const subject = openPlugins.events[written]?.subject?.(payload) ?? payload["tool_name"];
    const { prompt, tool_use_id: call, cwd } = payload;
    return {
      ...payload,
      event: written,
      hook_event_name: written,
      ...(subject !== undefined && { matcher_context: subject }),
      ...(prompt !== undefined && { message: prompt }),
      ...(call !== undefined && { tool_call_id: call }),
      ...(cwd !== undefined && { working_dir: cwd }),
    };
  },
  read: (answer) => answer,
};

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
