import type { Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { muster, nobody } from "./crew.ts";
import { commandsOf, pluginsOf } from "./host/offers.ts";
import { isObject } from "./json.ts";
import { Speaker } from "./speaker.ts";
import { taskMessages } from "./task-messages.ts";
import type { Message } from "./wire.ts";

/**
 * Envelopes as the messages of `--output-format stream-json`: the names are those that public SDKs read.
 * With speaker.ts, system-messages.ts, wire.ts and result.ts, nothing else knows them; `permissionMode` is the mode under the name that was asked for.
 */
export type About = Pick<Session, "id" | "cwd" | "model" | "tools" | "plugins" | "agents" | "skills" | "credentials"> & {
  readonly permissionMode: string;
};
/** `unattended`: tries have no end. `agentText`: what sub-agents say is told beside what they do. */
export type Options = {
  readonly partial: boolean;
  readonly unattended: boolean;
  readonly agentText: boolean;
  readonly uuid: () => string;
};
export type Mapper = {
  /** The first message of each run. */
  readonly opening: () => Message;
  readonly next: (envelope: Envelope) => readonly Message[];
  /** One of the program's own, in the same stream. */
  readonly seal: (message: Message) => Message;
};

export function mapper(about: About, version: string, options: Options): Mapper {
  const { partial, agentText, uuid } = options;
  let crew = nobody();
  const speakers = new Map<string, Speaker>();
  const changed = changes(about);
  const seal = (message: Message): Message => ({ ...message, session_id: about.id, uuid: uuid() });
  return {
    seal,
    opening: () => seal(initOf(about, version)),
    next: (envelope) => {
      const path = envelope.path.join("/");
      const speaker = speakers.get(path) ?? new Speaker({ about, parent: parentOf(speakers, envelope), unattended: options.unattended });
      speakers.set(path, speaker);
      crew = muster(crew, envelope);
      const said = [...(partial ? speaker.partials(envelope.event) : []), ...speaker.wholes(envelope)];
      const told =
        envelope.path.length === 0
          ? said
          : said.filter((message) => agentText || isDeed(message)).map((message) => signed(message, envelope));
      const { event } = envelope;
      const tasks = taskMessages(envelope, crew);
      const own = "agentId" in event ? speaker.behind(event.callId ?? speaker.agents.get(event.agentId), tasks) : tasks;
      return [...inTurn(speakers, envelope, [...told, ...own]), ...changed(envelope)].map(seal);
    },
  };
}

/** A call may begin before the reply that asks for it is whole, and its agent speaks at once: behind that reply it is told, at each level. */
function inTurn(speakers: ReadonlyMap<string, Speaker>, { path }: Envelope, messages: readonly Message[]): readonly Message[] {
  let told = messages;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const above = speakers.get(path.slice(0, depth).join("/"));
    if (above) told = above.behind(above.agents.get(path[depth] ?? ""), told);
  }
  return told;
}

/** A sub-agent's messages name the call that started it. */
function parentOf(speakers: ReadonlyMap<string, Speaker>, { path }: Envelope): string | null {
  const agent = path.at(-1);
  return agent === undefined ? null : (speakers.get(path.slice(0, -1).join("/"))?.agents.get(agent) ?? null);
}

/** A call, a result, or the program's own word. */
function isDeed({ type, message }: Message): boolean {
  if (type !== "assistant") return type !== "stream_event";
  const { content } = isObject(message) ? message : {};
  return Array.isArray(content) && content.some((block) => isObject(block) && block["type"] === "tool_use");
}

/** Programs ask whose call was denied. */
const signed = (message: Message, { path }: Envelope): Message =>
  message["subtype"] === "permission_denied" ? { ...message, agent_id: path.join("/") } : message;

/** What the user can start is another than when it was last told. */
function changes(about: About): (envelope: Envelope) => readonly Message[] {
  let told = JSON.stringify(commandsOf(about.skills));
  return ({ event }) => {
    if (event.type !== "catalog.changed") return [];
    const commands = commandsOf(about.skills);
    const now = JSON.stringify(commands);
    if (now === told) return [];
    told = now;
    return [{ type: "system", subtype: "commands_changed", commands: [...commands] }];
  };
}

function initOf({ cwd, model, permissionMode, tools, plugins, agents, skills, credentials }: About, version: string): Message {
  return {
    type: "system",
    subtype: "init",
    cwd,
    model,
    tools: [...tools],
    mcp_servers: [],
    slash_commands: skills.map(({ name }) => name),
    skills: skills.filter(({ kind }) => kind === "skill").map(({ name }) => name),
    agents: agents.map(({ name }) => name),
    plugins: [...pluginsOf(plugins)],
    permissionMode,
    output_style: "default",
    apiKeySource: credentials,
    claude_code_version: version, // the field that programs look for: the version of what they drive
    keel_version: version,
    capabilities: ["interrupt_receipt_v1", "interrupt_cancel_queued_v1"],
  };
}
