import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { Envelope, Json } from "@keelson/protocol";
import type { Site } from "./site.ts";

/**
 * `--debug`: what happens, a line each, on stderr or in a file. Only fields that FACTS names are told:
 * what people, models and tools said may hold secrets, and no line here does.
 */
export type Debugging = AsyncDisposable & { readonly ok: true; readonly note: (envelope: Envelope) => Promise<void> };
type Unusable = AsyncDisposable & { readonly ok: false; readonly text: string };

export async function openDebug(
  debug: Site["run"]["debug"],
  { machine, cwd, err }: Pick<Site, "machine" | "cwd" | "err">,
): Promise<Debugging | Unusable> {
  const began = machine.wall();
  const lineOf = (envelope: Envelope): string => (debug && isWanted(envelope, debug.kinds) ? debugLine(envelope, began) : "");
  if (debug?.file === undefined)
    return { ok: true, note: (envelope) => err.write(lineOf(envelope)), [Symbol.asyncDispose]: async () => {} };
  try {
    const file = await open(resolve(cwd, debug.file), "a", 0o600);
    return {
      ok: true,
      note: (envelope) => file.appendFile(lineOf(envelope)).catch(() => {}), // a full disk must not end the run
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, text: `--debug-file can't be written: ${why}`, [Symbol.asyncDispose]: async () => {} };
  }
}

const isWanted = ({ event }: Envelope, kinds: readonly string[]): boolean =>
  kinds.length === 0 || kinds.some((kind) => event.type.startsWith(kind));

/** Names, ids, numbers and words from closed lists. */
const FACTS = [
  "turn",
  "because",
  "messageId",
  "index",
  "callId",
  "outcome",
  "replay",
  "ms",
  "purpose",
  "model",
  "usd",
  "stopReason",
  "attempt",
  "waitMs",
  "tier",
  "severity",
  "code",
  "kind",
  "askId",
  "agentId",
  "hookId",
  "taskId",
  "revision",
  "reason",
] as const;

/** `   1234 ms call.completed callId=toolu_1 outcome=ok ms=12` */
function debugLine({ event, at, path }: Envelope, began: number): string {
  const fields: Readonly<Record<string, Json | undefined>> = Object.fromEntries(Object.entries(event));
  const facts = FACTS.flatMap((name) => {
    const value = fields[name];
    return typeof value === "string" || typeof value === "number" ? [`${name}=${value}`] : [];
  });
  const tool = "block" in event && event.block.type === "tool_use" ? [`tool=${String(event.block["name"])}`] : [];
  const judged = event.type === "call.judged" ? [`verdict=${event.decision.behavior}`, `stage=${event.decision.stage}`] : [];
  return `${[`${String(at - began).padStart(7)} ms`, ...path, event.type, ...facts, ...tool, ...judged].join(" ")}\n`;
}
