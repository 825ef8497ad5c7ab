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
/** A word in fewer events is rare. */
const FEW = 100;

/**
 * The last place in each session, the newest session first. A session's row is read when it is come to: most never are.
 * What words begin with is put together at each question, which is what a search costs: with a rare word among them one question answers all.
 * Of common ones the newest sessions' places are taken by their numbers, which rise with the time: the others aren't even passed.
 */
function* candidates(db: DatabaseSync, wanted: readonly string[], cwd: string | undefined): Generator<Candidate> {
  const match = wanted.map((word) => `"${word}"*`).join(" AND ");
  if (wanted.some((word) => placesOf(db, `"${word}"`, FEW).length < FEW)) {
    const all = placesOf(db, match, FEW);
    if (all.length < FEW) return yield* found(db, lastPlaces(db, "SELECT value AS place FROM json_each(?)", [JSON.stringify(all)], cwd));
  }
  const newest = numbers(db, `SELECT id FROM session ${inFolder(cwd)} ORDER BY ${NEWEST} LIMIT ${NEAR}`, valuesOf(cwd));
  const among = "rowid >= ? AND rowid >> 32 IN (SELECT value FROM json_each(?))";
  const near = lastPlaces(db, `${PLACES} AND ${among}`, [match, Math.min(...newest) * ROOM, JSON.stringify(newest)], cwd);
  yield* found(db, near);
  if (newest.length < NEAR) return;
  const told = new Set(near.map(idAt));
  const far = lastPlaces(db, PLACES, [match], cwd);
  yield* found(
    db,
    far.filter((place) => !told.has(idAt(place))),
  );
}

const idAt = (place: number): number => Math.floor(place / ROOM);
const NEWEST = "updated DESC, created DESC, name DESC";
const PLACES = "SELECT rowid AS place FROM words WHERE words MATCH ?";
const placesOf = (db: DatabaseSync, match: string, most: number): readonly number[] => numbers(db, `${PLACES} LIMIT ?`, [match, most]);

type Values = readonly (string | number)[];
const inFolder = (cwd: string | undefined): string => (cwd === undefined ? "" : "WHERE cwd = ?");
const valuesOf = (cwd: string | undefined): Values => (cwd === undefined ? [] : [cwd]);

function lastPlaces(db: DatabaseSync, places: string, values: Values, cwd: string | undefined): readonly number[] {
  const last = `SELECT max(place) AS number FROM (${places}) GROUP BY place >> 32`;
  const sql = `SELECT number FROM (${last}) JOIN session ON session.id = number >> 32 ${inFolder(cwd)} ORDER BY ${NEWEST}`;
  return numbers(db, sql, [...values, ...valuesOf(cwd)]);
}

/** The first column of each row. */
function numbers(db: DatabaseSync, sql: string, values: Values): readonly number[] {
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
