/** What a language server may ask of us, and what it says unasked. Rule: it gets its settings and nothing else; no edit of its is made. */
import * as z from "zod/mini";
import type { Json } from "@keelson/protocol";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { ServerPorts } from "./server.ts";
import { isObject, type ServerSpec } from "./spec.ts";
import { folderOf } from "./uri.ts";

const publication = z.object({ uri: z.string(), version: z.optional(z.nullable(z.number())), diagnostics: z.unknown() });
const wanted = z.object({ items: z.array(z.object({ section: z.optional(z.nullable(z.string())) })) });

/** Requests that want no more than an answer. */
const NODDED = [
  "client/registerCapability",
  "client/unregisterCapability",
  "window/workDoneProgress/create",
  "window/showMessageRequest",
  "workspace/codeLens/refresh",
  "workspace/inlayHint/refresh",
  "workspace/semanticTokens/refresh",
] as const;

export function answerServer(connection: MessageConnection, spec: ServerSpec, { published, outdated }: ServerPorts): void {
  const { settings, diagnostics } = spec;
  for (const method of NODDED) connection.onRequest(method, () => null);
  connection.onRequest("workspace/diagnostic/refresh", () => {
    outdated();
    return null;
  });
  connection.onRequest("workspace/applyEdit", () => ({ applied: false, failureReason: "Edits come from tools alone." }));
  connection.onRequest("workspace/workspaceFolders", () => [folderOf(spec.cwd)]);
  connection.onRequest("workspace/configuration", (asked: unknown) => {
    const parsed = z.safeParse(wanted, asked);
    return parsed.success ? parsed.data.items.map(({ section }) => sectionOf(settings, section ?? "")) : [];
  });
  connection.onNotification("textDocument/publishDiagnostics", (said: unknown) => {
    const parsed = z.safeParse(publication, said);
    if (parsed.success && diagnostics) published(parsed.data.uri, parsed.data.diagnostics, parsed.data.version ?? undefined);
  });
}

/** `a.b` in `{ a: { b: … } }`, or in `{ "a.b": … }`. */
function sectionOf(settings: Json, section: string): Json {
  if (section === "") return settings;
  const whole = fieldOf(settings, section);
  if (whole !== undefined) return whole;
  return section.split(".").reduce<Json>((inner, key) => fieldOf(inner, key) ?? null, settings);
}

function fieldOf(value: Json, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
