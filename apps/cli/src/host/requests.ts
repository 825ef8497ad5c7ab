import type { JsonObject } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import type { Member } from "../crew.ts";
import { objectIn, stringIn } from "../json.ts";
import { readMode } from "../modes.ts";
import { modelUsageOf } from "../result.ts";
import { spentLine } from "../summary.ts";
import { usdOf } from "../tally.ts";
import { statusOf, TASK_TYPE } from "../task-messages.ts";
import type { Desk } from "./desk.ts";
import { initialize } from "./initialize.ts";
import { modelsOnOffer } from "./models.ts";
import { agentsOf, commandsOf, pluginsOf } from "./offers.ts";
import type { Reply } from "./reply.ts";
import { permissionRules, settingsNow } from "./settings-now.ts";

type Answer = (request: JsonObject, desk: Desk) => Reply | Promise<Reply>;

/** What a host may ask, and how it is answered. Every request gets one answer: what isn't in REQUESTS or LATER is an error, too. */
export async function answerRequest(subtype: string, request: JsonObject, desk: Desk): Promise<Reply> {
  const answer = Object.hasOwn(REQUESTS, subtype) ? REQUESTS[subtype] : undefined;
  if (answer) return await answer(request, desk);
  const what = Object.hasOwn(LATER, subtype) ? LATER[subtype] : undefined;
  return fail(what === undefined ? `keel doesn't know the request ${JSON.stringify(subtype)}.` : `keel can't ${what} yet.`);
}

const done = (response: JsonObject = {}): Reply => ({ ok: true, response });
const fail = (error: string): Reply => ({ ok: false, error });

const REQUESTS: Readonly<Record<string, Answer>> = {
  initialize,
  async interrupt(request, desk) {
    const cancelled = request["cancel_queued"] === true ? await desk.withdraw(() => true) : undefined;
    const left = desk.inbox.interrupt();
    return done({ still_queued: left, ...(cancelled && { cancelled }) });
  },
  async cancel_async_message(request, desk) {
    const uuid = stringIn(request, "message_uuid");
    return done({ cancelled: uuid !== undefined && (await desk.withdraw((prompt) => prompt.uuid === uuid)).length > 0 });
  },
  set_permission_mode: inSession((session, request, desk) => {
    const read = readMode(stringIn(request, "mode") ?? "");
    if (!read.ok) return fail(read.error);
    desk.setMode(read.mode, session);
    return done({ mode: read.mode });
  }),
  set_model: inSession((session, request, desk) => {
    const name = stringIn(request, "model");
    if (name === "" || (name === undefined && request["model"] !== undefined && request["model"] !== null))
      return fail("set_model takes the name of a model, or none for the one the session began with.");
    const trouble = desk.setModel(name === "default" ? undefined : name, session);
    return trouble === undefined ? done() : fail(trouble);
  }),
  async set_max_thinking_tokens(_, desk) {
    await desk.note("set_max_thinking_tokens has no effect yet: the model thinks as it does by default.");
    return done();
  },
  get_context_usage: inSession(contextUsage),
  get_usage: (_, desk) => done(usage(desk)),
  get_session_cost(_, desk) {
    const { tally, site, began } = desk;
    return done({ total_cost_usd: usdOf(tally), text: spentLine(site.machine.clock.now() - began, [tally]) });
  },
  rename_session: inSession((session, request) => {
    const title = (stringIn(request, "title") ?? stringIn(request, "name") ?? "").trim();
    if (title === "") return fail("rename_session takes a title.");
    session.rename(title);
    return done({ title });
  }),
  background_tasks: (_, desk) => done({ tasks: [...desk.crew.values()].filter(({ background }) => background).map(taskOf) }),
  get_task_output(request, desk) {
    const id = stringIn(request, "task_id") ?? "";
    const member = desk.crew.get(id);
    if (!member) return fail(`No agent has the id ${JSON.stringify(id)}; background_tasks tells which there are.`);
    return done({ ...taskOf(member), output: member.words });
  },
  stop_task: inSession(async (session, request) => {
    const id = stringIn(request, "task_id") ?? "";
    const work = session.works().find((one) => one.id === id);
    if (!work) return fail(`Nothing in the background has the id ${JSON.stringify(id)}.`);
    await work.stop();
    return done({ task_id: id });
  }),
  list_models: () => done({ models: modelsOnOffer() }),
  get_binary_version: (_, { site }) => done({ version: site.machine.version }),
  list_permission_rules: async (_, desk) => done({ state: await permissionRules(desk) }),
  get_settings: async (_, desk) => done(await settingsNow(desk)),
  reload_plugins: inSession(async (session) => {
    const { problems } = await session.reload(false);
    const { skills, agents, plugins } = session;
    const errors = problems.filter(({ severity }) => severity === "error").length;
    const there = { commands: [...commandsOf(skills)], agents: [...agentsOf(agents)], plugins: [...pluginsOf(plugins)] };
    return done({ ...there, mcpServers: [], error_count: errors });
  }),
  mcp_status: () => done({ mcpServers: [] }),
  mcp_set_servers(request) {
    const names = Object.keys(objectIn(request, "servers") ?? {});
    return done({ added: [], removed: [], errors: Object.fromEntries(names.map((name) => [name, "keel can't connect MCP servers yet."])) });
  },
  set_has_subscribers: () => done(),
};

