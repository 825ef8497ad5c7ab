import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { excerpt, hasTerms, terms, wordsIn, type SearchHit, type SearchQuery, type SessionSummary } from "@keelson/protocol";
import { getBlob } from "../blobs.ts";
import type { Disk } from "../disk.ts";
import { sessionsOf } from "../layout.ts";
import { records } from "../read.ts";
import { restore } from "../record.ts";
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
  if (wanted.length === 0 || most <= 0) return [];
  const hits: SearchHit[] = [];
  for (const { row, seq } of candidates(db, wanted, query.cwd)) {
    const folder = join(sessionsOf(root), row.slug, row.summary.ref.session);
    const hit = await hitAt(disk, folder, row.summary, { seq, wanted });
    if (hit) hits.push(hit);
    if (hits.length >= most) break;
  }
  return hits;
}

type Candidate = { readonly row: Row; readonly seq: number };

/** So many of the newest sessions are looked through first: words that many sessions have need no more. */
const NEAR = 500;

/**
 * The last place in each session, the newest session first. A session's row is read when it is come to: most never are.
 * Of a word that all have the places of the newest sessions are taken by their numbers, which rise with the time: the others aren't even passed.
 */
function* candidates(db: DatabaseSync, wanted: readonly string[], cwd: string | undefined): Generator<Candidate> {
  const match = wanted.map((word) => `"${word}"*`).join(" AND ");
  const there = cwd === undefined ? { where: "", values: [] } : { where: "WHERE cwd = ?", values: [cwd] };
  const newest = numbers(db, `SELECT id FROM session ${there.where} ORDER BY ${NEWEST} LIMIT ${NEAR}`, there.values);
  const near = lastPlaces(db, "rowid >= ? AND rowid >> 32 IN (SELECT value FROM json_each(?))", [
    match,
    Math.min(...newest) * ROOM,
    JSON.stringify(newest),
  ]);
  yield* found(db, near);
  if (newest.length < NEAR) return;
  const told = new Set(near.map(idAt));
  const all = cwd === undefined ? "true" : `rowid >> 32 IN (SELECT id FROM session ${there.where})`;
  const far = lastPlaces(db, all, [match, ...there.values]);
  yield* found(
    db,
    far.filter((place) => !told.has(idAt(place))),
  );
}

const idAt = (place: number): number => Math.floor(place / ROOM);
const NEWEST = "updated DESC, created DESC, name DESC";

function lastPlaces(db: DatabaseSync, within: string, values: readonly (string | number)[]): readonly number[] {
  const last = `SELECT max(rowid) AS number FROM words WHERE words MATCH ? AND ${within} GROUP BY rowid >> 32`;
  return numbers(db, `SELECT number FROM (${last}) JOIN session ON session.id = number >> 32 ORDER BY ${NEWEST}`, values);
}

/** The first column of each row. */
function numbers(db: DatabaseSync, sql: string, values: readonly (string | number)[]): readonly number[] {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return (statement.all(...values) as unknown as readonly (readonly unknown[])[]).map(([number]) => Number(number));
}

function* found(db: DatabaseSync, places: readonly number[]): Generator<Candidate> {
  for (const place of places) {
    const row = rowAt(db, idAt(place));
    if (row) yield { row, seq: place % ROOM };
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
