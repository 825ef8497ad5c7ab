import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { storeError, type SearchHit, type SearchQuery, type SessionQuery, type SessionSummary } from "@keelson/protocol";
import { changedSessions } from "../changed.ts";
import type { Desk, Memory } from "../claim.ts";
import { isSession, namesIn, namesOf, placesIn } from "../folders.ts";
import { sessionsOf, slugOf } from "../layout.ts";
import { isHeld } from "../lock.ts";
import { absorb } from "./absorb.ts";
import { addStale, indexPath, inTransaction, openDatabase, removeDatabase, troubleOf } from "./database.ts";
import { dropRow, indexedIn, lostIn, memoryOf, rowsOf, type Row } from "./rows.ts";
import { scanList, scanSearch } from "./scan.ts";
import { searchIndex } from "./search.ts";
import { addWords } from "./words.ts";

/** Answers what sessions there are: from the index, brought up to date first, or from the folders where there can't be one. Opened when it is first asked. */
export class Listing {
  readonly #desk: Desk;
  #open: { readonly db: DatabaseSync; readonly ino: number | undefined } | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async list(query: SessionQuery): Promise<readonly SessionSummary[]> {
    if (this.#isQuick(query)) return await scanList(this.#desk, query);
    const answer = await this.#ask(async (db) => {
      await absorb(this.#desk, db);
      return this.#page(db, query);
    });
    return isAnswer(answer) ? answer : await scanList(this.#desk, query);
  }

  async search(query: SearchQuery): Promise<readonly SearchHit[]> {
    const { disk, root, report } = this.#desk;
    const answer = await this.#ask(async (db) => {
      await absorb(this.#desk, db);
      await addWords(this.#desk, db);
      for (const problem of lostIn(db, query.cwd)) report(problem);
      const active = this.#active();
      const hits = await searchIndex(disk, root, db, query);
      return hits.map((hit) => ({ ...hit, session: withStatus(hit.session, active) }));
    });
    return isAnswer(answer) ? answer : await scanSearch(this.#desk, query);
  }

  /** Brings the index up to date ahead of the next question. */
  async tend(signal: AbortSignal): Promise<void> {
    await this.#ask(async (db) => {
      await absorb(this.#desk, db);
      await addWords(this.#desk, db, signal);
    });
  }

  /** Leaves nothing in the file of sessions that were deleted: their words stay in it until their place is needed. Takes as long as the file is large. */
  async scrub(): Promise<void> {
    const { disk, root } = this.#desk;
    if (!disk.stat(indexPath(root))) return;
    await this.#ask(async (db) => {
      await absorb(this.#desk, db);
      db.exec("INSERT INTO words (words) VALUES ('optimize'); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    });
  }

  /** Forgets all and reads every session anew; how many there are. Where no index can be it counts them; one that can't be made is `unwritable`. */
  async reindex(signal: AbortSignal): Promise<number> {
    const { disk, root, report } = this.#desk;
    const count = await this.#ask(async (db) => {
      inTransaction(db, () => {
        db.exec("UPDATE session SET known = NULL, worded = 0; DELETE FROM words"); // how far each log went is told by nothing else
        addStale(db, indexedIn(db));
        addStale(db, namesOf(disk, root));
      });
      await absorb(this.#desk, db);
      await addWords(this.#desk, db, signal);
      for (const problem of lostIn(db)) report(problem);
      return Number(db.prepare("SELECT count(*) AS sessions FROM session").get()?.["sessions"]);
    });
    if (count === NO_INDEX) return placesIn(disk, root, undefined).length;
    if (isAnswer(count)) return count;
    throw storeError(
      "unwritable",
      `Can't make the index ${indexPath(root)} anew (${count.words}). The sessions are whole and are listed without it. Make room, or look at the folder's mode and owner.`,
    );
  }

  /** What the index has of a session; undefined where there is none, or it can't be used. */
  async recall(session: string): Promise<Memory | undefined> {
    const memory = await this.#ask(async (db) => memoryOf(db, session));
    return isAnswer(memory) ? memory : undefined;
  }

  close(): void {
    this.#open?.db.close();
    this.#open = undefined;
  }

  /** A folder's latest session is what a start goes on with: it isn't held up by all the others, nor by SQLite. */
  #isQuick({ cwd, limit }: SessionQuery): boolean {
    const { disk, root } = this.#desk;
    return cwd !== undefined && limit === 1 && namesIn(disk, join(sessionsOf(root), slugOf(cwd))).length <= FEW;
  }

  /** A spoiled one is made anew, once. */
  async #ask<T>(act: (db: DatabaseSync) => Promise<T>): Promise<T | typeof NO_INDEX | Trouble> {
    const { disk, root, report } = this.#desk;
    for (const isFirst of [true, false]) {
      try {
        const db = this.#database();
        return db ? await act(db) : NO_INDEX;
      } catch (error) {
        const trouble = troubleOf(error);
        if (!trouble) throw error;
        this.close();
        if (trouble === "corrupt" && isFirst) removeDatabase(disk, root);
        else {
          report({ severity: "warning", file: indexPath(root), text: `${UNUSABLE} (${String(error)})` });
          return new Trouble(String(error));
        }
      }
    }
    return NO_INDEX;
  }

  /** Another process may have made it anew. */
  #database(): DatabaseSync | undefined {
    const { disk, root } = this.#desk;
    const inoOf = (): number | undefined => disk.stat(indexPath(root))?.ino;
    if (this.#open && this.#open.ino === inoOf()) return this.#open.db;
    this.close();
    const db = openDatabase(disk, root, () => namesOf(disk, root));
    if (db) this.#open = { db, ino: inoOf() };
    return db;
  }

  /** A folder may have been taken away by hand: then its row goes, and the page is asked for again. */
  #page(db: DatabaseSync, query: SessionQuery): readonly SessionSummary[] {
    const active = this.#active();
    for (;;) {
      const rows = rowsOf(db, query, active);
      const gone = rows.filter((row) => !isSession(this.#desk.disk, this.#folderOf(row)));
      if (gone.length === 0) {
        for (const problem of rows.flatMap(({ lost }) => lost)) this.#desk.report(problem);
        return rows.map(({ summary }) => withStatus(summary, active));
      }
      inTransaction(db, () => {
        for (const { id } of gone) dropRow(db, id);
      });
    }
  }

  /** Their ids. A session that somebody holds is always among the changed ones. */
  #active(): readonly string[] {
    const { disk, root } = this.#desk;
    const held = changedSessions(disk, root).filter((name) => isHeld(this.#desk, join(sessionsOf(root), name)));
    return held.map((name) => name.slice(name.indexOf("/") + 1));
  }

  #folderOf({ slug, summary }: Row): string {
    return join(sessionsOf(this.#desk.root), slug, summary.ref.session);
  }
}

function withStatus(summary: SessionSummary, active: readonly string[]): SessionSummary {
  return active.includes(summary.ref.session) ? { ...summary, status: "active" } : summary;
}

/** Sessions of which each one is looked at in less time than SQLite takes. */
const FEW = 100;

/** There can't be one here, or there is no session yet. */
const NO_INDEX = Symbol("no index");

/** There is one that can't be used now. */
class Trouble {
  readonly words: string;
  constructor(words: string) {
    this.words = words;
  }
}

function isAnswer<T>(answer: T | typeof NO_INDEX | Trouble): answer is T {
  return answer !== NO_INDEX && !(answer instanceof Trouble);
}

const UNUSABLE =
  "The index of sessions can't be used, so their folders are read instead. Run keel session reindex, or look at the folder's mode";
