/** Changes one cell of a notebook's text. What isn't asked to change stays as it is written, byte for byte. */
import { membersOf, elementsOf, valueAt, type Member, type Span } from "./spans.ts";
import { createStyle, type Style } from "./style.ts";
import { nameOf, parseNotebook, textOf, type Cell, type Notebook } from "./parse.ts";

export type CellType = "code" | "markdown" | "raw";
/** `id`: for a new cell, where the notebook's format has them. */
export type CellChange =
  | { readonly mode: "replace"; readonly cell: string; readonly source: string; readonly type: CellType | undefined }
  | { readonly mode: "insert"; readonly after: string | undefined; readonly source: string; readonly type: CellType; readonly id: string }
  | { readonly mode: "delete"; readonly cell: string };
/** `before`, `after`: the cell's source. */
export type Changed = {
  readonly words: string;
  readonly name: string;
  readonly type: string;
  readonly before: string;
  readonly after: string;
  /** It has outputs, and they are those of the source before. */
  readonly stale: boolean;
};

const MOST_NAMED = 20;

/** A text: why not. */
export function changeCell(words: string, change: CellChange): Changed | string {
  const notebook = parseNotebook(words);
  if (!notebook) return "isn't a notebook of format 4: change it with Edit";
  const list = membersOf(words, valueAt(words, 0).from).findLast(({ key }) => key === "cells")?.value ?? { from: 0, to: 0 };
  const book: Book = { words, notebook, list, cells: elementsOf(words, list.from), style: createStyle(words) };
  if (change.mode === "insert") return insert(book, change);
  const at = placeOf(notebook, change.cell);
  const [cell, span] = [notebook.cells[at], book.cells[at]];
  if (!cell || !span) return noCell(notebook, change.cell);
  return change.mode === "delete" ? remove(book, at, cell) : replace(book, { at, cell, span }, change);
}

type Book = {
  readonly words: string;
  readonly notebook: Notebook;
  readonly list: Span;
  readonly cells: readonly Span[];
  readonly style: Style;
};
type Place = { readonly at: number; readonly cell: Cell; readonly span: Span };
type Of<Mode> = Extract<CellChange, { mode: Mode }>;

const DEPTH = 2; // of a cell

function replace({ words, style }: Book, { at, cell, span }: Place, { source, type }: Of<"replace">): Changed | string {
  const before = textOf(cell.source) ?? "";
  const sameType = type === undefined || type === cell.cell_type;
  if (sameType && before === source) return "has this source in that cell already: nothing would change";
  const members = membersOf(words, span.from);
  const printed = printSource(source, style, typeof cell.source === "string");
  const named = { name: nameOf(cell, at), type: type ?? cell.cell_type, before, after: source };
  if (!sameType) {
    const object = style.nest("{}", retyped(words, members, { type, source: printed, style }), DEPTH);
    return { ...named, words: splice(words, span, object), stale: false };
  }
  const value = members.findLast(({ key }) => key === "source")?.value ?? span;
  return { ...named, words: splice(words, value, printed), stale: (cell.outputs?.length ?? 0) > 0 };
}

/** What only cells of its old kind have goes, what those of its new kind must have comes. */
function retyped(
  words: string,
  members: readonly Member[],
  { type, source, style }: { readonly type: CellType; readonly source: string; readonly style: Style },
): readonly string[] {
  const own: readonly string[] = type === "code" ? ["attachments"] : ["execution_count", "outputs"];
  const kept = members.filter(({ key }) => !own.includes(key)).map(({ key, value }) => [key, words.slice(value.from, value.to)] as const);
  const empty =
    type === "code"
      ? ([
          ["execution_count", "null"],
          ["outputs", "[]"],
        ] as const)
      : [];
  const all = new Map([...empty, ...kept, ["cell_type", JSON.stringify(type)], ["source", source]]);
  return sorted(all, style);
}

function insert({ words, notebook, list, cells, style }: Book, { after, source, type, id }: Of<"insert">): Changed | string {
  const at = after === undefined ? 0 : placeOf(notebook, after) + 1;
  if (after !== undefined && at === 0) return noCell(notebook, after);
  const asText = notebook.cells.length > 0 && notebook.cells.every((cell) => typeof cell.source === "string");
  const hasIds = notebook.nbformat_minor >= 5;
  const all = new Map([
    ["cell_type", JSON.stringify(type)],
    ["metadata", "{}"],
    ["source", printSource(source, style, asText)],
    ...(hasIds ? ([["id", JSON.stringify(id)]] as const) : []),
    ...(type === "code"
      ? ([
          ["execution_count", "null"],
          ["outputs", "[]"],
        ] as const)
      : []),
  ]);
  const cell = style.nest("{}", sorted(all, style), DEPTH);
  const [first, previous] = [cells[0], cells[at - 1]];
  const changed = previous
    ? splice(words, { from: previous.to, to: previous.to }, style.between(DEPTH) + cell)
    : first
      ? splice(words, { from: first.from, to: first.from }, cell + style.between(DEPTH))
      : splice(words, list, style.nest("[]", [cell], DEPTH - 1));
  return { words: changed, name: hasIds ? id : `cell-${at}`, type, before: "", after: source, stale: false };
}

function remove({ words, list, cells }: Book, at: number, cell: Cell): Changed {
  const [previous, own, following] = [cells[at - 1], cells[at], cells[at + 1]];
  const whole = following && own ? { from: own.from, to: following.from } : previous && own ? { from: previous.to, to: own.to } : undefined;
  const named = { name: nameOf(cell, at), type: cell.cell_type, before: textOf(cell.source) ?? "", after: "", stale: false };
  return { ...named, words: whole ? splice(words, whole, "") : splice(words, list, "[]") };
}

function placeOf({ cells }: Notebook, name: string): number {
  const at = cells.findIndex((cell) => cell.id === name);
  return at < 0 ? cells.findIndex((cell, nth) => nameOf(cell, nth) === name) : at;
}

function noCell({ cells }: Notebook, name: string): string {
  const names = cells.slice(0, MOST_NAMED).map((cell, at) => nameOf(cell, at));
  const more = cells.length > names.length ? ", …" : "";
  return `has no cell ${name}. ${names.length === 0 ? "It has none at all" : `There are ${names.join(", ")}${more}`}`;
}

const sorted = (members: ReadonlyMap<string, string>, style: Style): readonly string[] =>
  [...members.keys()].toSorted().map((key) => JSON.stringify(key) + style.colon + (members.get(key) ?? "null")); // nbformat writes them so

function printSource(source: string, style: Style, asText: boolean): string {
  if (asText) return JSON.stringify(source);
  const lines = source === "" ? [] : source.split(/(?<=\n)/);
  return style.nest(
    "[]",
    lines.map((line) => JSON.stringify(line)),
    DEPTH + 1,
  );
}

const splice = (words: string, { from, to }: Span, fresh: string): string => words.slice(0, from) + fresh + words.slice(to);
