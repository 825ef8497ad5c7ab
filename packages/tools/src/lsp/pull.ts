/** Asks a server for the diagnostics of a document. LSP 3.17, `textDocument/diagnostic`. */
import * as z from "zod/mini";
import type { Clock } from "@keelson/protocol";
import { diagnosticsIn, type Diagnostic } from "./diagnostics.ts";
import type { LanguageServer } from "./server.ts";
import { uriOf } from "./uri.ts";

const report = z.object({ kind: z.string(), items: z.optional(z.unknown()) });
const TRIES = 4; // a server that is still reading the project takes its answer back
const PAUSE_MS = 250;

/** Undefined where there is no answer, or it is as before. */
export async function pullDiagnostics(
  path: string,
  { request, abilities }: LanguageServer,
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
): Promise<readonly Diagnostic[] | undefined> {
  const identifier = abilities.pull?.identifier;
  const params = { textDocument: { uri: uriOf(path) }, ...(identifier !== undefined && { identifier }) };
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    try {
      const parsed = z.safeParse(report, await request("textDocument/diagnostic", params, signal));
      return parsed.success && parsed.data.kind === "full" ? diagnosticsIn(parsed.data.items) : undefined;
    } catch {
      await clock.sleep(PAUSE_MS, signal);
    }
  }
  return undefined;
}
