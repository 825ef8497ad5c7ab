import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { excerpt, hasTerms, terms, wordsIn, type SearchHit, type SearchQuery, type SessionSummary } from "@keelson/protocol";
import { getBlob } from "../blobs.ts";
import type { Disk } from "../disk.ts";
import { sessionsOf } from "../layout.ts";
import { records } from "../read.ts";
import { restore } from "../record.ts";
import { newestFirst } from "../summary.ts";
import { ROOM, rowAt, type Row } from "./rows.ts";

/** Sessions, when a search doesn't say. */
const MOST_HITS = 20;
export const wantedOf = ({ text, limit = MOST_HITS }: SearchQuery): { readonly wanted: readonly string[]; readonly most: number } => ({
  wanted: [...new Set(terms(text))],
  most: limit,
});

/** Each hit is looked at in the log once more: what stands there now is what is told. */
export async function searchIndex(disk: Disk, root: string, db: DatabaseSync, query: SearchQuery): Promise<readonly SearchHit[]> {
  const { wanted, most } = wantedOf(query);
  if (wanted.length === 0) return [];
  const hits: SearchHit[] = [];
  for (const { row, seq } of candidates(db, wanted, query.cwd)) {
    if (hits.length >= most) break;
    const folder = join(sessionsOf(root), row.slug, row.summary.ref.session);
    const hit = await hitAt(disk, folder, row.summary, { seq, wanted });
    if (hit) hits.push(hit);
  }
  return hits;
}

type Candidate = { readonly row: Row; readonly seq: number };

/** So many places are looked through for the sessions they are in; words that are in more are common, and the newest sessions have them. */
const MANY = 5_000;

/** The last place of each session, the newest session first. */
function candidates(db: DatabaseSync, wanted: readonly string[], cwd: string | undefined): Iterable<Candidate> {
  const match = wanted.map((word) => `"${word}"*`).join(" AND ");
  const places = db.prepare("SELECT rowid AS place FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?").all(match, MANY);
  if (places.length === MANY) return common(db, match, cwd);
  const last = new Map<number, number>();
  for (const { place } of places) {
    const id = Math.floor(Number(place) / ROOM);
    if (!last.has(id)) last.set(id, Number(place) % ROOM);
  }
  return [...last]
    .flatMap(([id, seq]) => {
      const row = rowAt(db, id);
      return row && (cwd === undefined || row.summary.cwd === cwd) ? [{ row, seq }] : [];
    })
    .toSorted((one, other) => newestFirst(one.row.summary, other.row.summary));
}

function* common(db: DatabaseSync, match: string, cwd: string | undefined): Generator<Candidate> {
  const within = db.prepare(
    "SELECT rowid AS place FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT 1",
  );
  const newest = db.prepare("SELECT id FROM session WHERE ? IS NULL OR cwd = ? ORDER BY updated DESC, created DESC, name DESC");
  for (const { id } of newest.all(cwd ?? null, cwd ?? null)) {
    const found = within.get(match, Number(id) * ROOM, (Number(id) + 1) * ROOM);
    const row = found && rowAt(db, Number(id));
    if (found && row) yield { row, seq: Number(found["place"]) % ROOM };
  }
}

type Sought = { readonly seq: number; readonly wanted: readonly string[] };

async function hitAt(disk: Disk, folder: string, session: SessionSummary, { seq, wanted }: Sought): Promise<SearchHit | undefined> {
  const get = (digest: string): Uint8Array | undefined => getBlob({ disk, folder }, digest);
  for await (const found of records({ disk, folder, found: () => undefined }, seq - 1)) {
    const words = found.seq === seq ? wordsIn(restore(found, get, () => undefined).event) : undefined;
    if (!words || !hasTerms(words.text, wanted)) return undefined;
    return { session, seq, kind: words.kind, excerpt: excerpt(words.text, wanted) };
  }
  return undefined;
}
