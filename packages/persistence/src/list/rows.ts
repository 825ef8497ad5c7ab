import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { SESSION_STATUSES, type Problem, type SessionQuery, type SessionStatus, type SessionSummary } from "@keelson/protocol";
import type { Memory } from "../claim.ts";
import { slugOf } from "../layout.ts";
import type { Trace } from "../trace.ts";

/** What the index holds of a session, and how it is asked for. `name`: the session's id. */
export type Row = { readonly id: number; readonly slug: string; readonly summary: SessionSummary; readonly lost: readonly Problem[] };

const COLUMNS = "id, name, slug, cwd, created, updated, title, status, parent, lost";

/** Newest first. `held`: who is active stands in the locks, not in the index. */
export function rowsOf(
  db: DatabaseSync,
  { cwd, status, parent, after, limit }: Omit<SessionQuery, "tenant">,
  held: readonly string[],
): readonly Row[] {
  const terms: readonly (readonly [string, ...SQLInputValue[]])[] = [
    ...(cwd === undefined ? [] : [["(cwd = ? OR cwd = '' AND slug = ?)", cwd, slugOf(cwd)] as const]),
    ...(parent === undefined ? [] : [["parent = ?", parent] as const]),
    ...(after === undefined ? [] : [["(updated, created, name) < (?, ?, ?)", after.updated, after.created, after.ref.session] as const]),
    ...(status === undefined ? [] : [statusTerm(status, JSON.stringify(held))]),
  ];
  const where = terms.length === 0 ? "" : `WHERE ${terms.map(([words]) => words).join(" AND ")}`;
  const sql = `SELECT ${COLUMNS} FROM session ${where} ORDER BY updated DESC, created DESC, name DESC LIMIT ?`;
  return db
    .prepare(sql)
    .all(...terms.flatMap(([, ...values]) => values), limit ?? -1)
    .map((found) => rowOf(found, cwd));
}

function statusTerm(status: SessionStatus, held: string): readonly [string, ...SQLInputValue[]] {
  if (status === "active") return ["name IN (SELECT value FROM json_each(?))", held];
  return ["status = ? AND name NOT IN (SELECT value FROM json_each(?))", status, held];
}

export function rowAt(db: DatabaseSync, id: number): Row | undefined {
  const found = db.prepare(`SELECT ${COLUMNS} FROM session WHERE id = ?`).get(id);
  return found && rowOf(found);
}

/** `asked`: the folder that was asked for: a session that lost its own stands there by its slug. */
function rowOf(found: Readonly<Record<string, unknown>>, asked = ""): Row {
  const { id, name, slug, cwd, created, updated, title, status, parent } = found;
  const summary: SessionSummary = {
    ref: { tenant: "local", session: String(name) },
    cwd: String(cwd) || asked,
    created: Number(created),
    updated: Number(updated),
    title: String(title),
    status: SESSION_STATUSES.find((one) => one === status) ?? "idle",
    ...(typeof parent === "string" && { parent }),
  };
  return { id: Number(id), slug: String(slug), summary, lost: lostAt(found) };
}

export function lostAt({ lost }: Readonly<Record<string, unknown>>): readonly Problem[] {
  return typeof lost === "string" ? (JSON.parse(lost) as Problem[]) : [];
}

export function traceAt({ most }: Readonly<Record<string, unknown>>): Trace | undefined {
  return typeof most === "string" ? (JSON.parse(most) as Trace) : undefined;
}

/** Every session's name there, as `<slug>/<id>`. */
export function indexedIn(db: DatabaseSync): readonly string[] {
  return db
    .prepare("SELECT slug || '/' || name AS folder FROM session")
    .all()
    .map(({ folder }) => String(folder));
}

export function memoryOf(db: DatabaseSync, session: string): Memory | undefined {
  const row = db.prepare("SELECT cwd, created, most FROM session WHERE name = ?").get(session);
  return row && { cwd: String(row["cwd"]), ...traceAt(row), created: Number(row["created"]) };
}

/** Of all sessions, or those of a folder. */
export function lostIn(db: DatabaseSync, cwd?: string): readonly Problem[] {
  const there = cwd === undefined ? [] : [cwd, slugOf(cwd)];
  const sql = `SELECT lost FROM session WHERE lost IS NOT NULL${cwd === undefined ? "" : " AND (cwd = ? OR slug = ?)"}`;
  return db
    .prepare(sql)
    .all(...there)
    .flatMap(lostAt);
}

/** With its words. */
export function dropRow(db: DatabaseSync, id: number): void {
  dropWords(db, id);
  db.prepare("DELETE FROM session WHERE id = ?").run(id);
}

/** Below 2⁵³ for two million sessions of four billion events. */
export const ROOM = 2 ** 32;

export function dropWords(db: DatabaseSync, id: number): void {
  db.prepare("DELETE FROM words WHERE rowid >= ? AND rowid < ?").run(id * ROOM, (id + 1) * ROOM);
}
