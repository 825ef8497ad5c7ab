import type { SessionStatus, SessionSummary } from "@keelson/protocol";
import { shorten } from "./clean.ts";

/** How a session is named to people: the beginning of its id, which every command takes. */
export const shortId = (id: string): string => id.slice(0, SHOWN);
const SHOWN = 8;

export const STATES: Readonly<Record<SessionStatus, string>> = {
  active: "in use",
  waiting: "waits for an answer",
  interrupted: "interrupted",
  idle: "",
};

/** `just now`, `5 min`, `3 h`, `12 d`, then the date. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h`;
  return minutes < 60 * 24 * 30 ? `${Math.floor(minutes / (60 * 24))} d` : new Date(at).toISOString().slice(0, 10);
}

/** A row of a list. `home`: shown as ~; `where`: with its folder. */
export function rowOf(
  session: SessionSummary,
  { now, home, where }: { readonly now: number; readonly home: string; readonly where: boolean },
): string {
  const { ref, title, updated, status, cwd } = session;
  const state = STATES[status] === "" ? "" : ` [${STATES[status]}]`;
  const folder = where ? `  ${tilde(cwd, home)}` : "";
  return `${shortId(ref.session)}  ${ago(updated, now).padEnd(10)}  ${shorten(title === "" ? "(nothing said yet)" : title, MOST_TITLE)}${state}${folder}`;
}
const MOST_TITLE = 80;

export const tilde = (folder: string, home: string): string =>
  folder === home || folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;

/** For programs: an id in place of a reference. */
export function printed({ ref, ...others }: SessionSummary): object {
  return { id: ref.session, ...others };
}
