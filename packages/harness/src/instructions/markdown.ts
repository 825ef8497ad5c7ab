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

export const within = (ranges: readonly Range[], at: number): boolean => ranges.some(({ from, to }) => at >= from && at < to);

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
  const blank = /\n[ \t]*\n/g;
  blank.lastIndex = from;
  let start = from;
  for (let gap = blank.exec(text); gap && gap.index < to; gap = blank.exec(text)) {
    yield { from: start, to: gap.index };
    start = gap.index + 1;
    blank.lastIndex = start; // the second newline may begin the next gap
  }
  yield { from: start, to };
}

function spansOf(text: string, { from, to }: Range): readonly Range[] {
  const runs = [...text.slice(from, to).matchAll(/(?<!\\)`+/g)].map((run) => ({ at: from + run.index, length: run[0].length }));
  const spans: Range[] = [];
  for (let n = 0; n < runs.length; n += 1) {
    const open = runs[n];
    const end = open && runs.findIndex((run, at) => at > n && run.length === open.length);
    const close = end === undefined ? undefined : runs[end];
    if (!open || !close || end === undefined) continue;
    spans.push({ from: open.at, to: close.at + close.length });
    n = end;
  }
  return spans;
}
