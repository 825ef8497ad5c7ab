import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { inspectPermissions } from "@keelson/harness";
import { outputBroken } from "../departure.ts";
import { DONE, FAILED, USAGE } from "../exit.ts";
import type { Machine } from "../machine.ts";
import { outlet } from "../outlet.ts";
import { cleanFor, complain } from "../tell.ts";
import type { FileAsked } from "./lines/permissions.ts";

/** Bytes. */
const LARGEST = 200 * 2 ** 20;
/** Lines that are printed at once. */
const PORTION = 256;

/** What one line of the file comes to: as it is printed for programs and for people; or why it can't be told. */
type Told = { readonly ok: true; readonly json: object; readonly row: string } | { readonly ok: false; readonly why: string };

/** `keel permissions test`: a verdict a case. A line that is none is named on stderr, and the others go on; then it is 1 in the end. */
export async function test(asked: FileAsked, machine: Machine): Promise<number> {
  const { judgeLine } = await inspectPermissions();
  const { signal } = new AbortController();
  return await each(asked, machine, async (line) => {
    const judged = await judgeLine(line, signal);
    if (!judged.ok) return judged;
    const { id, verdict, reason } = judged;
    return { ok: true, json: { id, verdict }, row: `${verdict.padEnd(5)}  ${id}  ${oneLine(reason)}` };
  });
}

/** `keel permissions classify`: what the learned model says of each command, by itself. */
export async function classify(asked: FileAsked, machine: Machine): Promise<number> {
  const { classifyLine } = await inspectPermissions();
  return await each(asked, machine, async (line) => {
    const said = classifyLine(line);
    if (!said) return { ok: false, why: 'it isn\'t {"id", "command"}' };
    const { id, label, score } = said;
    return { ok: true, json: { id, label, score }, row: `${label.padEnd(6)}  ${score.toFixed(3)}  ${id}` };
  });
}

async function each({ file, json }: FileAsked, machine: Machine, judge: (line: string) => Promise<Told>): Promise<number> {
  const content = await contentOf(file, machine);
  if ("why" in content) return await complain(content.why, machine, USAGE);
  let broken: string | undefined;
  const out = outlet(machine.stdout, (error) => (broken = outputBroken(error).text ?? ""), cleanFor(machine.stdout));
  const err = outlet(machine.stderr, () => {}, cleanFor(machine.stderr));
  let wrong = 0;
  let pending: string[] = [];
  const flush = async (): Promise<void> => {
    if (pending.length > 0) await out.write(`${pending.join("\n")}\n`);
    pending = [];
  };
  for (const [at, line] of content.text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const told = await judge(line);
    if (told.ok) pending.push(json ? JSON.stringify(told.json) : told.row);
    else {
      wrong++;
      await err.write(`${file}:${at + 1} is left out: ${told.why}.\n`);
    }
    if (pending.length >= PORTION) await flush();
    if (broken !== undefined) break;
  }
  await flush();
  if (broken) return await complain(broken, machine, FAILED);
  return wrong === 0 ? DONE : FAILED;
}

async function contentOf(file: string, { stdin, cwd, home }: Machine): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    if (file === "-") return { text: await text(stdin) };
    const path = resolve(cwd ?? home, file);
    if ((await stat(path)).size > LARGEST) return { why: `${file} is over ${LARGEST / 2 ** 20} MB. Give it in parts.` };
    return { text: (await readFile(path, "utf8")).replace(/^\ufeff/, "") };
  } catch (error) {
    return { why: `${file} can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const oneLine = (words: string): string => words.replaceAll(/\s+/g, " ");
