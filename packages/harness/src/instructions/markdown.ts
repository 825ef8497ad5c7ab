/** Where the code of a markdown text stands. Rule: as CommonMark reads fences and spans; a fence may stand in a list, however deep. */

/** Positions in the text, `to` excluded. */
export type Range = { readonly from: number; readonly to: number };
/** `info`: what stands behind the opening marks. `inner`: between the two lines. */
export type Fence = Range & { readonly info: string; readonly inner: Range };
export type Code = { readonly fences: readonly Fence[]; readonly spans: readonly Range[] };

const OPENS = /^[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})([^\n]*)$/;

export function codeIn(text: string): Code {
  const fences = fencesIn(text);
  return { fences, spans: spansIn(text, fences) };
}

/** `ranges`: in order, and apart from each other. */
export function within(ranges: readonly Range[], at: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.from ?? Infinity) <= at;
}

export const isCode = ({ fences, spans }: Code, at: number): boolean => within(fences, at) || within(spans, at);

function fencesIn(text: string): readonly Fence[] {
  const found: Fence[] = [];
  let open: { readonly marks: string; readonly info: string; readonly from: number; readonly inner: number } | undefined;
  for (const { line, from, to } of linesOf(text)) {
    if (open) {
      if (!closes(line, open.marks)) continue;
      found.push({ from: open.from, to, info: open.info, inner: { from: open.inner, to: from } });
      open = undefined;
      continue;
    }
    const [, marks, info = ""] = OPENS.exec(line) ?? [];
    if (marks !== undefined && !(marks.startsWith("`") && info.includes("`"))) open = { marks, info: info.trim(), from, inner: to };
  }
  if (open) found.push({ from: open.from, to: text.length, info: open.info, inner: { from: open.inner, to: text.length } });
  return found;
}

function closes(line: string, marks: string): boolean {
  const bare = line.replace(/^[ \t]*(?:>[ \t]?)*/, "").trimEnd();
  return bare.length >= marks.length && [...bare].every((letter) => letter === marks[0]);
}

/** `to`: behind the end of the line. */
function* linesOf(text: string): Generator<{ readonly line: string } & Range> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf("\n", from);
    const to = end === -1 ? text.length : end + 1;
    yield { line: text.slice(from, end === -1 ? to : end), from, to };
    from = to;
  }
}

/** A span ends in the paragraph in which it begins. */
function spansIn(text: string, fences: readonly Fence[]): readonly Range[] {
  const spans: Range[] = [];
  let from = 0;
  for (const fence of [...fences, { from: text.length, to: text.length }]) {
    for (const paragraph of paragraphsOf(text, from, fence.from)) spans.push(...spansOf(text, paragraph));
    from = fence.to;
  }
  return spans;
}

function* paragraphsOf(text: string, from: number, to: number): Generator<Range> {
  let start = from;
  for (const gap of text.slice(from, to).matchAll(/\n[ \t]*(?=\n)/g)) {
    yield { from: start, to: from + gap.index };
    start = from + gap.index + 1;
  }
  yield { from: start, to };
}

function spansOf(text: string, { from, to }: Range): readonly Range[] {
  const runs = [...text.slice(from, to).matchAll(/(?<!\\)`+/g)].map((run) => ({ at: from + run.index, length: run[0].length }));
  const next = new Map<number, number>(); // by length, while going backwards
  const closing = runs.map(() => -1);
  for (const [n, { length }] of [...runs.entries()].toReversed()) {
    closing[n] = next.get(length) ?? -1;
    next.set(length, n);
  }
  const spans: Range[] = [];
  for (let n = 0; n < runs.length; n += 1) {
    const open = runs[n];
    const close = runs[closing[n] ?? -1];
    if (!open || !close) continue;
    spans.push({ from: open.at, to: close.at + close.length });
    n = closing[n] ?? n;
  }
  return spans;
}
