// Every simple command that control flow can reach, with the folders it may run in. Fails closed: a node that isn't understood, or a command
// that this walk missed and the parser's own traversal finds, makes the whole opaque, and is looked at all the same.
import {
  forEachChild,
  type AndOr,
  type Command,
  type CommandNode,
  type PipelineNode,
  type Script,
  type Statement,
  type SyntaxNode,
} from "unbash";
import { assigned, assignOf, type Assign } from "./assign.ts";
import { expandWord, type Scope } from "./word.ts";
import { isKnown, type Word } from "./marks.ts";
import { after, bare, either, leave, lettersOf, mayMove, move, movesIn, sparse, stay, type Flow, type Whereabouts } from "./whereabouts.ts";
import { look, type Opaque } from "./hidden.ts";
import { redirections, type Redirect } from "./redirect.ts";
import { valuesOf } from "./loops.ts";
import type { Reader } from "./portable.ts";
import { readSource } from "./source.ts";
import { showsNoSecret } from "./telling.ts";

/** What stands on a command's standard input. `text`: as a script, as far as it is known. */
export type Input =
  | { readonly from: "elsewhere" }
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "command"; readonly command: Simple | undefined };
export type Simple = {
  readonly words: readonly Word[];
  readonly assigns: readonly Assign[];
  /** Redirects, assignments and words as they were written, one blank between. */
  readonly raw: string;
  readonly at: Whereabouts;
  readonly input: Input;
  /** Of the text that it stands in. */
  readonly reader: Reader;
};
export type Walked = { readonly commands: readonly Simple[]; readonly redirects: readonly Redirect[]; readonly opaque: readonly Opaque[] };

type Walk = {
  readonly home: string | undefined;
  readonly text: string;
  readonly reader: Reader;
  /** The text holds a word that moves: then a function or a loop may run anywhere. */
  readonly moves: boolean;
  readonly commands: Simple[];
  readonly redirects: Redirect[];
  readonly opaque: Opaque[];
  readonly seen: Set<SyntaxNode>;
  readonly functions: Set<string>;
  /** Of evals within evals. */
  readonly depth: number;
  /** Has any command moved; and one in the body of a function? */
  readonly moved: { ever: boolean; inFunction: boolean };
  /** How many evals are still followed, how many words braces may still make, and how many letters paths in several folders may still have. */
  readonly room: { evals: number; words: number; letters: number };
};
type Ground = {
  readonly at: Whereabouts;
  readonly again: boolean;
  readonly input: Input;
  /** What variables of loops hold, and how many times the loops are gone through together. */
  readonly vars: ReadonlyMap<string, string>;
  readonly passes: number;
};

const ELSEWHERE: Input = { from: "elsewhere" };
const NO_LOOP: Pick<Ground, "vars" | "passes"> = { vars: new Map(), passes: 1 };

export function walk(
  script: Script,
  start: Whereabouts,
  { home, text, reader }: { readonly home: string | undefined; readonly text: string; readonly reader: Reader },
): Walked {
  const moved = { ever: false, inFunction: false };
  const w: Walk = {
    home,
    text,
    reader,
    moves: movesIn(text),
    commands: [],
    redirects: [],
    opaque: [],
    seen: new Set(),
    functions: new Set(),
    depth: 0,
    moved,
    room: { evals: MOST_EVALS, words: MOST_BRACED, letters: MOST_LETTERS },
  };
  statements(script.commands, { at: start, again: false, input: ELSEWHERE, ...NO_LOOP }, w);
  for (const missed of unseen(script, w.seen)) {
    w.opaque.push({ why: "it holds a command in a place that isn't understood", runs: true });
    simple(missed, { at: { ...start, lost: true }, again: true, input: ELSEWHERE, ...NO_LOOP }, w);
  }
  if (w.room.letters < 0) w.opaque.push({ why: "it works in too many folders", runs: true });
  return w;
}

