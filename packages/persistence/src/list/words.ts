import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { terms, wordsIn } from "@keelson/protocol";
import { getBlob } from "../blobs.ts";
import type { Desk } from "../claim.ts";
import type { Disk } from "../disk.ts";
import { sessionsOf } from "../layout.ts";
import { portions } from "../read.ts";
import { restore, type Found } from "../record.ts";
import { inTransaction } from "./database.ts";
import { ROOM } from "./rows.ts";

/** Puts the words of events into the index, in portions: what another process has added meanwhile isn't added again. */
export async function addWords(desk: Desk, db: DatabaseSync, signal?: AbortSignal): Promise<void> {
  for (const row of db.prepare("SELECT id, name, slug, worded FROM session WHERE worded < head ORDER BY updated DESC").all()) {
    const folder = join(sessionsOf(desk.root), String(row["slug"]), String(row["name"]));
    await addOf(desk, db, { id: Number(row["id"]), worded: Number(row["worded"]), folder }, signal);
    if (signal?.aborted) return;
  }
}

type Unworded = { readonly id: number; readonly worded: number; readonly folder: string };
/** Characters; then they are stored. */
const PORTION = 1024 * 1024;

async function addOf({ disk }: Desk, db: DatabaseSync, { id, worded, folder }: Unworded, signal: AbortSignal | undefined): Promise<void> {
  let from = worded;
  let to = worded;
  let portion: (readonly [number, string])[] = [];
  let size = 0;
  const flush = (): boolean => {
    const isOurs = put(db, id, { from, to }, portion);
    from = to;
    portion = [];
    size = 0;
    return isOurs;
  };
  for await (const those of portions({ disk, folder, found: () => undefined }, worded))
    for (const found of those) {
      const words = textOf({ disk, folder }, found);
      to = found.seq;
      if (words !== "") portion.push([found.seq, words]);
      size += words.length;
      if (size > PORTION && (!flush() || signal?.aborted)) return;
    }
  flush();
}

/** Pictures have no words. */
function textOf(shelf: { readonly disk: Disk; readonly folder: string }, found: Found): string {
  const get = (digest: string, as: string): Uint8Array | undefined => (as === "base64" ? new Uint8Array() : getBlob(shelf, digest));
  const words = wordsIn(restore(found, get, () => undefined).event);
  return words ? [...new Set(terms(words.text))].join(" ") : "";
}

type Stretch = { readonly from: number; readonly to: number };

/** False when somebody else was faster. */
function put(db: DatabaseSync, id: number, { from, to }: Stretch, portion: readonly (readonly [number, string])[]): boolean {
  return inTransaction(db, () => {
    const now = db.prepare("SELECT worded FROM session WHERE id = ?").get(id);
    if (now?.["worded"] !== from) return false;
    const add = db.prepare("INSERT INTO words (rowid, text) VALUES (?, ?)");
    for (const [seq, words] of portion) add.run(id * ROOM + seq, words);
    db.prepare("UPDATE session SET worded = ? WHERE id = ?").run(to, id);
    return true;
  });
}
