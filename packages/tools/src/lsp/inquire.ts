/** One question to a language server, and what its answer comes to. Rule: answers have many spellings; what fits none is left out. */
import * as z from "zod/mini";
import { METHODS, type Operation } from "./operations.ts";
import { uriOf } from "./uri.ts";

/** `line`, `character`: from 0, as LSP counts. */
export type Place = { readonly uri: string; readonly line: number; readonly character: number };
/** `depth`: of what is declared within something else. `about`: kind and name of what is declared there. */
export type Found =
  | { readonly is: "words"; readonly words: string }
  | { readonly is: "places"; readonly places: readonly (Place & { readonly about?: string; readonly depth?: number })[] };
export type Question = {
  readonly operation: Operation;
  readonly path: string;
  readonly position: { readonly line: number; readonly character: number };
  readonly query: string;
};
type Ask = (method: string, params: object) => Promise<{ readonly result: unknown } | string>;

/** Or in words why there is no answer. */
export async function inquire({ operation, path, position, query }: Question, ask: Ask): Promise<Found | string> {
  const textDocument = { uri: uriOf(path) };
  if (operation === "incomingCalls" || operation === "outgoingCalls") return await callsOf(operation, { textDocument, position }, ask);
  const answer = await ask(METHODS[operation], {
    ...(operation === "workspaceSymbol" ? { query } : { textDocument }),
    ...(operation !== "workspaceSymbol" && operation !== "documentSymbol" && { position }),
    ...(operation === "findReferences" && { context: { includeDeclaration: true } }),
  });
  if (typeof answer === "string") return answer;
  return operation === "hover" ? wordsIn(answer.result) : { is: "places", places: placesIn(answer.result, textDocument.uri) };
}

async function callsOf(operation: "incomingCalls" | "outgoingCalls", at: object, ask: Ask): Promise<Found | string> {
  const prepared = await ask(METHODS.prepareCallHierarchy, at);
  if (typeof prepared === "string") return prepared;
  const items = listOf(prepared.result).slice(0, MOST_ITEMS);
  const places: (Place & { readonly about?: string })[] = [];
  for (const item of items) {
    const answer = await ask(METHODS[operation], { item });
    if (typeof answer === "string") return answer;
    for (const one of listOf(answer.result)) {
      const parsed = z.safeParse(called, one);
      if (parsed.success) places.push(...placesIn(parsed.data.from ?? parsed.data.to, ""));
    }
  }
  return { is: "places", places };
}

const MOST_ITEMS = 5; // overloads of one name

const start = z.object({ start: z.object({ line: z.int(), character: z.int() }) });
const location = z.object({ uri: z.string(), range: start });
const link = z.object({ targetUri: z.string(), targetSelectionRange: start });
const named = { name: z.string(), kind: z.number(), detail: z.optional(z.string()), containerName: z.optional(z.string()) };
const callItem = z.object({ ...named, uri: z.string(), selectionRange: start });
const nested = z.object({ ...named, selectionRange: start, children: z.optional(z.array(z.unknown())) });
const information = z.object({ ...named, location });
const called = z.object({ from: z.optional(z.unknown()), to: z.optional(z.unknown()) });

type Placed = Place & { readonly about?: string; readonly depth?: number };
const MOST_DEPTH = 8;

/** `uri`: of what doesn't say itself where it stands. */
function placesIn(result: unknown, uri: string, depth = 0): readonly Placed[] {
  return listOf(result).flatMap((one): readonly Placed[] => {
    const item = z.safeParse(callItem, one); // before a location, which it is too
    if (item.success) return [{ uri: item.data.uri, ...item.data.selectionRange.start, about: aboutOf(item.data), depth }];
    const plain = z.safeParse(location, one);
    if (plain.success) return [{ uri: plain.data.uri, ...plain.data.range.start }];
    const linked = z.safeParse(link, one);
    if (linked.success) return [{ uri: linked.data.targetUri, ...linked.data.targetSelectionRange.start }];
    const told = z.safeParse(information, one);
    if (told.success) return [{ uri: told.data.location.uri, ...told.data.location.range.start, about: aboutOf(told.data), depth }];
    const symbol = z.safeParse(nested, one);
    if (!symbol.success) return [];
    const inner = depth < MOST_DEPTH ? placesIn(symbol.data.children, uri, depth + 1) : [];
    return [{ uri, ...symbol.data.selectionRange.start, about: aboutOf(symbol.data), depth }, ...inner];
  });
}

const marked = z.union([z.string(), z.object({ value: z.string() })]);
const hovered = z.object({ contents: z.union([marked, z.array(marked)]) });

function wordsIn(result: unknown): Found {
  const parsed = z.safeParse(hovered, result);
  const parts = parsed.success ? [parsed.data.contents].flat() : [];
  return {
    is: "words",
    words: parts
      .map((part) => (typeof part === "string" ? part : part.value))
      .join("\n\n")
      .trim(),
  };
}

const listOf = (result: unknown): readonly unknown[] =>
  Array.isArray(result) ? result : result === null || result === undefined ? [] : [result];

type Named = {
  readonly name: string;
  readonly kind: number;
  readonly detail?: string | undefined;
  readonly containerName?: string | undefined;
};

function aboutOf({ name, kind, detail, containerName }: Named): string {
  const within = containerName ? ` in ${containerName}` : "";
  return `${KINDS[kind - 1] ?? "symbol"} ${name}${detail ? ` ${detail}` : ""}${within}`;
}

/** `SymbolKind`, from 1. */
const KINDS = (
  "file module namespace package class method property field constructor enum interface function variable constant string number " +
  "boolean array object key null enum-member struct event operator type-parameter"
).split(" ");
