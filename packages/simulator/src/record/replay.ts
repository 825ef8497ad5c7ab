import { refused } from "../failure.ts";
import { quote } from "../quote.ts";
import { machineClock, serve, type Asked, type ServeOptions, type Simulation } from "../serve.ts";
import type { Step } from "../step.ts";
import { factsOf, secretsOf, type RequestFacts } from "./facts.ts";
import { bytesOf, loadRecording, type Exchange, type Recording } from "./recording.ts";

export type ReplayOptions = ServeOptions & {
  /** How long the pieces of an answer take: as long as they took (the default), or no time at all. */
  readonly pace?: "recorded" | "none";
  /** As it was recorded with. */
  readonly home?: string;
};

/**
 * Plays a recording, by its path or as `loadRecording` read it: the k-th request of a conversation gets its k-th answer, byte by byte.
 * A request that differs too much from the one that was recorded gets a 400 that says in what. Rejects when the file can't be read or the port is taken.
 */
export async function replay(source: string | Recording, options: ReplayOptions = {}): Promise<Simulation> {
  const read = typeof source === "string" ? await loadRecording(source) : { ok: true as const, recording: source };
  if (!read.ok) throw new Error(read.error);
  const { recording } = read;
  const { pace = "recorded", home, clock = machineClock } = options;
  const messages = dealMessages(recording);
  const others = dealOthers(recording);
  const answer = async ({ seen, requestId }: Asked): Promise<readonly Step[]> => {
    const facts = factsOf(seen, secretsOf(seen, home));
    const found = facts ? messages(facts) : others(seen.method, seen.path);
    return typeof found === "string" ? refused(`The recording ${recording.name} ${found}`, requestId) : stepsOf(found, pace);
  };
  return serve(answer, { ...options, clock });
}

/** The exchange that comes next, or why there is none. */
type Found = Exchange | string;

/** Two conversations that begin alike are told apart by their sessions: the first new one to ask plays the first that was recorded. */
function dealMessages({ exchanges }: Recording): (facts: RequestFacts) => Found {
  const recorded = Map.groupBy(
    exchanges.filter(({ conversation }) => conversation !== undefined),
    identityIn,
  );
  const taken = new Map<string, { readonly exchanges: readonly Exchange[]; played: number }>();
  const isTaken = (asked: readonly Exchange[]): boolean => [...taken.values()].some((one) => one.exchanges === asked);
  return (facts) => {
    const { key, begins } = facts.conversation;
    const alike = [...recorded.values()].filter(([first]) => first?.conversation?.key === key);
    const free = alike.find((one) => !isTaken(one)) ?? alike.at(-1);
    const conversation = taken.get(identityOf(facts)) ?? (free && { exchanges: free, played: 0 });
    if (!conversation) return `has no conversation that begins with ${quote(begins)}. It has: ${beginnings(recorded.values())}.`;
    taken.set(identityOf(facts), conversation);
    const next = conversation.exchanges[conversation.played];
    const which = `request ${conversation.played + 1} of the conversation that begins with ${quote(begins)}`;
    if (!next) return `is over at ${which}: it has no more answers. Record it anew, and go on further.`;
    const differs = difference(next, facts);
    if (differs !== undefined) return `can't go on at ${which}: ${differs}. Record it anew.`;
    conversation.played++;
    return next;
  };
}

/** What isn't a request for a message is dealt out by its path; the last answer stays. */
function dealOthers({ exchanges }: Recording): (method: string, path: string) => Found {
  const played = new Map<string, number>();
  return (method, path) => {
    const same = exchanges.filter(({ conversation, request }) => !conversation && request.method === method && request.path === path);
    const at = played.get(`${method} ${path}`) ?? 0;
    played.set(`${method} ${path}`, at + 1);
    return same[at] ?? same.at(-1) ?? `has no ${method} ${path}.`;
  };
}

function difference({ request }: Exchange, { tools, messages }: RequestFacts): string | undefined {
  const { tools: before = [], messages: count = 0 } = request;
  const added = tools.filter((name) => !before.includes(name));
  const gone = before.filter((name) => !tools.includes(name));
  if (added.length > 0 || gone.length > 0)
    return `it was recorded with other tools (${[...added.map((name) => `${name} is new`), ...gone.map((name) => `${name} is missing`)].join(", ")})`;
  return messages.length === count ? undefined : `it was recorded with ${count} messages, and this one has ${messages.length}`;
}

/** An answer that nobody waited for ends as it did: there is no more of it. */
function stepsOf({ answer }: Exchange, pace: "recorded" | "none"): readonly Step[] {
  const { status, headers, chunks, end } = answer;
  const waits = chunks.map(([ms], at): Step => ({ do: "wait", ms: pace === "none" ? 0 : Math.max(0, ms - (chunks[at - 1]?.[0] ?? 0)) }));
  const pieces = chunks.flatMap((chunk, at): readonly Step[] => [...waits.slice(at, at + 1), { do: "send", bytes: bytesOf(chunk) }]);
  const head: Step = { do: "head", status, headers }; // it came with the first piece
  const all = [...pieces.slice(0, 1), head, ...pieces.slice(1), ...(end === "whole" ? [] : [{ do: "cut" } as const])];
  return all.filter((step) => step.do !== "wait" || step.ms > 0);
}

const identityIn = ({ conversation }: Exchange): string => `${conversation?.key} ${conversation?.session ?? ""}`;
const identityOf = ({ conversation }: RequestFacts): string => `${conversation.key} ${conversation.session ?? ""}`;

function beginnings(all: Iterable<readonly Exchange[]>): string {
  const known = [...all].map(([first]) => quote(first?.conversation?.begins ?? ""));
  return known.length === 0 ? "none" : [...new Set(known)].slice(0, 5).join(", ");
}
