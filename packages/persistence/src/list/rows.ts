import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { SESSION_STATUSES, type SessionQuery, type SessionStatus, type SessionSummary } from "@keelson/protocol";

/** What the index holds of a session, and how it is asked for. `name`: the session's id. */
export type Row = { readonly id: number; readonly slug: string; readonly summary: SessionSummary };

const COLUMNS = "id, name, slug, cwd, created, updated, title, status, parent";

/** Newest first. `held`: who is active stands in the locks, not in the index. */
export function rowsOf(
  db: DatabaseSync,
  { cwd, status, parent, after, limit }: Omit<SessionQuery, "tenant">,
  held: readonly string[],
): readonly Row[] {
  const terms: readonly (readonly [string, ...SQLInputValue[]])[] = [
    ...(cwd === undefined ? [] : [["cwd = ?", cwd] as const]),
    ...(parent === undefined ? [] : [["parent = ?", parent] as const]),
    ...(after === undefined ? [] : [["(updated, created, name) < (?, ?, ?)", after.updated, after.created, after.ref.session] as const]),
    ...(status === undefined ? [] : [statusTerm(status, JSON.stringify(held))]),
  ];
  const where = terms.length === 0 ? "" : `WHERE ${terms.map(([words]) => words).join(" AND ")}`;
  const sql = `SELECT ${COLUMNS} FROM session ${where} ORDER BY updated DESC, created DESC, name DESC LIMIT ?`;
  return db
    .prepare(sql)
    .all(...terms.flatMap(([, ...values]) => values), limit ?? -1)
    .map(rowOf);
}

function statusTerm(status: SessionStatus, held: string): readonly [string, ...SQLInputValue[]] {
  if (status === "active") return ["name IN (SELECT value FROM json_each(?))", held];
  return ["status = ? AND name NOT IN (SELECT value FROM json_each(?))", status, held];
}

export function rowAt(db: DatabaseSync, id: number): Row | undefined {
  const found = db.prepare(`SELECT ${COLUMNS} FROM session WHERE id = ?`).get(id);
  return found && rowOf(found);
}

function rowOf(found: Readonly<Record<string, unknown>>): Row {
  const { id, name, slug, cwd, created, updated, title, status, parent } = found;
  const summary: SessionSummary = {
    ref: { tenant: "local", session: String(name) },
    cwd: String(cwd),
    created: Number(created),
    updated: Number(updated),
    title: String(title),
    status: SESSION_STATUSES.find((one) => one === status) ?? "idle",
    ...(typeof parent === "string" && { parent }),
  };
  return { id: Number(id), slug: String(slug), summary };
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
