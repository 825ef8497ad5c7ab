/**
 * Makes of a skill's text and its arguments what the model reads. Rule: nothing is put into anything that was put in before; commands and
 * files come from the ports, which judge them; one command that may not run or fails ends it all, in words.
 */
import { codeIn, within, type Range } from "../instructions/markdown.ts";
import { stripInvisible } from "../instructions/invisible.ts";
import { baseOf, expandDollars, type Put, type Values } from "./dollar.ts";
import { bracePieces, dollarPieces, type Piece } from "./marks.ts";
import { putInto, standingAt } from "./quote.ts";
import { spared } from "./spare.ts";

/** What became of a command. `exitCode`: of one that ran to its end. `output`: what it printed, or why it didn't run. */
export type InlineOutcome = { readonly ok: boolean; readonly output: string; readonly exitCode?: number };
export type FileOutcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missing: boolean; readonly why: string };
export type InlinePorts<Step> = {
  /** As an ordinary call that is judged, and never asked about. */
  readonly runInline: (command: string) => AsyncGenerator<Step, InlineOutcome>;
  /** Judged as Read, and never asked about; first whether it is there at all. */
  readonly readFile: (path: string) => Promise<FileOutcome>;
};

export type Source = {
  readonly text: string;
  readonly dialect: "dollar" | "braces";
  /** The text is a skill's, with a folder of its own; else a command's. */
  readonly isSkill: boolean;
  readonly args: string;
  readonly names: readonly string[];
  /** Undefined: as the text itself tells. */
  readonly base: 0 | 1 | undefined;
  readonly variables: ReadonlyMap<string, string>;
  /** What was typed, for texts that have no place for arguments. */
  readonly typed: string;
  /** Where a path may begin, in this order. */
  readonly folders: readonly ((path: string) => string)[];
  /** Commands are replaced by words that say so. */
  readonly noCommands: boolean;
};
/** `unseen`: characters that nobody sees and that were taken out. */
export type Rendered =
  | { readonly ok: true; readonly text: string; readonly foreign: boolean; readonly unseen: number }
  | { readonly ok: false; readonly why: string };

const MOST_COMMANDS = 50;
const MOST_FILES = 50;
const MOST_LOOKED_FOR = 500; // most mentions are of no file
const LONGEST_COMMAND = 10_000; // characters
export const LONGEST_OUTPUT = 30_000; // characters, of one command
const LONGEST_FILE = 100_000; // characters
const LONGEST_TEXT = 400_000; // characters, of the whole
export const NO_COMMANDS = "[shell command execution disabled by policy]";

type Done = { text: string; used: boolean; foreign: boolean; commands: number; files: string[]; read: Set<string>; sought: number };
type Cut = { readonly source: Source; readonly text: string; readonly values: Values; readonly spare: (at: number) => boolean };

export async function* render<Step>(source: Source, ports: InlinePorts<Step>): AsyncGenerator<Step, Rendered> {
  const { text, unseen } = stripInvisible(source.text);
  const code = codeIn(text);
  const places = spared(text, code.fences);
  const spare = (at: number): boolean => within(places, at) || (source.args === "" && within(code.fences, at));
  const values: Values = { ...source, base: source.base ?? baseOf(text, source.names, (at) => within(places, at)) };
  const whole: Cut = { source, text, values, spare };
  const done: Done = { text: "", used: false, foreign: false, commands: 0, files: [], read: new Set(), sought: 0 };
  for (const piece of source.dialect === "braces" ? bracePieces(text) : dollarPieces(text, code, source.isSkill)) {
    const trouble = yield* add(piece, whole, done, ports);
    if (trouble !== undefined) return { ok: false, why: trouble };
  }
  const tail = source.args !== "" && !done.used ? [source.dialect === "braces" ? source.typed : `ARGUMENTS: ${source.args}`] : [];
  const said = [done.text.trim(), ...tail, ...done.files].join("\n\n");
  return { ok: true, text: shorten(said, LONGEST_TEXT), foreign: done.foreign, unseen };
}

