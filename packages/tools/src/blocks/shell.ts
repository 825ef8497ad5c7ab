/** The shell around a command: how it is started, and where it stands afterwards. */
import { statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { ProcessChunk, ProcessSpec } from "@keelson/protocol";
import { isWithin } from "../define/path.ts";
import type { BlockKit } from "./kit.ts";

/** Bytes. What Linux takes for one argument, its end included: a command is often handed on as one. */
export const LONGEST_COMMAND = 128 * 1024 - 1;

/**
 * The command comes through stdin, so that the shell can be there before it: its length in bytes, itself, NUL. It never becomes
 * a part of the scripts below. An old bash that knows no -N reads it up to the NUL; one that is left alone ends with its stdin.
 */
const RECEIVE = [
  "IFS= builtin read -r __keel || exit",
  `LC_ALL=C IFS= builtin read -r -N "$__keel" __keel 2>/dev/null || IFS= builtin read -r -d '' __keel || exit`,
  "SECONDS=0",
].join("; ");
/** Tells where the shell stands and which of its jobs still run, on a descriptor that the command doesn't have. The last two NULs end it. */
const TELL = "builtin pwd -P; builtin printf '\\0'; builtin jobs -pr; builtin printf '\\0\\0'; __keel_told=1";
/** Ends the group when the other end of descriptor 3 is gone: then nobody else is left to do it. Nobody's child, so that no `wait` waits for it. */
const watching = (end: string): string => `( { ${end}; } <&3 >/dev/null 2>&1 3>&- & )`;
/** Where the other end says that the command is over, what is left of it stays. */
const WATCH = watching("builtin read -r || builtin kill -KILL 0");
/**
 * The trap is for a command that exits by itself, the end for one that sets a trap of its own. One line, so that bash counts the command's lines
 * from 1. The watch begins before there is a command: a shell that is started ahead has it by then.
 */
const FOREGROUND = [
  WATCH,
  RECEIVE,
  "exec </dev/null 87>&3 3>&-",
  `trap "[[ \\$__keel_told ]] || { ${TELL}; } 2>/dev/null >&87" EXIT`,
  'eval -- "$__keel" 87>&-',
  `{ __keel=$?; ${TELL}; exit $__keel; } 2>/dev/null >&87`,
].join("; ");
/** What is in the background ends with its shell, also what it has left running. */
const WATCH_ALL = watching("builtin read -r; builtin kill -KILL 0");
/** It is over when its jobs are. */
const BACKGROUND = [
  RECEIVE,
  WATCH_ALL,
  "exec </dev/null 3>&-",
  'trap "builtin wait" EXIT',
  'eval -- "$__keel"',
  "{ __keel=$?; builtin wait; exit $__keel; }",
].join("; ");

type Shell = Pick<ProcessSpec, "file" | "args">;
/** Without --norc a bash whose stdin is a socket, as here, takes itself for a remote shell and runs ~/.bashrc. */
const shellOf = (script: string): Shell => ({ file: "bash", args: ["--noprofile", "--norc", "-c", script, "bash"] });
export const foreground = shellOf(FOREGROUND);
export const background = shellOf(BACKGROUND);

/** What such a shell reads to run this. */
export function handedTo(command: string): string {
  return `${Buffer.byteLength(command)}\n${command}\0`;
}

/** Where the next command starts. A folder that is gone is left for the session's own. */
export function placeOf({ shell, roots }: Pick<BlockKit, "shell" | "roots">): { readonly cwd: string; readonly notes: readonly string[] } {
  const [first] = roots();
  if (first === undefined || isFolder(shell.cwd)) return { cwd: shell.cwd, notes: [] };
  return { cwd: first, notes: [`${shell.cwd} doesn't exist any more: this ran in ${first}`] };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export type Report = { readonly cwd?: string; readonly jobs: readonly string[] };

const MOST_REPORTED = 64 * 1024; // bytes; what we print is far less

export function createReport(): { add(chunk: ProcessChunk): void; read(): Report } {
  let bytes = Buffer.alloc(0);
  return {
    add(chunk) {
      if (chunk.from === "report" && bytes.length < MOST_REPORTED) bytes = Buffer.concat([bytes, chunk.bytes]);
    },
    read() {
      const [place, jobs] = bytes.toString("utf8").split("\0");
      if (place === undefined || jobs === undefined) return { jobs: [] };
      return { cwd: place.replace(/\n$/, ""), jobs: jobs.split("\n").filter(Boolean) };
    },
  };
}

/** Moves the session's shell to where the command left it, within the session's folders, and says what a reader should know of it. */
export async function moveShell(
  { shell, roots }: Pick<BlockKit, "shell" | "roots">,
  from: string,
  report: Report,
): Promise<readonly string[]> {
  const jobs = report.jobs.length === 0 ? [] : [`still running: ${report.jobs.join(", ")}`];
  shell.cwd = from;
  if (report.cwd === undefined || report.cwd === from || report.cwd === (await real(from))) return jobs;
  for (const root of roots()) {
    const realRoot = await real(root);
    if (realRoot === undefined || !isWithin(realRoot, report.cwd)) continue;
    shell.cwd = join(root, relative(realRoot, report.cwd)); // spelled as the session spells its folders
    return [`now in ${shell.cwd}`, ...jobs];
  }
  return [`the shell stays in ${from}: ${report.cwd} is outside of the session's folders`, ...jobs];
}

async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
