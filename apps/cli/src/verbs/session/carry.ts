import { open, readFile, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { cleanFor, complain, say } from "../../tell.ts";
import { outputBroken } from "../../departure.ts";
import { DONE, FAILED, USAGE } from "../../exit.ts";
import { outlet } from "../../outlet.ts";
import { shortId } from "../../session-words.ts";
import type { ExportAsked, SessionAsked } from "../lines/session.ts";
import { named, type Shelf } from "./session.ts";

/** Bytes: what a string can hold, with room. */
const LARGEST = 400 * 2 ** 20;

export async function carryOut({ id, format, out, hide }: ExportAsked, shelf: Shelf): Promise<number> {
  const { sessions, machine, cwd } = shelf;
  const session = await named(id, shelf);
  if (typeof session === "number") return session;
  const pieces = sessions.print(session, format, hide, "whole");
  if (out !== undefined) return await intoFile(pieces, resolve(cwd, out), shelf);
  let why: string | undefined;
  const { write } = outlet(machine.stdout, (error) => (why = outputBroken(error).text ?? ""), cleanFor(machine.stdout));
  for await (const piece of pieces) {
    await write(piece);
    if (why !== undefined) break;
  }
  return why === undefined || why === "" ? DONE : await complain(why, machine, FAILED);
}

/** A new one, for its owner alone; half of one isn't left. */
async function intoFile(pieces: AsyncIterable<string>, path: string, { machine }: Shelf): Promise<number> {
  let made = false;
  try {
    await using file = await open(path, "wx", 0o600);
    made = true;
    for await (const piece of pieces) await file.write(piece);
  } catch (error) {
    if (made) await rm(path, { force: true });
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    const why = exists ? `${path} is there already. Name another file, or remove it.` : `${path} can't be written: ${wordsOf(error)}`;
    return await complain(why, machine, exists ? USAGE : FAILED);
  }
  return await say(path, machine, DONE);
}

export async function carryIn({ file }: Extract<SessionAsked, { what: "import" }>, { sessions, machine, cwd }: Shelf): Promise<number> {
  let content: string;
  try {
    if (file === "-") content = await text(machine.stdin);
    else {
      const path = resolve(cwd, file);
      if ((await stat(path)).size > LARGEST) return await complain(`${file} is over ${LARGEST / 2 ** 20} MB.`, machine, USAGE);
      content = await readFile(path, "utf8");
    }
  } catch (error) {
    return await complain(`${file} can't be read: ${wordsOf(error)}`, machine, USAGE);
  }
  const taken = await sessions.take(content, file, cwd);
  if (typeof taken === "string") return await complain(taken, machine, FAILED);
  const { session, transcript } = taken;
  const { skipped } = transcript;
  if (skipped > 0)
    await complain(
      `${skipped} ${skipped === 1 ? "line" : "lines"} of ${file} couldn't be understood and ${skipped === 1 ? "was" : "were"} left out.`,
      machine,
      DONE,
    );
  return await say(`${session.ref.session}\n${session.title}\nGo on with it: keel --resume ${shortId(session.ref.session)}`, machine, DONE);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
