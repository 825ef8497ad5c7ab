import { bestEffort, ifThere, isErrno, writeWhole, type Disk } from "./disk.ts";
import type { Host, ProcessMark, Standing } from "./host.ts";
import { epochsOf, lockPath } from "./layout.ts";

/**
 * One lock file per epoch, made by O_EXCL and never taken over: a later claim takes the next number.
 * So nobody removes a lock that another may just have made; who comes too late finds that number's segment there (see claim.ts).
 */
export type Lock = ProcessMark & { readonly owner: string; readonly at: number };

/** A lock without content: its maker is at it. One that stays so was left by a crash. */
const YOUNG_MS = 5_000;
/** Whether a process on another machine lives can't be seen. It counts as alive for so long after it last wrote. */
const FAR_MS = 15_000;
const MOST_BYTES = 16 * 1024;

/** `where`: a place that a person can find. `next`: what they can do about it. */
export type Holder = { readonly where: string; readonly next: string };

const CLOSE_THERE = "Close it there, or begin a new session.";
const OPENING: Holder = { where: "a process that is just opening it", next: "Try again in a few seconds." };

/** What is stored outlives even `kill -9`; a stopped process hears no other signal before it goes on. */
function holderHere(pid: number, { terminal, stopped }: Standing): Holder {
  const where = `process ${pid}${terminal === undefined ? "" : ` on ${terminal}`}${stopped ? ", which is stopped" : ""}`;
  const next = stopped
    ? `\`kill -CONT ${pid}\` lets it go on, \`kill -9 ${pid}\` ends it; what it has stored stays.`
    : `Close it there, or end it with \`kill ${pid}\`; what it has stored stays.`;
  return { where, next };
}

/** `left`: locks of ours that couldn't be removed. They name a living process, and yet nobody holds them. */
export type LockRoom = { readonly disk: Disk; readonly host: Host; readonly now: () => number; readonly left: Set<string> };

/** False when the number is taken already. */
export function takeLock(room: LockRoom, path: string, owner: string): boolean {
  const { disk, host, now } = room;
  const lock: Lock = { ...host.self, owner, at: now() };
  const fd = openNew(disk, path);
  if (fd === undefined) return false;
  try {
    writeWhole(disk, fd, Buffer.from(`${JSON.stringify(lock)}\n`));
    return true;
  } catch (error) {
    dropLock(room, path);
    throw error;
  } finally {
    bestEffort(() => disk.close(fd));
  }
}

/** Undefined when the file is there already. */
export function openNew(disk: Disk, path: string): number | undefined {
  try {
    return disk.open(path, "create");
  } catch (error) {
    if (isErrno(error) && error.code === "EEXIST") return undefined;
    throw error;
  }
}

/** Who holds it. Undefined when nobody does: the process is gone, its pid is another's by now, or the machine was started anew. */
export function holderOf(room: LockRoom, path: string): Holder | undefined {
  const { disk, host, now, left } = room;
  if (left.has(path)) return undefined;
  const written = disk.stat(path)?.mtimeMs;
  const lock = written === undefined ? undefined : ifThere(() => readLock(disk, path));
  if (written === undefined || lock === undefined) return undefined;
  if (lock === "unreadable") return Math.abs(now() - written) < YOUNG_MS ? OPENING : undefined;
  if (lock.host !== host.self.host)
    return isRecent(room, path) ? { where: `process ${lock.pid} on ${lock.host}`, next: CLOSE_THERE } : undefined;
  if (!host.lives(lock)) return undefined;
  return lock.pid === host.self.pid ? { where: "this process already", next: CLOSE_THERE } : holderHere(lock.pid, host.standing(lock.pid));
}

/** The living owner who has the session in this folder; undefined where there is none. */
export function holderIn(room: LockRoom, folder: string): Holder | undefined {
  const last = epochsOf(ifThere(() => room.disk.names(folder)) ?? [], ".lock").at(-1);
  return last === undefined ? undefined : holderOf(room, lockPath(folder, last));
}

export const isHeld = (room: LockRoom, folder: string): boolean => holderIn(room, folder) !== undefined;

function isRecent({ disk, now }: LockRoom, path: string): boolean {
  const written = [path, path.replace(/lock$/, "jsonl")].map((one) => disk.stat(one)?.mtimeMs ?? 0);
  return Math.abs(now() - Math.max(...written)) < FAR_MS;
}

/** One that is gone already is fine. */
export function dropLock({ disk, left }: LockRoom, path: string): void {
  try {
    disk.remove(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code !== "ENOENT") left.add(path);
  }
}

function readLock(disk: Disk, path: string): Lock | "unreadable" {
  const bytes = Buffer.alloc(MOST_BYTES);
  const fd = disk.open(path, "read");
  try {
    const value = JSON.parse(bytes.toString("utf8", 0, disk.read(fd, bytes, 0))) as Partial<Lock> | null;
    return typeof value?.pid === "number" && typeof value.started === "string" && typeof value.boot === "string"
      ? (value as Lock)
      : "unreadable";
  } catch (error) {
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  } finally {
    bestEffort(() => disk.close(fd));
  }
}
