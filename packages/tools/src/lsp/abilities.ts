/** What we can do, and what a server says that it can. LSP 3.17, `initialize`. */
import * as z from "zod/mini";

/** Positions are counted in UTF-16 units, as every server can. */
export const CLIENT = {
  general: { positionEncodings: ["utf-16"] },
  workspace: {
    workspaceFolders: true,
    configuration: true,
    didChangeConfiguration: {},
    didChangeWatchedFiles: { dynamicRegistration: true },
    symbol: {},
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { versionSupport: true },
    diagnostic: {},
    hover: { contentFormat: ["plaintext", "markdown"] },
    definition: { linkSupport: true },
    implementation: { linkSupport: true },
    references: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    callHierarchy: {},
  },
};

export type Abilities = {
  readonly changes: boolean;
  readonly saves: { readonly includeText: boolean } | undefined;
  /** It tells diagnostics when asked. `acrossFiles`: a change of one file may change those of others. */
  readonly pull: { readonly acrossFiles: boolean; readonly identifier: string | undefined } | undefined;
  /** Does it answer this method? */
  readonly answers: (method: string) => boolean;
};

const PROVIDERS: Readonly<Record<string, string>> = {
  "textDocument/hover": "hoverProvider",
  "textDocument/definition": "definitionProvider",
  "textDocument/references": "referencesProvider",
  "textDocument/implementation": "implementationProvider",
  "textDocument/documentSymbol": "documentSymbolProvider",
  "textDocument/prepareCallHierarchy": "callHierarchyProvider",
  "workspace/symbol": "workspaceSymbolProvider",
};

const saving = z.union([z.boolean(), z.object({ includeText: z.optional(z.boolean()) })]);
const syncing = z.union([z.number(), z.object({ change: z.optional(z.number()), save: z.optional(saving) })]);
const pulling = z.object({ interFileDependencies: z.optional(z.boolean()), identifier: z.optional(z.string()) });
const answer = z.object({ capabilities: z.record(z.string(), z.unknown()) });

/** What isn't said, or isn't understood, isn't there; but changes are sent unless they are refused. */
export function readAbilities(result: unknown): Abilities {
  const parsed = z.safeParse(answer, result);
  const said: Readonly<Record<string, unknown>> = parsed.success ? parsed.data.capabilities : {};
  const sync = z.safeParse(syncing, said["textDocumentSync"]);
  const kind = sync.success ? (typeof sync.data === "number" ? sync.data : (sync.data.change ?? 0)) : 1;
  const save = sync.success && typeof sync.data === "object" ? sync.data.save : kind > 0;
  const pull = z.safeParse(pulling, said["diagnosticProvider"]);
  return {
    changes: kind > 0,
    saves: save ? { includeText: typeof save === "object" && save.includeText === true } : undefined,
    pull: pull.success ? { acrossFiles: pull.data.interFileDependencies === true, identifier: pull.data.identifier } : undefined,
    answers: (method) => Boolean(said[PROVIDERS[method] ?? ""]),
  };
}
