export { type AgentTask, type AskedModel, type HookFetch, type HookPorts, type McpCall } from "./run/ports.ts";
export { type Late } from "./run/background.ts";
export { openHooks, type Hooks } from "./run/open-hooks.ts";
export { readHookDecls, readHooks, type HooksFrom, type HooksRead } from "./read/read-hooks.ts";
export { openTranscript, type Transcript } from "./run/transcript.ts";
