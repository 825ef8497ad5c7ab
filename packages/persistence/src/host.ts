import { readFileSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** Which process: a pid alone is used again by others, so its start and the machine's boot stand beside it. */
export type ProcessMark = { readonly pid: number; readonly started: string; readonly boot: string; readonly host: string };

/**
 * Who we are, and whether another process is still there. No child process is asked.
 * A process that can't be seen (another machine, another boot) counts as gone: the epoch fences it should it come back.
 */
export type Host = {
  readonly self: ProcessMark;
  readonly lives: (mark: ProcessMark) => boolean;
  readonly standing: (pid: number) => Standing;
};
/** How a process of this machine stands. `terminal`: its name, where one is known. `stopped`: by SIGSTOP or Ctrl-Z. */
export type Standing = { readonly terminal: string | undefined; readonly stopped: boolean };

/** Facts of the machine, apart for the sake of tests. `text`: a file's content, undefined where it can't be read. */
export type Facts = { text(path: string): string | undefined; uptimeSeconds(): number; signal(pid: number): boolean };

/** `now`: ms since the epoch; where there is no boot id (macOS) the time of the boot stands for it. */
export function nodeHost(now: () => number, facts: Facts = FACTS): Host {
  const boot = facts.text("/proc/sys/kernel/random/boot_id")?.trim() ?? `at ${Math.floor(now() / 1_000 - facts.uptimeSeconds())}`;
  const started = statusOf(facts, process.pid)?.started ?? `at ${performance.timeOrigin}`;
  const self: ProcessMark = { pid: process.pid, started, boot, host: hostname() };
  return {
    self,
    lives: (mark) => {
      if (!isSameBoot(mark.boot, boot)) return false;
      if (mark.pid === self.pid) return mark.started === started;
      const status = statusOf(facts, mark.pid);
      if (status === undefined) return facts.signal(mark.pid); // no /proc, or one that hides others
      return !status.ended && status.started === mark.started;
    },
    standing: (pid) => {
      const status = statusOf(facts, pid);
      return { terminal: status && terminalOf(status.terminal), stopped: status?.stopped ?? false };
    },
  };
}

const FACTS: Facts = {
  text: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  uptimeSeconds: uptime,
  signal: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM"; // somebody else's, but there
    }
  },
};

type Status = { readonly ended: boolean; readonly stopped: boolean; readonly started: string; readonly terminal: number };

/** proc(5), stat: the name may hold spaces and brackets, so fields are counted behind the last one. Z and X: dead, but not yet collected; T and t: stopped. */
function statusOf(facts: Facts, pid: number): Status | undefined {
  const stat = facts.text(`/proc/${pid}/stat`);
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const started = fields[18];
  if (state === undefined || started === undefined) return undefined;
  return { ended: state === "Z" || state === "X", stopped: state.toLowerCase() === "t", started, terminal: Number(fields[3]) };
}

/** tty_nr: the device's number, its minor in two parts. The kernel's devices.txt: 136 to 143 are pts, the first 64 of 4 are tty. */
function terminalOf(device: number): string | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  return major === 4 && minor < 64 ? `tty${minor}` : undefined;
}

/** A boot that is known by its time only may be a few seconds off: clocks are set. */
const BOOT_SECONDS = 5;

function isSameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  if (!one.startsWith("at ") || !other.startsWith("at ")) return false;
  return Math.abs(Number(one.slice(3)) - Number(other.slice(3))) <= BOOT_SECONDS;
}
