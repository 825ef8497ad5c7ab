/** What runs a hook, by its type. */
import type { HookAction } from "@keelson/protocol";
import { runCommand } from "../action/command.ts";
import { runHttp } from "../action/http.ts";
import { runMcpTool } from "../action/mcp-tool.ts";
import type { Act, Site } from "../action/ran.ts";
import { askAgent, askPrompt } from "../action/verdict.ts";

export function act(action: HookAction, site: Site): ReturnType<Act<"command">> {
  switch (action.type) {
    case "command":
      return runCommand(action, site);
    case "http":
      return runHttp(action, site);
    case "mcp_tool":
      return runMcpTool(action, site);
    case "prompt":
      return askPrompt(action, site);
    case "agent":
      return askAgent(action, site);
  }
}
