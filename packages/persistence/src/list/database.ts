import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { bestEffort, ifThere, type Disk } from "../disk.ts";
import { openNew } from "../lock.ts";

/**
 * The index of all sessions, `index.db`. A cache of what the segments say: whatever is wrong with it, it is made anew or done without.
 * SQLite is loaded when it is first asked for, never at a start.
 */
export const indexPath = (root: string): string => join(root, "index.db");

const VERSION = 3;
/** Milliseconds that a statement waits for another process. Never 0. */
const BUSY_MS = 5_000;

/**
 * A session's number stands in the upper bits of its words' rowids, an event's below. `stale`: sessions that changed and wait to be read, as `<slug>/<id>`.
 * `known`: see Known. `most`: how far the log ever went (Trace). `lost`: what says which records are missing.
 * `prefix`: words that begin with one letter are too many to be put together at each search; with two or more they aren't.
 */
const SCHEMA = `
  CREATE TABLE session (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, slug TEXT NOT NULL, cwd TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
    title TEXT NOT NULL, status TEXT NOT NULL, parent TEXT, head INTEGER NOT NULL, known TEXT, worded INTEGER NOT NULL DEFAULT 0,
    most TEXT, lost TEXT
  );
  CREATE INDEX newest ON session (updated DESC, created DESC, name DESC);
  CREATE INDEX newest_there ON session (cwd, updated DESC, created DESC, name DESC);
  CREATE INDEX parents ON session (parent) WHERE parent IS NOT NULL;
  CREATE INDEX unworded ON session (id) WHERE worded < head;
  CREATE INDEX damaged ON session (id) WHERE lost IS NOT NULL;
  CREATE TABLE stale (folder TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, detail = none, prefix = '1', tokenize = 'unicode61 remove_diacritics 0');
  PRAGMA user_version = ${VERSION};
`;

/**
 * Undefined where there can't be one: no SQLite, no folder yet, or a file system on which its locks don't hold.
 * `all`: every session's name (see `stale`), with which a new one begins.
 */
export function openDatabase(disk: Disk, root: string, all: () => readonly string[]): DatabaseSync | undefined {
  const sqlite = loadSqlite();
  if (!sqlite || !disk.stat(root) || disk.isRemote(root)) return undefined;
  const path = indexPath(root);
  const made = openNew(disk, path); // for the user alone; its companions take the same mode
  if (made !== undefined) disk.close(made);
  const db = new sqlite.DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8192",
    );
    const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version !== 0 && version !== VERSION) throw new ForeignIndex();
    if (version === 0) begin(db, all);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** All or nothing: of several processes one does it. */
function begin(db: DatabaseSync, all: () => readonly string[]): void {
  inTransaction(db, () => {
    if (db.prepare("PRAGMA user_version").get()?.["user_version"] === VERSION) return;
    db.exec(SCHEMA);
    addStale(db, all());
  });
}

export function addStale(db: DatabaseSync, names: readonly string[]): void {
  const add = db.prepare("INSERT OR IGNORE INTO stale VALUES (?)");
  for (const name of names) add.run(name);
}

/** Written by another version. */
class ForeignIndex extends Error {
  readonly errcode = 26;
}

export function removeDatabase(disk: Disk, root: string): void {
  for (const ending of ["", "-wal", "-shm"]) bestEffort(() => void ifThere(() => disk.remove(`${indexPath(root)}${ending}`)));
}

export function inTransaction<T>(db: DatabaseSync, act: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = act();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB: to be thrown away. `failed`: busy, full, read-only, whatever: to be done without, this time. */
export function troubleOf(error: unknown): "corrupt" | "failed" | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return [11, 26].includes(error.errcode & 0xff) ? "corrupt" : "failed";
  return "code" in error && typeof error.code === "string" && /^(ERR_SQLITE|E[A-Z0-9]+$)/.test(error.code) ? "failed" : undefined;
}

/** Node 22 says on stderr that SQLite is experimental; that is ours to know. */
function loadSqlite(): typeof import("node:sqlite") | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
