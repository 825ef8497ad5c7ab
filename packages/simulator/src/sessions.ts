import type { JsonObject } from "@keelson/protocol";
import { beginningOf } from "./conversation.ts";
import { cursorOf, type Cursor } from "./cursor.ts";
import { isObject } from "./json.ts";
import { digestIn } from "./prompt/fingerprint.ts";
import { quote } from "./quote.ts";
import type { ApiRequest } from "./request.ts";
import type { Match, Script, SeenRequest, SessionScript } from "./script.ts";

/**
 * Many conversations at once, each with a cursor of its own: what one of them asks never moves another.
 * A conversation is told by its first words, and by the session that its client names. A retry and a resumed one stay the same.
 */
export function dealerOf(script: Script, variables: Readonly<Record<string, string>>): Cursor {
  const { name, sessions, after, ...rest } = script;
  const title = name === undefined ? "The scenario" : `The scenario ${name}`;
  if (sessions === undefined) return cursorOf({ ...script, title, tag: "", variables });
  const isEmpty = typeof rest.replies !== "function" && rest.replies.length === 0;
  const scripts: readonly SessionScript[] = [...sessions, ...(isEmpty ? [] : [{ replies: rest.replies }])];
  const cursors = new Map<string, Cursor>();

  return async (request, seen) => {
    const at = scripts.findIndex(({ match = {} }) => fits(match, request, seen));
    const chosen = scripts[at];
    if (!chosen) return { ok: false, error: `${title} has no session for a conversation that begins with ${begins(request)}. ${REMEDY}` };
    const key = digestIn(JSON.stringify([at, identityOf(request, seen)]));
    const tag = key.replaceAll(/[^A-Za-z0-9]/g, "0").slice(0, 8);
    const where = at < sessions.length ? `Session ${at + 1} of ${title.replace(/^The/, "the")}` : title;
    const dealt = { ...(after && { after }), ...chosen, title: where, tag: `${tag}_`, variables };
    const cursor = cursors.get(key) ?? cursorOf(dealt);
    cursors.set(key, cursor);
    return cursor(request, seen);
  };
}

function identityOf({ turns, body }: ApiRequest, { headers }: SeenRequest): readonly (string | undefined)[] {
  return [beginningOf(turns), sessionOf(body, headers)];
}

/** What the client calls its session; most clients don't. */
export function sessionOf(body: JsonObject, headers: SeenRequest["headers"]): string | undefined {
  const user = isObject(body["metadata"]) ? body["metadata"]["user_id"] : undefined;
  return headers["x-keel-session"] ?? (typeof user === "string" ? user : undefined);
}

function fits({ promptIncludes, systemIncludes, header = {} }: Match, { turns, prompt }: ApiRequest, { headers }: SeenRequest): boolean {
  if (promptIncludes !== undefined && !beginningOf(turns).includes(promptIncludes)) return false;
  const system = prompt.units.flatMap(({ section, block }) => (section === "system" ? [String(block["text"])] : []));
  if (systemIncludes !== undefined && !system.join("\n").includes(systemIncludes)) return false;
  return Object.entries(header).every(([name, value]) => headers[name.toLowerCase()] === value);
}

const begins = (request: ApiRequest): string => quote(beginningOf(request.turns));
const REMEDY = 'Add one whose "match" it fits, or "replies" beside "sessions" for all others.';
