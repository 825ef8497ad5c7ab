// Reads a shell text into units: one simple command each, with what it was wrapped in, what stands before it in its pipe, and what earlier
// units left behind. The score of a text is that of its worst unit, so that harmless company hides nothing.
import { forEachChild, parse, type Assignment, type Command, type Redirection, type SyntaxNode, type Word } from "unbash";
import { hasGaps } from "../shell/gaps.ts";
import { innerOf, peel, type Arg } from "./unwrap.ts";

export type Redirect = { readonly operator: string; readonly target: string };
export type Unit = {
  /** The program first; empty for a bare assignment or a redirect of a compound. */
  readonly words: readonly Arg[];
  readonly text: string;
  /** With what it was wrapped in. */
  readonly whole: string;
  /** Outermost first: `sudo`, `xargs`, `find`, `sh`, `subst`, `function`. */
  readonly via: readonly string[];
  /** `NAME=value` */
  readonly assigns: readonly string[];
  readonly redirects: readonly Redirect[];
  /** Here-document and here-string. */
  readonly input: string;
  /** Earlier in the same pipe, farthest first. */
  readonly before: readonly Unit[];
  /** In substitutions of its words. */
  readonly inside: readonly Unit[];
};
export type Reading = { readonly units: readonly Unit[]; readonly broken: boolean };

const DEEPEST = 5; // texts in texts
const MOST_UNITS = 200;

type Place = { readonly via: readonly string[]; readonly before: readonly Unit[]; readonly depth: number };
type State = { readonly units: Unit[]; readonly values: Map<string, string>; broken: boolean };

export function readUnits(text: string): Reading {
  const state: State = { units: [], values: new Map(), broken: false };
  readText(state, text, { via: [], before: [], depth: 0 });
  return { units: state.units, broken: state.broken };
}

function readText(state: State, text: string, place: Place): void {
  if (place.depth > DEEPEST) {
    state.broken = true;
    return;
  }
  const script = parse(text);
  if ((script.errors?.length ?? 0) > 0 || hasGaps(script, text)) state.broken = true;
  for (const statement of script.commands) walk(state, statement, place);
}

function walk(state: State, node: SyntaxNode, place: Place): void {
  if (state.units.length > MOST_UNITS) state.broken = true;
  if (state.broken && state.units.length > MOST_UNITS) return;
  switch (node.type) {
    case "Command":
      return readCommand(state, node, place);
    case "Pipeline": {
      let before = place.before;
      for (const command of node.commands) {
        const from = state.units.length;
        walk(state, command, { ...place, before });
        before = [...before, ...state.units.slice(from)].slice(-MOST_BEFORE);
      }
      return;
    }
    case "Redirected": {
      const from = state.units.length;
      walk(state, node.command, place);
      const { redirects, input } = redirections(state, node.redirects, place);
      state.units.push({ ...EMPTY, via: place.via, redirects, input, before: state.units.slice(from), text: "" });
      return;
    }
    case "Function": {
      state.values.set(`${node.name.value}()`, "");
      return walk(state, node.body, { ...place, via: [...place.via, "function"] });
    }
    case "For":
      state.values.set(
        node.name.value,
        (node.wordlist ?? [])
          .map((word) => word.value)
          .join(" ")
          .slice(0, LONGEST_VALUE),
      );
      break;
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion":
      if (node.script !== undefined) {
        if ((node.script.errors?.length ?? 0) > 0) state.broken = true;
        for (const statement of node.script.commands) walk(state, statement, { ...place, via: [...place.via, "subst"], before: [] });
      }
      return;
  }
  forEachChild(node, (child) => walk(state, child, place));
}

const MOST_BEFORE = 12; // units of a pipe
const LONGEST_VALUE = 400; // characters
const EMPTY = { words: [], text: "", whole: "", via: [], assigns: [], redirects: [], input: "", before: [], inside: [] } as const;