/** Asked for by programs, and of a feature that comes later. */
const LATER: Readonly<Record<string, string>> = {
  set_color: "colour a session",
  mcp_reconnect: "connect MCP servers",
  mcp_toggle: "connect MCP servers",
  mcp_message: "connect MCP servers",
  mcp_call: "connect MCP servers",
  mcp_read_resource: "connect MCP servers",
  rewind_files: "rewind files",
  seed_read_state: "take over what another session has read",
  read_file: "hand out files",
  file_suggestions: "suggest files",
  get_hooks_listing: "run hooks",
  update_settings: "write settings",
  apply_flag_settings: "change settings while it runs",
  reload_skills: "read skills",
  reload_output_styles: "read output styles",
  register_repo_root: "add folders while it runs",
};

const taskOf = (member: Member): JsonObject => ({
  task_id: member.id,
  task_type: TASK_TYPE,
  status: statusOf(member),
  description: member.description,
  ...(member.callId !== undefined && { tool_use_id: member.callId }),
});

/** Opens the session if nobody did yet. */
function inSession(answer: (session: Session, request: JsonObject, desk: Desk) => Reply | Promise<Reply>): Answer {
  return async (request, desk) => {
    const opening = await desk.open();
    return opening.ok ? await answer(opening.session, request, desk) : fail(opening.refusal.text);
  };
}

function contextUsage({ context: { tokens, window }, model }: Session): Reply {
  const free = Math.max(window - tokens, 0);
  const row = (id: string, name: string, tokens: number, kind: string): JsonObject => ({ id, name, tokens, color: "", kind });
  return done({
    categories: [row("messages", "In use", tokens, "used"), row("free_space", "Free space", free, "free")],
    totalTokens: tokens,
    maxTokens: window,
    rawMaxTokens: window,
    percentage: Math.round((tokens / window) * 100),
    gridRows: [],
    model,
    memoryFiles: [],
    mcpTools: [],
    agents: [],
    isAutoCompactEnabled: false,
    apiUsage: null,
  });
}

function usage({ tally, apiMs, began, site }: Desk): JsonObject {
  return {
    session: {
      total_cost_usd: usdOf(tally),
      total_api_duration_ms: Math.round(apiMs + tally.apiMs),
      total_duration_ms: Math.round(site.machine.clock.now() - began),
      total_lines_added: 0, // nobody counts them yet, and the field wants a number
      total_lines_removed: 0,
      model_usage: modelUsageOf(tally),
    },
    subscription_type: null,
    rate_limits_available: false,
    rate_limits: null,
    behaviors: null,
  };
}
