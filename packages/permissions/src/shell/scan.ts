// Finds every command in a text as bash would, substitutions included, and of each word what can be read. What only a shell can tell is
// marked in the word. For seeing what must be asked about, never for saying what may run; undefined when the text can't be followed.
import { arithmeticEnd, takeHeredocs, type Heredoc } from "./scan-parts.ts";

/** In a word: an expansion in quotes; one that may become several words; a wildcard; a brace expansion; the home directory. */
export const MARK = { open: "\u0003", split: "\u0005", glob: "\u0004", brace: "\u0006", home: "\u0007" } as const;

/** `piped`: it reads what another command prints. */
export type Simple = { readonly words: readonly string[]; readonly piped: boolean };
/** `texts`: here-documents and here-strings. */
export type Scanned = { readonly commands: readonly Simple[]; readonly texts: readonly string[] };

const LONGEST_SCAN = 100_000; // characters
const DEEPEST = 40; // substitutions in substitutions

type State = {
  readonly text: string;
  readonly depth: number;
  readonly commands: Simple[];
  readonly texts: string[];
  at: number;
  heredocs: Heredoc[];
  failed: boolean;
};

/** `inner`: the text was a word before, and may hold marks. */
export function scan(text: string, inner = false): Scanned | undefined {
  // oxlint-disable-next-line no-control-regex -- the marks
  if (text.length > LONGEST_SCAN || (inner ? /\0/ : /[\0\u0003-\u0007]/).test(text)) return undefined;
  const state: State = { text, depth: 0, commands: [], texts: [], at: 0, heredocs: [], failed: false };
  return scanList(state, false) ? state : undefined;
}

/** What is read of the command that the scan stands in. `wordEnd`: where its last word ended. */
type Line = { words: string[]; piped: boolean; wordEnd: number; cases: number; inPattern: boolean };

