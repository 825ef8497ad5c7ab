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
  let waiting: Portion[] = [];
  let size = 0;
  const flush = (): void => {
    const those = waiting;
    waiting = [];
    size = 0;
    inTransaction(db, () => {
      for (const one of those) put(db, one);
    });
  };
  for (const row of db.prepare(WAITING).all()) {
    const folder = join(sessionsOf(desk.root), String(row["slug"]), String(row["name"]));
    for await (const portion of portionsOf(desk.disk, folder, { id: Number(row["id"]), worded: Number(row["worded"]) })) {
      waiting.push(portion);
      size += portion.size;
      if (size > PORTION) flush();
      if (signal?.aborted) return flush();
    }
  }
  flush();
}

/** By its index, which is empty nearly always: the one that has them in this order holds every session. */
const WAITING = "SELECT id, name, slug, worded FROM session INDEXED BY unworded WHERE worded < head ORDER BY updated DESC";

/** The words of a session's events behind `from`, up to `to`; `size` in characters. */
type Portion = {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly words: readonly (readonly [number, string])[];
};
const PORTION = 1024 * 1024;
/** Beside its words an event costs something too. */
const EACH = 100;

async function* portionsOf(
  disk: Disk,
  folder: string,
  { id, worded }: { readonly id: number; readonly worded: number },
): AsyncGenerator<Portion> {
  let words: (readonly [number, string])[] = [];
  let size = 0;
  let from = worded;
  let to = worded;
  for await (const those of portions({ disk, folder, found: () => undefined }, worded)) {
    for (const found of those) {
      const text = textOf({ disk, folder }, found);
      if (text !== "") words.push([found.seq, text]);
      size += text.length + EACH;
      to = found.seq;
    }
    if (size < PORTION) continue;
    yield { id, from, to, size, words };
    words = [];
    size = 0;
    from = to;
  }
  yield { id, from, to, size, words };
}

/** Pictures have no words. */
function textOf(shelf: { readonly disk: Disk; readonly folder: string }, found: Found): string {
  const get = (digest: string, as: string): Uint8Array | undefined => (as === "base64" ? new Uint8Array() : getBlob(shelf, digest));
  const words = wordsIn(restore(found, get, () => undefined).event);
  return words ? [...new Set(terms(words.text))].join(" ") : "";
}

/** Somebody else may have been faster. */
function put(db: DatabaseSync, { id, from, to, words }: Portion): void {
  const now = db.prepare("SELECT worded FROM session WHERE id = ?").get(id);
  if (now?.["worded"] !== from) return;
  const add = db.prepare("INSERT INTO words (rowid, text) VALUES (?, ?)");
  for (const [seq, text] of words) add.run(id * ROOM + seq, text);
  db.prepare("UPDATE session SET worded = ? WHERE id = ?").run(to, id);
}