function unseen(script: Script, seen: ReadonlySet<SyntaxNode>): readonly Command[] {
  const missed: Command[] = [];
  const stack: SyntaxNode[] = [script];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "Command" && !seen.has(node)) missed.push(node);
    forEachChild(node, (child) => stack.push(child));
  }
  return missed;
}

function statements(list: readonly Statement[], ground: Ground, w: Walk): Flow {
  let flow = stay(ground.at);
  for (const { command, background } of list) {
    const at = after(flow);
    const ran = node(command, { ...ground, at }, w);
    flow = background ? stay(at) : ran;
  }
  return flow;
}

function node(what: PipelineNode | AndOr, ground: Ground, w: Walk): Flow {
  switch (what.type) {
    case "AndOr":
      return chain(what, ground, w);
    case "Pipeline":
      return pipeline(what, ground, w);
    case "Command":
      return simple(what, ground, w);
    case "Redirected": {
      inside(what.redirects, ground, w);
      const text = redirections(what.redirects, placed(what.redirects.length, ground, w), scopeOf(ground, w), w);
      return node(what.command, { ...ground, input: text ?? ground.input }, w);
    }
    case "Subshell": {
      const { ever } = w.moved;
      statements(what.body.commands, ground, w);
      w.moved.ever = ever;
      return stay(ground.at);
    }
    case "BraceGroup":
      return statements(what.body.commands, ground, w);
    case "Function":
      w.opaque.push({ why: "it defines a function", runs: false });
      w.functions.add(what.name.text);
      bodyElsewhere(what.body.type === "CompoundList" ? what.body.commands : what.body, ground, w);
      return stay(ground.at);
    case "Coproc":
      w.opaque.push({ why: "it starts a coprocess", runs: false });
      if (what.body.type === "CompoundList") statements(what.body.commands, ground, w);
      else node(what.body, ground, w);
      return stay(ground.at);
    default:
      return compound(what, ground, w);
  }
}

type Compound = Extract<
  CommandNode,
  { type: "If" | "For" | "ArithmeticFor" | "Select" | "While" | "Case" | "TestCommand" | "ArithmeticCommand" }
>;

function compound(what: Compound, ground: Ground, w: Walk): Flow {
  switch (what.type) {
    case "If": {
      let flow = statements(what.clause.commands, ground, w);
      let end = after(statements(what.then.commands, { ...ground, at: flow.ok }, w));
      for (const { clause, then } of what.elif) {
        flow = statements(clause.commands, { ...ground, at: flow.not }, w);
        end = either(end, after(statements(then.commands, { ...ground, at: flow.ok }, w)));
      }
      return stay(either(end, what.else ? after(statements(what.else.commands, { ...ground, at: flow.not }, w)) : flow.not));
    }
    case "For":
    case "Select":
      inside(what.wordlist ?? [], ground, w);
      if (!(what.wordlist ?? []).every((word) => showsNoSecret({ raw: word.text })))
        w.opaque.push({ why: "it goes through what a variable of the environment holds", runs: false });
      if (what.type === "Select") w.opaque.push({ why: "it lets standard input choose", runs: false });
      if (isSpecial(what.name.value)) w.opaque.push({ why: `it sets ${what.name.value}`, runs: true });
      return eachPass(what, ground, w);
    case "ArithmeticFor":
      inside([what.initialize, what.test, what.update], ground, w);
      w.opaque.push({ why: "it calculates with names", runs: true });
      return loop([what.body.commands], ground, w);
    case "While":
      return loop([what.clause.commands, what.body.commands], ground, w);
    case "Case": {
      inside([what.word, ...what.items.flatMap(({ pattern }) => pattern)], ground, w);
      return stay(
        what.items.reduce(
          (end, { body }) => either(end, after(statements(body.commands, { ...ground, at: either(ground.at, end) }, w))),
          ground.at,
        ),
      );
    }
    case "TestCommand":
    case "ArithmeticCommand":
      inside([what], ground, w);
      return stay(ground.at);
  }
}