/** Adds what a piece becomes; in words why the whole can't be. */
async function* add<Step>(piece: Piece, whole: Cut, done: Done, ports: InlinePorts<Step>): AsyncGenerator<Step, string | undefined> {
  const { text, source } = whole;
  if (piece.kind === "text") return void (done.text += expanded(whole, piece, done, (value) => value) ?? "");
  if (piece.kind === "read") return void (yield* attach(piece.inner, whole, done, ports));
  if (source.noCommands) return void (done.text += NO_COMMANDS);
  if ((done.commands += 1) > MOST_COMMANDS) return `It has more than ${MOST_COMMANDS} inline commands. Put them into a script.`;
  const template = text.slice(piece.inner.from, piece.inner.to);
  if (template.length > LONGEST_COMMAND)
    return `One of its inline commands has more than ${LONGEST_COMMAND} letters. Put it into a script.`;
  const command = expanded(whole, piece.inner, done, inCommand(template, piece.inner.from, source.dialect));
  if (command === undefined)
    return `Its arguments can't be put into the command \`${template.trim()}\` safely. Start it without quotes, dollars and other signs of the shell in them.`;
  const outcome = yield* ports.runInline(command.trim());
  if (outcome.ok || isAnswer(command, outcome)) {
    done.foreign = true;
    return void (done.text += shorten(stripInvisible(outcome.output).text.trimEnd(), LONGEST_OUTPUT));
  }
  if (piece.fenced) return void (done.text += text.slice(piece.from, piece.to));
  return `Its command \`${command.trim()}\` ${outcome.exitCode === undefined ? "can't run" : `failed with exit code ${outcome.exitCode}`}: ${shorten(outcome.output.trim(), 2_000).replace(/(?<![.!?])$/, ".")}`;
}

const inCommand =
  (template: string, from: number, dialect: Source["dialect"]): Put =>
  (value, words, at) =>
    putInto(standingAt(template, at - from), dialect === "braces" ? [value] : words, value);

/** Undefined: a value can't stand where it should. */
function expanded({ source, text, values, spare }: Cut, range: Range, done: Done, put: Put): string | undefined {
  const made = source.dialect === "braces" ? expandBraces(text, range, values, put) : expandDollars(text, range, values, spare, put);
  done.used ||= made.used;
  return made.refused ? undefined : made.text;
}

function expandBraces(text: string, { from, to }: Range, { args, variables }: Values, put: Put): ReturnType<typeof expandDollars> {
  let used = false;
  let refused = false;
  const made = text
    .slice(from, to)
    .replaceAll(/\{\{\s*args\s*\}\}|\$\{([A-Za-z]+|\/)\}/g, (whole, variable: string | undefined, at: number) => {
      const value = variable === undefined ? args : variables.get(variable);
      if (value === undefined) return whole;
      used ||= variable === undefined;
      const placed = put(value, [value], from + at);
      refused ||= placed === undefined;
      return placed ?? whole;
    });
  return { text: made, used, refused };
}

/** A file that is mentioned stands behind the text, once; by braces, in its place. One that isn't there is no mention of a file. */
async function* attach<Step>(range: Range, whole: Cut, done: Done, ports: InlinePorts<Step>): AsyncGenerator<Step, void> {
  const braces = whole.source.dialect === "braces";
  const path = (expanded(whole, range, done, (value) => value) ?? "").trim();
  if (!braces) done.text += `@${path}`;
  const enough = done.read.size >= MOST_FILES || (done.sought += 1) > MOST_LOOKED_FOR;
  const found = path === "" || enough ? undefined : yield* look(path, whole.source, ports);
  if (!found) return void (braces && (done.text += `[${path}: there is no such file]`));
  if (!braces && done.read.has(found.file)) return;
  done.read.add(found.file);
  done.foreign = true;
  const words = found.ok ? shorten(stripInvisible(found.text).text.trimEnd(), LONGEST_FILE) : `[It isn't shown: ${found.why}]`;
  if (braces) done.text += words;
  else done.files.push(`<file path="${found.file}">\n${words}\n</file>`);
}

async function* look<Step>(
  path: string,
  { folders }: Source,
  { readFile }: InlinePorts<Step>,
): AsyncGenerator<Step, (FileOutcome & { readonly file: string }) | undefined> {
  for (const folder of folders) {
    const file = folder(path);
    const outcome = await readFile(file);
    if (outcome.ok || !outcome.missing) return { ...outcome, file };
  }
  return undefined;
}

const ANSWERS = /^(?:[efr]?grep|rg|ag|ack|diff|cmp|comm|test|\[|pgrep)$|^git (?:grep|diff)$/;

/** Programs that search or compare say "nothing" and "different" by the exit code 1. */
function isAnswer(command: string, { exitCode }: InlineOutcome): boolean {
  if (exitCode !== 1) return false;
  const last =
    command
      .split(/\|\|?|&&|;|\n/)
      .at(-1)
      ?.trim() ?? "";
  const [program = "", next = ""] = last.split(/\s+/);
  return ANSWERS.test(program) || ANSWERS.test(`${program} ${next}`);
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}\n[… ${text.length - most} characters more]`;
}
