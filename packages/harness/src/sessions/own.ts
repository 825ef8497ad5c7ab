import { randomUUID } from "node:crypto";
import type { SessionQuery, SessionStore, SessionSummary } from "@keelson/protocol";

const AGENT = "agent-";
const PAGE = 100;

/** The log of a sub-agent is a session too; its name says whose it isn't. */
export const agentSessionId = (): string => `${AGENT}${randomUUID()}`;
const OF_AGENT = AGENT.length + randomUUID().length;
/** Its log in a session that was made of its own: the same id, and whose it is. `parent`: that session, or an agent of it. */
export function agentCopyId(session: string, parent: string): string {
  const whose = parent.startsWith(AGENT) ? parent.slice(OF_AGENT + 1) : parent;
  return `${session.slice(0, OF_AGENT)}-${whose}`;
}
export const isOwn = ({ ref }: Pick<SessionSummary, "ref">): boolean => !ref.session.startsWith(AGENT);

/** A person's sessions, newest first; those of sub-agents are passed over. */
export async function ownSessions(
  store: Pick<SessionStore, "list">,
  query: Omit<SessionQuery, "limit" | "after">,
  limit: number,
): Promise<readonly SessionSummary[]> {
  const found: SessionSummary[] = [];
  let after: SessionSummary | undefined;
  do {
    const page = await store.list({ ...query, limit: Math.max(limit, PAGE), ...(after && { after }) });
    found.push(...page.filter(isOwn));
    after = page.length < Math.max(limit, PAGE) ? undefined : page.at(-1);
  } while (after && found.length < limit);
  return found.slice(0, limit);
}