/** Up to the end of the text, or the `)` that closes it. False when it can't be followed. */
function scanList(s: State, nested: boolean): boolean {
  if (s.depth > DEEPEST) return false;
  const line: Line = { words: [], piped: false, wordEnd: -1, cases: 0, inPattern: false };
  while (s.at < s.text.length) {
    if (take(s, /(?:[ \t]|\\\n|(?<![^ \t\n;&|()])#[^\n]*)+/y) !== undefined) continue;
    if (take(s, /\n/y) !== undefined) {
      if (!line.inPattern) endCommand(s, line);
      if (!endLine(s)) return false;
    } else if (!line.inPattern && take(s, /\)/y) !== undefined) {
      endCommand(s, line);
      return nested;
    } else if (!(line.inPattern ? pattern(s, line) : operator(s, line) || word(s, line))) return false;
    if (s.failed) return false;
  }
  endCommand(s, line);
  return !nested && !line.inPattern && endLine(s);
}

function endCommand(s: State, line: Line, piped = false): void {
  if (line.words.length > 0) s.commands.push({ words: line.words, piped: line.piped });
  line.words = [];
  line.piped = piped;
}

/** What stands before the `)` of a case. */
function pattern(s: State, line: Line): boolean {
  const sign = take(s, /[|()]/y);
  if (sign === ")") line.inPattern = false;
  if (sign !== undefined) return true;
  const name = /[;&<>]/.test(s.text[s.at] ?? "") ? undefined : readWord(s);
  if (name === "esac") [line.inPattern, line.cases] = [false, line.cases - 1];
  return name !== undefined;
}

/** True when one stood here. */
function operator(s: State, line: Line): boolean {
  const from = s.at;
  if (/[<>]/.test(s.text[s.at] ?? "") && s.text[s.at + 1] === "(") return false; // a word
  if (take(s, /&>>?|<<<|<<-?|<>|<&|>&|>>|>\||>|</y) !== undefined) {
    if (from === line.wordEnd && /^\d+$/.test(line.words.at(-1) ?? "")) line.words.pop(); // `2>` names what is redirected
    s.failed = !redirect(s);
    return true;
  }
  const sign = take(s, /;;&?|;&|;|&&|&|\|\||\|&?/y);
  if (sign !== undefined) {
    endCommand(s, line, sign === "|" || sign === "|&");
    line.inPattern = line.cases > 0 && /^;[;&]/.test(sign);
    return true;
  }
  if (s.text[s.at] !== "(") return false;
  endCommand(s, line);
  s.failed = !parenthesis(s);
  return true;
}

function word(s: State, line: Line): boolean {
  const read = readWord(s);
  if (read === undefined) return false;
  line.words.push(read);
  line.wordEnd = s.at;
  if (line.words.length > MOST_LEADS) return true;
  const own = line.words.slice(line.words.findIndex((one) => !LEADS.has(one)));
  if (own.length === 1 && read === "[[") return condition(s);
  if (own.length === 1 && read === "esac" && line.cases > 0) line.cases -= 1;
  if (own.length === 3 && own[0] === "case" && read === "in") [line.words, line.cases, line.inPattern] = [[], line.cases + 1, true];
  return true;
}

const MOST_LEADS = 12; // words; further behind nothing begins

/** Words that stand before a command. */
export const LEADS: ReadonlySet<string> = new Set("if then elif else while until do ! time coproc { } fi done esac".split(" "));

/** At a `(`: arithmetic, or commands of their own. */
function parenthesis(s: State): boolean {
  const after = s.text.startsWith("((", s.at) ? arithmeticEnd(s.text, s.at) : undefined;
  if (after !== undefined) return deeper(s, (inner) => expansions(inner, after));
  s.at += 1;
  return list(s);
}

/** Behind `[[`, up to `]]`. */
function condition(s: State): boolean {
  while (s.at < s.text.length) {
    if (take(s, /[<>](?!\()|[ \t\n&|();]+/y) !== undefined) continue;
    const read = readWord(s);
    if (read === undefined || read === "]]") return read !== undefined;
  }
  return false;
}

/** Behind the sign, which `at` has just passed. */
function redirect(s: State): boolean {
  const sign = /(?:<<<|<<-?|.)$/s.exec(s.text.slice(Math.max(0, s.at - 3), s.at))?.[0] ?? "";
  take(s, /[ \t]+/y);
  const from = s.at;
  const target = readWord(s);
  if (target === undefined) return false;
  if (sign === "<<<") s.texts.push(target);
  else if (sign.startsWith("<<")) {
    const quoted = /['"\\]/.test(s.text.slice(from, s.at));
    s.heredocs.push({ end: target, quoted, tabs: sign === "<<-" });
  }
  return true;
}

function endLine(s: State): boolean {
  if (s.heredocs.length === 0) return true;
  const taken = takeHeredocs(s.text, s.at, s.heredocs);
  if (taken === undefined) return false;
  s.heredocs = [];
  s.at = taken.after;
  return taken.bodies.every(({ text, quoted }) => {
    s.texts.push(text);
    return quoted || within(s, text, (inner) => expansions(inner, text.length));
  });
}

/** A word with its quotes taken away; undefined when a quote isn't closed. */
function readWord(s: State): string | undefined {
  let all = "";
  const from = s.at;
  while (s.at < s.text.length) {
    const piece = readPiece(s, all);
    if (piece === undefined) return undefined;
    if (piece === END) break;
    all += piece;
  }
  const raw = s.text.slice(from, s.at);
  if (raw === "") return undefined;
  return raw === "[" || raw === "[[" ? raw : all;
}

const END = "\u0000";

function readPiece(s: State, before: string): string | undefined {
  const plain = take(s, /[^ \t\n;&|()<>'"\\`$*?[{~]+/y);
  if (plain !== undefined) return plain;
  const sign = s.text[s.at] ?? "";
  if (/[<>]/.test(sign) && s.text[s.at + 1] === "(") {
    s.at += 2;
    return list(s) ? MARK.split : undefined;
  }
  if (sign === "(" && /^\w+\+?=$/.test(before)) return deeper(s, array) ? MARK.open : undefined;
  if (/[ \t\n;&|()<>]/.test(sign)) return END;
  if (sign === "$") return dollar(s, false);
  if (sign === "`") return backticks(s, MARK.split);
  if (sign === '"') return double(s);
  s.at += 1;
  if (sign === "'") return take(s, /[^']*'/y)?.slice(0, -1);
  if (sign === "\\") return (take(s, /[^]/y) ?? "").replace("\n", "");
  if (/[*?[]/.test(sign)) return MARK.glob;
  if (sign === "{") return /[ \t\n;}]|^$/.test(s.text[s.at] ?? "") ? sign : MARK.brace;
  if (sign !== "~" || !/(?:^|[=:])$/.test(before)) return sign;
  return /[ \t\n;&|()<>/:]|^$/.test(s.text[s.at] ?? "") ? MARK.home : MARK.open;
}

/** Behind an `=`: its words aren't a command. */
function array(s: State): boolean {
  s.at += 1;
  while (s.at < s.text.length) {
    if (take(s, /[ \t\n]+|#[^\n]*/y) !== undefined) continue;
    if (take(s, /\)/y) !== undefined) return true;
    const from = s.at;
    if (readWord(s) === undefined || s.at === from) return false;
  }
  return false;
}

function double(s: State): string | undefined {
  s.at += 1;
  let all = "";
  while (s.at < s.text.length) {
    const sign = s.text[s.at] ?? "";
    const plain = take(s, /[^"\\`$]+/y);
    const escaped = plain === undefined ? take(s, /\\[^]/y) : undefined;
    if (sign === '"') {
      s.at += 1;
      return all;
    }
    const piece = plain ?? escaped?.replace(/^\\(?:\n|(?=[$`"\\]))/, "") ?? (sign === "$" ? dollar(s, true) : backticks(s, MARK.open));
    if (piece === undefined) return undefined;
    all += piece;
  }
  return undefined;
}

function dollar(s: State, quoted: boolean): string | undefined {
  const mark = quoted ? MARK.open : MARK.split;
  if (!quoted && take(s, /\$(?=")/y) !== undefined) return double(s);
  const ansi = quoted ? undefined : take(s, /\$'(?:[^'\\]|\\[^])*'/y);
  if (ansi !== undefined) return ansi.includes("\\") ? MARK.open : ansi.slice(2, -1);
  if (take(s, /\$HOME(?!\w)|\$\{HOME\}/y) !== undefined) return MARK.home;
  if (take(s, /\$(?:[A-Za-z_]\w*|[\d@*#?$!-])/y) !== undefined) return mark;
  const after = s.text.startsWith("$((", s.at) ? arithmeticEnd(s.text, s.at + 1) : undefined;
  if (after !== undefined) {
    s.at += "$((".length;
    return deeper(s, (inner) => expansions(inner, after)) ? mark : undefined;
  }
  if (take(s, /\$\(/y) !== undefined) return list(s) ? mark : undefined;
  if (take(s, /\$\{(?![\s|])/y) !== undefined) return deeper(s, (inner) => parameter(inner, quoted)) ? mark : undefined;
  if (s.text.startsWith("${", s.at)) return undefined; // commands, in a newer bash
  return take(s, /\$/y);
}

/** Behind `${`, up to its `}`. */
function parameter(s: State, quoted: boolean): boolean {
  while (s.at < s.text.length) {
    if (take(s, /\}/y) !== undefined) return true;
    if (take(s, /\\[^]|[^}\\'"`$]+/y) !== undefined) continue;
    const sign = s.text[s.at];
    if (sign === "'" && (quoted || take(s, /'[^']*'/y) === undefined)) s.at += 1;
    else if (sign === '"' && double(s) === undefined) return false;
    else if (sign === "`" && backticks(s, "") === undefined) return false;
    else if (sign === "$" && dollar(s, quoted) === undefined) return false;
  }
  return false;
}

function backticks(s: State, mark: string): string | undefined {
  const text = take(s, /`(?:[^`\\]|\\[^])*`/y);
  if (text === undefined) return undefined;
  const commands = text.slice(1, -1).replaceAll(/\\([$`\\"])/g, "$1");
  return within(s, commands, (inner) => scanList(inner, false)) ? mark : undefined;
}

/** Text in which only expansions count. */
function expansions(s: State, until: number): boolean {
  while (s.at < until) {
    if (take(s, /\\[^]|[^\\`$]+/y) !== undefined) continue;
    const done = s.text[s.at] === "$" ? dollar(s, true) : s.text[s.at] === "`" ? backticks(s, "") : undefined;
    if (done === undefined) return false;
  }
  s.at = Math.max(s.at, until);
  return true;
}

const list = (s: State): boolean => deeper(s, (inner) => scanList(inner, true));

function deeper(s: State, read: (inner: State) => boolean): boolean {
  const inner: State = { ...s, depth: s.depth + 1 };
  const followed = inner.depth <= DEEPEST && read(inner);
  s.at = inner.at;
  s.heredocs = inner.heredocs;
  return followed;
}

const within = (s: State, text: string, read: (inner: State) => boolean): boolean =>
  read({ ...s, text, at: 0, depth: s.depth + 1, heredocs: [] });

function take(s: State, what: RegExp): string | undefined {
  what.lastIndex = s.at;
  const found = what.exec(s.text)?.[0];
  if (found !== undefined) s.at += found.length;
  return found;
}