/** Once for each value of its variable, where these can be told; else for any. */
function eachPass(what: Extract<Compound, { type: "For" | "Select" }>, ground: Ground, w: Walk): Flow {
  const name = what.name.value;
  const words = (what.wordlist ?? []).flatMap((word) => expandWord(word, scopeOf(ground, w))).map(({ text }) => text);
  const values = what.type === "For" ? valuesOf(name, words, w.text, ground.passes) : undefined;
  if (!values) return loop([what.body.commands], ground, w);
  const passes = ground.passes * values.length;
  return values.reduce<Flow>(
    (flow, value) => loop([what.body.commands], { ...ground, at: after(flow), vars: new Map(ground.vars).set(name, value), passes }, w),
    stay(ground.at),
  );
}

/** A loop's commands may run behind themselves: they are walked once to see where they lead, and then for good. */
function loop(lists: readonly (readonly Statement[])[], ground: Ground, w: Walk): Flow {
  const all = lists.flat();
  const trial: Walk = { ...w, commands: [], redirects: [], opaque: [], seen: new Set() };
  const at = w.moves
    ? either(ground.at, ground.again ? { ...ground.at, lost: true } : after(statements(all, { ...ground, again: true }, trial)))
    : ground.at;
  return stay(either(at, after(statements(all, { ...ground, at, again: true }, w))));
}

/** A function's body runs where it is called. */
function bodyElsewhere(body: CommandNode | readonly Statement[], ground: Ground, w: Walk): void {
  const elsewhere: Ground = { ...ground, at: { ...ground.at, lost: ground.at.lost || w.moves }, again: true };
  const before = w.moved.ever;
  w.moved.ever = false;
  if ("type" in body) node(body, elsewhere, w);
  else statements(body, elsewhere, w);
  w.moved.inFunction ||= w.moved.ever;
  w.moved.ever ||= before;
}

function chain(what: AndOr, ground: Ground, w: Walk): Flow {
  const [first, ...others] = what.commands;
  if (!first) return stay(ground.at);
  let flow = node(first, ground, w);
  others.forEach((one, index) => {
    const both = what.operators[index] === "&&";
    const next = node(one, { ...ground, at: both ? flow.ok : flow.not }, w);
    flow = both ? { ok: next.ok, not: either(flow.not, next.not) } : { ok: either(flow.ok, next.ok), not: next.not };
  });
  return flow;
}

function pipeline(what: Extract<PipelineNode, { type: "Pipeline" }>, ground: Ground, w: Walk): Flow {
  const [only, ...others] = what.commands;
  if (!only) return stay(ground.at);
  const negated = what.prefixes.filter(({ type }) => type === "Negation").length % 2 === 1;
  if (others.length === 0) {
    const flow = node(only, ground, w);
    return negated ? { ok: flow.not, not: flow.ok } : flow;
  }
  let input = ground.input;
  for (const one of what.commands) {
    const before = w.commands.length;
    node(one, { ...ground, input }, w);
    input = { from: "command", command: one.type === "Command" ? w.commands.slice(before).at(-1) : undefined };
  }
  return stay(ground.at);
}

function simple(what: Command, ground: Ground, w: Walk): Flow {
  w.seen.add(what);
  inside([...what.prefix, ...(what.name ? [what.name] : []), ...what.suffix], ground, w);
  const scope = scopeOf(ground, w);
  const words = [what.name, ...what.args].flatMap((one) =>
    !one ? [] : one.type === "Word" ? expandWord(one, scope) : [assigned(one, scope)],
  );
  const assigns = what.prefix.flatMap((one) => (one.type === "Assignment" ? [assignOf(one, scope)] : []));
  const raw = [...what.prefix, what.name, ...what.suffix]
    .flatMap((one) => (one && (one.type === "Word" || one.type === "Assignment") ? one.text : []))
    .join(" ");
  const at = placed(Math.max(words.length - 1, 0) + what.redirects.length, ground, w);
  const input = redirections(what.redirects, at, scope, w) ?? ground.input;
  if (words.length > 0 || assigns.length > 0) w.commands.push({ words, assigns, raw, at, input, reader: w.reader });
  const flow = flowOf(words, ground, w);
  if (flow) w.moved.ever = true;
  return flow ?? stay(ground.at);
}

