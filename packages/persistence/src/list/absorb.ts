import { basename, dirname, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { isStoreError, type Problem } from "@keelson/protocol";
import { changedSessions, markChanged, unmark } from "../changed.ts";
import type { Desk } from "../claim.ts";
import { unreadable } from "../failure.ts";
import { isSession } from "../folders.ts";
import { sessionsOf } from "../layout.ts";
import { isHeld } from "../lock.ts";
import { holds, placeOf, type Place } from "../place.ts";
import type { Known } from "../snapshot.ts";
import { summarise, type Folder, type Summarised } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { addStale, inTransaction } from "./database.ts";
import { dropRow, dropWords, lostAt, traceAt } from "./rows.ts";

/**
 * Brings the index up to what the folders hold. A session's mark goes only when the index has noted it as stale,
 * and comes back when somebody holds the session: a claim takes its lock first and marks then, so nothing falls between.
 */
export async function absorb(desk: Desk, db: DatabaseSync): Promise<void> {
  const { disk, root } = desk;
  const changed = changedSessions(disk, root);
  if (changed.length > 0) inTransaction(db, () => addStale(db, changed));
  for (const name of changed) {
    const folder = join(sessionsOf(root), name);
    unmark(disk, root, folder);
    if (isHeld(desk, folder)) markChanged(disk, root, folder);
  }
  const stale = staleIn(desk, db);
  for (let at = 0; at < stale.length; at += AT_ONCE) {
    const looks: Look[] = [];
    for (const folder of stale.slice(at, at + AT_ONCE)) looks.push(await look(desk, db, folder));
    inTransaction(db, () => {
      for (const one of looks) enter(db, one);
    });
    await breathe();
  }
}

const AT_ONCE = 20;

/** The ones that were written to last come last and get the highest numbers: a search begins with those. */
function staleIn({ disk, root }: Desk, db: DatabaseSync): readonly string[] {
  const age = new Map<string, number>();
  for (const { folder } of db.prepare("SELECT folder FROM stale").all())
    age.set(String(folder), disk.stat(join(sessionsOf(root), String(folder)))?.mtimeMs ?? 0);
  return [...age].toSorted(([, one], [, other]) => one - other).map(([folder]) => folder);
}

type Kept = {
  readonly id: number;
  readonly slug: string;
  readonly cwd: string;
  readonly known: (Known & { readonly place: Place }) | undefined;
  readonly most: Trace | undefined;
  readonly lost: readonly Problem[];
};
/** What a folder holds now, beside what the index has of the session. `isAnew`: nothing of that can be used. */
type Look = {
  readonly name: string;
  readonly slug: string;
  readonly before: Kept | undefined;
  readonly now: Summarised | undefined;
  readonly place: Place | undefined;
  readonly isAnew: boolean;
};

async function look(desk: Desk, db: DatabaseSync, name: string): Promise<Look> {
  const { disk, root } = desk;
  const folder = join(sessionsOf(root), name);
  const session = basename(folder);
  const slug = basename(dirname(folder));
  const before = keptOf(db, session);
  if (!isSession(disk, folder)) return { name, slug, before, now: undefined, place: undefined, isAnew: true };
  const known = before?.slug === slug ? before.known : undefined;
  const from = known && holds(disk, folder, session, known.seq, known.place) ? known : undefined;
  const seen = await read(desk, { disk, folder, trace: before?.slug === slug ? before.most : undefined }, session, from);
  const now = seen && withMemory(seen, before, from !== undefined);
  return { name, slug, before, now, place: now && placeOf(disk, folder, now.head, now.segments), isAnew: !from };
}

/** What is known already isn't found once more. */
function withMemory(now: Summarised, before: Kept | undefined, goesOn: boolean): Summarised {
  const lost =
    goesOn && before ? [...before.lost, ...now.lost.filter(({ text }) => !before.lost.some((one) => one.text === text))] : now.lost;
  return { ...now, lost, summary: { ...now.summary, cwd: now.summary.cwd || (before?.cwd ?? "") } };
}

function enter(db: DatabaseSync, { name, slug, before, now, place, isAnew }: Look): void {
  if (before && now && isAnew) dropWords(db, before.id);
  if (before?.slug === slug && !now) dropRow(db, before.id);
  if (now) store(db, now, slug, { place, isAnew });
  db.prepare("DELETE FROM stale WHERE folder = ?").run(name);
}

function keptOf(db: DatabaseSync, session: string): Kept | undefined {
  const row = db.prepare("SELECT id, slug, cwd, created, known, most, lost FROM session WHERE name = ?").get(session);
  if (!row) return undefined;
  const known = typeof row["known"] === "string" ? (JSON.parse(row["known"]) as Kept["known"]) : undefined;
  return {
    id: Number(row["id"]),
    slug: String(row["slug"]),
    cwd: String(row["cwd"]),
    known,
    most: withBirth(traceAt(row), row),
    lost: lostAt(row),
  };
}

const withBirth = (trace: Trace | undefined, row: Readonly<Record<string, unknown>>): Trace | undefined =>
  trace && { ...trace, created: Number(row["created"]) };

/** One that can't be read is told, and left out. */
async function read({ report }: Desk, from: Folder, session: string, known: Known | undefined): Promise<Summarised | undefined> {
  const { folder } = from;
  try {
    const now = await summarise(from, session, known);
    if (!now.whole) report({ severity: "warning", file: folder, text: NO_HEADER });
    return now;
  } catch (error) {
    const failure = unreadable(folder, error);
    if (!isStoreError(failure)) throw failure;
    report({ severity: "error", file: folder, text: failure.message });
    return undefined;
  }
}

export const NO_HEADER = "No segment says which folder this session worked in. Open it by its id to go on with it, or remove it.";

type Entry = { readonly place: Place | undefined; readonly isAnew: boolean };

function store(db: DatabaseSync, { summary, outline, head, lost }: Summarised, slug: string, { place, isAnew }: Entry): void {
  const { ref, cwd, created, updated, title, parent = null } = summary;
  const known = place ? JSON.stringify({ seq: head, outline, place }) : null;
  const most = place ? JSON.stringify({ seq: head, epoch: place.epoch } satisfies Trace) : null;
  db.prepare(
    `INSERT INTO session (name, slug, cwd, created, updated, title, status, parent, head, known, most, lost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET slug = excluded.slug, cwd = excluded.cwd, created = excluded.created, updated = excluded.updated, title = excluded.title,
       status = excluded.status, parent = excluded.parent, head = excluded.head, known = excluded.known,
       most = iif(excluded.most IS NULL OR coalesce(most ->> 'seq', 0) > excluded.head AND excluded.lost IS NOT NULL, most, excluded.most), lost = excluded.lost, worded = iif(?, 0, worded)`,
  ).run(
    ref.session,
    slug,
    cwd,
    created,
    updated,
    title,
    outline.status,
    parent,
    head,
    known,
    most,
    lost.length > 0 ? JSON.stringify(lost) : null,
    isAnew ? 1 : 0,
  );
}
