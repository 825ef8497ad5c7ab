import type { JsonObject } from "@keelson/protocol";
import { refuseSchema, type Flags } from "@keelson/harness";
import { isObject, listIn, objectIn, stringIn } from "../json.ts";
import type { Desk } from "./desk.ts";
import { modelsOnOffer } from "./models.ts";
import { agentsOf, commandsOf } from "./offers.ts";
import type { Reply } from "./reply.ts";

/**
 * The host's first request: what the session is to be made of. It opens it, since the answer says what can be started.
 * A wish that can't be met ends the program: some hosts don't wait for the answer.
 */
export async function initialize(request: JsonObject, desk: Desk): Promise<Reply> {
  const wanted = flagsIn(request);
  const trouble = await troubleWith(request, wanted);
  if (trouble !== undefined) {
    desk.refuse(trouble);
    return { ok: false, error: trouble };
  }
  if (Object.keys(wanted).length > 0 && desk.isOpen)
    return { ok: false, error: "initialize came too late: the session is open. Send it before the first message." };
  desk.configure(wanted);
  for (const note of notesOn(request)) await desk.note(note);
  const opening = await desk.open();
  const { skills, agents } = opening.ok ? opening.session : NONE; // the result of the first prompt says why
  return {
    ok: true,
    response: {
      commands: [...commandsOf(skills)],
      agents: [...agentsOf(agents)],
      models: modelsOnOffer(),
      output_style: "default",
      available_output_styles: ["default"],
      account: {},
      claude_code_version: desk.site.machine.version,
      keel_version: desk.site.machine.version,
    },
  };
}

const NONE = { skills: [], agents: [] };

async function troubleWith(request: JsonObject, { jsonSchema }: Pick<Flags, "jsonSchema">): Promise<string | undefined> {
  const hooks = Object.keys(objectIn(request, "hooks") ?? {});
  // A guard that nobody calls would be worse than none.
  if (hooks.length > 0)
    return `keel can't call hooks of a program yet (${hooks.join(", ")}). Leave them out, or judge calls by can_use_tool.`;
  const broken = jsonSchema && (await refuseSchema(jsonSchema));
  return broken === undefined ? undefined : `The JSON Schema can't be used: ${broken}`;
}

/** A system prompt comes as a text, or as its parts. */
function flagsIn(request: JsonObject): Pick<Flags, "systemPrompt" | "appendSystemPrompt" | "jsonSchema" | "agents"> {
  const { systemPrompt: whole } = request;
  const system = Array.isArray(whole) ? whole.filter((part) => typeof part === "string").join("\n\n") : whole;
  const append = stringIn(request, "appendSystemPrompt");
  const schema = objectIn(request, "jsonSchema");
  const agents = Object.entries(objectIn(request, "agents") ?? {}).flatMap(([name, fields]) =>
    isObject(fields) ? [[name, fields] as const] : [],
  );
  return {
    ...(typeof system === "string" && { systemPrompt: system }),
    ...(append !== undefined && { appendSystemPrompt: append }),
    ...(schema && { jsonSchema: schema }),
    ...(agents.length > 0 && { agents: Object.fromEntries(agents) }),
  };
}

function notesOn(request: JsonObject): readonly string[] {
  const servers = listIn(request, "sdkMcpServers").length > 0 || Object.keys(objectIn(request, "mcpServers") ?? {}).length > 0;
  return servers ? ["The program's MCP servers aren't connected: keel can't do that yet."] : [];
}