const MOST_LETTERS = 60_000; // of the folders that words may name files in, counted for each word

/** Where it may run: one of several folders, where very many words may each name a file in any of them. */
function placed(words: number, { at }: Ground, { room }: Walk): Whereabouts {
  if (at.folders.length > 1) room.letters -= words * lettersOf(at.folders);
  return room.letters < 0 ? sparse(at) : at;
}

/** Undefined where it stays. */
function flowOf(words: readonly Word[], ground: Ground, w: Walk): Flow | undefined {
  const called = words[0] !== undefined && w.functions.has(words[0].text);
  if (called) return w.moved.inFunction ? leave(ground.at) : undefined;
  if (mayMove(words)) return leave(ground.at);
  const [program, ...texts] = bare(words);
  if (program?.text === "eval") return evaluated(texts, ground, w);
  return move(words, ground.at, w.home, ground.again);
}

const DEEPEST = 0; // evals within an eval aren't followed
const MOST_EVALS = 50;
const MOST_BRACED = 1_000;

/** What it runs is told of by itself: see peel.ts. */
function evaluated(words: readonly Word[], ground: Ground, w: Walk): Flow | undefined {
  const own = words[0]?.text === "--" ? words.slice(1) : words;
  if (w.depth > DEEPEST || !own.every(isKnown) || --w.room.evals < 0) return leave(ground.at);
  const { script, why } = readSource(own.map((word) => word.script).join(" "), w.reader);
  if (!script || why !== undefined) return leave(ground.at);
  const moved = { ever: false, inFunction: false };
  const trial: Walk = { ...w, commands: [], redirects: [], opaque: [], seen: new Set(), depth: w.depth + 1, moved };
  const flow = statements(script.commands, ground, trial);
  w.moved.inFunction ||= trial.moved.inFunction;
  return trial.moved.ever ? flow : undefined;
}

const scopeOf = ({ at: { folders, lost }, vars }: Ground, { home, room }: Walk): Scope => ({
  home,
  room,
  vars,
  here: lost || folders.length > 1 ? undefined : folders[0],
});

/** Names that change what bash or the programs it starts do. */
const isSpecial = (name: string): boolean => /^[A-Z_][A-Z0-9_]*$/.test(name);

/** The commands that stand in words: substitutions, wherever they are; each in a shell of its own. */
function inside(nodes: readonly (SyntaxNode | undefined)[], ground: Ground, w: Walk): void {
  const own: Ground = { ...ground, input: ELSEWHERE };
  const stack = nodes.toReversed();
  for (let next = stack.pop(); stack.length > 0 || next; next = stack.pop()) {
    if (!next) continue;
    const found = look(next);
    if (found) w.opaque.push(found);
    if (next.type === "CommandExpansion" || next.type === "ProcessSubstitution" || next.type === "ArithmeticCommandExpansion") {
      if (!next.script || (next.script.errors?.length ?? 0) > 0)
        w.opaque.push({ why: "it holds a substitution that can't be read", runs: true });
      if (next.script) statements(next.script.commands, own, w);
      continue;
    }
    const children: SyntaxNode[] = [];
    const text = next.type === "DoubleQuoted" || next.type === "HereDocBody"; // what can't be seen is only text there
    forEachChild(next, (child) => (text && child.type === "Literal") || children.push(child));
    stack.push(...children.toReversed());
  }
}
