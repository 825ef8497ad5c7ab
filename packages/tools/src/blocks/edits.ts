/** Edits of a file: one text for another, at exactly one place or at all of them. What they make of it is known before anything is changed. */
import type { FileState, JsonObject } from "@keelson/protocol";
import { hintFor } from "../text/hint.ts";
import { patchOf } from "../text/patch.ts";
import { replaceText, type Replaced } from "../text/replace.ts";
import { lookBefore } from "./change.ts";
import type { BlockKit } from "./kit.ts";

export type Change = { readonly old_string: string; readonly new_string: string; readonly replace_all?: boolean | undefined };
/** `done`: one for each change, in their order; places are those of the moment it was made. */
export type Plan = {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly done: readonly Done[];
  readonly state: FileState | "absent";
};
type Done = Pick<Replaced, "at" | "length">;
type Kit = Pick<BlockKit, "files" | "seen">;

const MOST_PLACES = 8; // named when there are several

/** Why they can't be made, as far as it may be told before permission: nothing of an unread file. */
export async function whyNot(path: string, changes: readonly Change[], kit: Kit): Promise<string | undefined> {
  if (kit.seen.recall(path) === undefined) return changes.some(isEmpty) ? SAME : undefined;
  const planned = await plan(path, changes, kit);
  return typeof planned === "string" ? planned : undefined;
}

/** Makes them all, or none and says why. */
export async function makeEdits(
  path: string,
  changes: readonly Change[],
  kit: Kit,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly display: JsonObject } | string> {
  const planned = await plan(path, changes, kit);
  if (typeof planned === "string") return planned;
  const display = await patchOf(path, decode(planned.before), decode(planned.after));
  signal.throwIfAborted();
  kit.seen.remember(path, await kit.files.write(path, planned.after, planned.state));
  return { plan: planned, display };
}

/** Each change is made on what the one before it left. */
async function plan(path: string, changes: readonly Change[], kit: Kit): Promise<Plan | string> {
  if (changes.some(isEmpty)) return SAME;
  const known = await lookBefore(path, kit);
  if (known.is === "refused") return known.why;
  const found = known.is === "known" ? known.read : undefined;
  const done: Done[] = [];
  let bytes = found?.bytes;
  for (const [at, change] of changes.entries()) {
    const made = makeChange(path, bytes, change);
    if (typeof made === "string")
      return changes.length === 1 ? made : `Edit ${at + 1} of ${changes.length} can't be made, nothing was changed: ${made}`;
    ({ bytes } = made);
    done.push({ at: made.at, length: made.length });
  }
  const nothing = new Uint8Array();
  return { before: found?.bytes ?? nothing, after: bytes ?? nothing, done, state: found?.state ?? "absent" };
}

const SAME = "old_string and new_string are the same: nothing would change.";
const isEmpty = (change: Change): boolean => change.old_string === change.new_string;

/** `bytes`: undefined where no file is. A text: why it can't be made. */
function makeChange(path: string, bytes: Uint8Array | undefined, change: Change): Replaced | string {
  const { old_string: old, new_string: fresh } = change;
  if (bytes === undefined) {
    if (old !== "") return `${path} doesn't exist. To create it give an empty old_string, or use Write.`;
    const born = Buffer.from(fresh);
    return { bytes: born, at: [0], length: born.length };
  }
  if (old === "") return `${path} exists already. Give the text to replace, or use Write to replace all of it.`;
  const replaced = replaceText(bytes, old, fresh);
  if (!replaced) return `old_string was not found in ${path}. ${hintFor(decode(bytes), old)}`;
  return replaced.at.length > 1 && change.replace_all !== true ? severalPlaces(path, bytes, replaced.at) : replaced;
}

function severalPlaces(path: string, bytes: Uint8Array, at: readonly number[]): string {
  const lines = at.slice(0, MOST_PLACES).map((place) => lineAt(bytes, place));
  const named = `${lines.join(", ")}${at.length > lines.length ? ", …" : ""}`;
  return `old_string stands ${at.length} times in ${path} (lines ${named}). Add lines around it until it is unique, or set replace_all.`;
}

export function lineAt(bytes: Uint8Array, place: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < place; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
