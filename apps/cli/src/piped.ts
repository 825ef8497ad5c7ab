import type { Readable } from "node:stream";
import type { Clock } from "@keelson/protocol";

export const LONGEST_INPUT = 10 * 2 ** 20;

/** What stood at stdin. `silent`: it is still open, and nothing came. */
export type Piped =
  | { readonly got: "text"; readonly text: string }
  | { readonly got: "nothing" }
  | { readonly got: "silent" }
  | { readonly got: "too_long" }
  | { readonly got: "unreadable"; readonly why: string };

/** Reads stdin to its end. It waits for the first byte at most `patienceMs`; an abort closes stdin. */
export async function readPiped(stdin: Readable, clock: Clock, patienceMs: number, signal: AbortSignal): Promise<Piped> {
  const started = new AbortController();
  signal.addEventListener("abort", () => void stdin.destroy(), { once: true });
  const late = AbortSignal.any([signal, started.signal]);
  try {
    const chunks: AsyncIterator<Buffer> = stdin[Symbol.asyncIterator]();
    const first = chunks.next();
    first.catch(() => {}); // looked at below, if we are still here
    const silence = clock.sleep(patienceMs, late).then(() => "silent" as const);
    const begun = await Promise.race([first, silence]);
    return begun === "silent" ? { got: "silent" } : await collect(begun, chunks);
  } catch (error) {
    return { got: "unreadable", why: error instanceof Error ? error.message : String(error) };
  } finally {
    started.abort();
  }
}

async function collect(first: IteratorResult<Buffer>, chunks: AsyncIterator<Buffer>): Promise<Piped> {
  const parts: Buffer[] = [];
  let size = 0;
  for (let chunk = first; !chunk.done; chunk = await chunks.next()) {
    parts.push(chunk.value);
    size += chunk.value.length;
    if (size > LONGEST_INPUT) return { got: "too_long" };
  }
  const text = Buffer.concat(parts).toString("utf8").trim();
  return text === "" ? { got: "nothing" } : { got: "text", text };
}
