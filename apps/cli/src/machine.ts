import { existsSync, fstatSync, readFileSync, statSync } from "node:fs";
import { devNull, homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { House } from "@keelson/harness";
import type { Clock } from "@keelson/protocol";

/** The process as everything else sees it. The one file that reads the environment, the current folder and the time of day. */
export type Machine = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined when the folder we stand in was deleted. */
  readonly cwd: string | undefined;
  readonly home: string;
  readonly keelHome: string;
  readonly temporary: string;
  readonly platform: string;
  readonly version: string;
  readonly nodeVersion: string;
  /** The folder of the Node that runs us. */
  readonly nodeFolder: string;
  /** Opened when it is first looked at. */
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** False where stdin is the null device: nothing can come, so that nobody need open it. */
  readonly hasInput: boolean;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly clock: Clock;
  /** Where what sessions do is told to, where it is wanted. */
  readonly telemetry?: NonNullable<House["telemetry"]>;
  readonly wall: () => number;
  /** The undo is returned. */
  readonly onSignal: (name: NodeJS.Signals, act: () => void) => () => void;
  /** At once: nothing is flushed. */
  readonly exit: (code: number) => void;
};

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export function thisMachine(): Machine {
  const { env } = process;
  const cwd = currentFolder();
  const home = homeFolder();
  return {
    argv: process.argv.slice(2),
    env,
    cwd,
    home,
    keelHome: env["KEEL_HOME"] ? resolve(cwd ?? home, env["KEEL_HOME"]) : join(home, ".keel"),
    temporary: tmpdir(),
    platform: process.platform,
    version: ownVersion(),
    nodeVersion: process.versions.node,
    nodeFolder: dirname(process.execPath),
    get stdin() {
      return process.stdin;
    },
    hasInput: !isNullDevice(0),
    stdout: process.stdout,
    stderr: process.stderr,
    clock: CLOCK,
    wall: () => Date.now(),
    onSignal: (name, act) => {
      process.on(name, act);
      return () => void process.off(name, act);
    },
    exit: (code) => process.exit(code),
  };
}

/** Plugins that come along, and are used only when they are asked for. */
export const OPTIONAL_PLUGINS = ["author", "guard", "tasks", "web"] as const;

/** Where a plugin folder that comes along is: beside the bundle in the published command, else beside the coding agent's, where that is installed. */
export function bundledPlugin(name: "code" | (typeof OPTIONAL_PLUGINS)[number]): string {
  const beside = fileURLToPath(new URL(`../plugins/${name}`, import.meta.url));
  if (existsSync(beside)) return beside;
  return join(dirname(fileURLToPath(import.meta.resolve("@keelson/plugin-code/package.json"))), "..", name);
}

const CLOCK: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1e6, // the global `performance` would load what nobody else here needs
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
  random: () => Math.random(),
};

function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function isNullDevice(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isCharacterDevice() && found.rdev === statSync(devNull).rdev;
  } catch {
    return false; // a closed one says so when it is read
  }
}

function homeFolder(): string {
  try {
    return homedir() || tmpdir();
  } catch {
    return tmpdir(); // a user without an entry and without HOME, as in some containers
  }
}

function ownVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof about === "object" && about !== null && "version" in about && typeof about.version === "string" ? about.version : "unknown";
}