function readCommand(state: State, node: Command, place: Place): void {
  const from = state.units.length;
  const set = node.prefix.filter((part) => part.type === "Assignment");
  const suffix = node.suffix.filter((part) => part.type === "Word" || part.type === "Assignment");
  for (const part of [...set, ...suffix, ...(node.name === undefined ? [] : [node.name])]) walkParts(state, part, place);
  const { redirects, input } = redirections(state, node.redirects, place);
  const inside = state.units.slice(from);
  const assigns = set.map((assign) => `${assign.name}=${expand(state, valueOf(assign))}`);
  const words = [...(node.name === undefined ? [] : [node.name]), ...suffix].map((word) => argOf(state, word));
  if (words.length === 0) for (const assign of set) state.values.set(assign.name, expand(state, valueOf(assign)));
  addUnit(state, { ...EMPTY, words, assigns, redirects, input, inside, before: place.before, via: place.via }, place);
}

function walkParts(state: State, node: SyntaxNode, place: Place): void {
  forEachChild(node, (child) => walk(state, child, place));
}

function redirections(state: State, found: readonly Redirection[], place: Place): { redirects: Redirect[]; input: string } {
  const redirects: Redirect[] = [];
  let input = "";
  for (const one of found) {
    walkParts(state, one, place);
    if (one.type === "HereDoc") input += one.body.text;
    else if (one.type === "HereString") input += expand(state, one.target?.value ?? "");
    else redirects.push({ operator: one.operator, target: expand(state, one.target?.value ?? "") });
  }
  return { redirects, input };
}

/** Also what it runs of its own arguments, one unit each. */
function addUnit(state: State, whole: Unit, place: Place): void {
  const peeled = peel(whole.words);
  const spoken = (words: readonly Arg[]): string => words.map(({ value }) => value).join(" ");
  const text = spoken(peeled.words);
  const via = [...whole.via, ...peeled.via];
  const unit: Unit = {
    ...whole,
    words: peeled.words,
    via,
    assigns: [...whole.assigns, ...peeled.assigns],
    text,
    whole: spoken(whole.words),
  };
  state.units.push(unit);
  for (const inner of innerOf(peeled.words)) {
    const within = { via: [...via, inner.via], before: place.before, depth: place.depth + 1 };
    if (inner.script !== undefined) readText(state, inner.script, within);
    else if (inner.words !== undefined && within.depth <= DEEPEST)
      addUnit(state, { ...EMPTY, words: inner.words, via: within.via, before: place.before }, within);
  }
  for (const script of fedScripts(unit)) readText(state, script, { via: [...via, "fed"], before: [], depth: place.depth + 1 });
}

const FEEDABLE = /(?:^|\/)(?:ba|z|da|k|a)?sh$/;

/** What a shell reads from a here-document, or from an `echo` before it. */
function fedScripts(unit: Unit): readonly string[] {
  if (!FEEDABLE.test(unit.words[0]?.value ?? "") && unit.words[0]?.value !== "ssh") return [];
  const printed = unit.before.at(-1);
  const prints = /^(?:echo|printf)$/.test(printed?.words[0]?.value ?? "");
  return [
    unit.input,
    prints
      ? (printed?.words
          .slice(1)
          .map(({ value }) => value)
          .join(" ") ?? "")
      : "",
  ].filter((text) => text !== "");
}

function argOf(state: State, word: Word | Assignment): Arg {
  const raw = word.type === "Word" ? word.value : word.text;
  const value = expand(state, raw);
  const marks = new Set(word.type === "Word" ? (word.parts ?? []).flatMap(marksOf) : []);
  if (value !== raw) marks.add("known-variable");
  if (word.type === "Word" && /\w(?:''|""|\\)\w|^\\\w/.test(word.text)) marks.add("split");
  return { value, text: word.text, marks: [...marks] };
}

const valueOf = ({ value }: Assignment): string =>
  value.type === "Word" ? value.value : value.elements.map((element) => element.value).join(" ");

function marksOf(part: NonNullable<Word["parts"]>[number]): readonly string[] {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      return [];
    case "DoubleQuoted":
    case "LocaleString":
      return part.parts.flatMap(marksOf);
    case "ParameterExpansion":
      return [
        "variable",
        ...(part.operation === undefined ? [] : [`variable-${part.operation.type}`]),
        ...(part.prefix === "!" ? ["indirect"] : []),
      ];
    default:
      return [part.type];
  }
}

/** Puts in what earlier assignments said. */
function expand(state: State, text: string): string {
  if (!text.includes("$") || state.values.size === 0) return text;
  const full = text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => state.values.get(braced ?? bare ?? "") ?? whole,
  );
  return full.length > LONGEST_VALUE + text.length ? text : full;
}
