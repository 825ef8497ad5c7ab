import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { inspectEndpoint, inspectSettings, lineOf } from "@keelson/harness";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { wantsColours } from "../paint.ts";
import type { DoctorAsked } from "./lines/doctor.ts";

/** What `keel doctor` looks at, in this order. No process starts, and no secret is told: of a key only where it came from. */
export type Finding = { readonly name: string } & Found;
/** `note`: it works without, or not as well as it could. `blocks`: no run can be good. */
type Found = { readonly state: "well" | "note" | "blocks"; readonly what: string; readonly remedy?: string };
export type Check = {
  readonly name: string;
  readonly look: (machine: Machine, asked: DoctorAsked) => Found | Promise<Found>;
};

export const CHECKS: readonly Check[] = [
  { name: "keel", look: versions },
  { name: "settings", look: settings },
  { name: "endpoint", look: endpoint },
  { name: "bash", look: (machine) => program("bash", machine, { state: "blocks", remedy: "Install bash: the Bash tool runs in it." }) },
  { name: "git", look: (machine) => program("git", machine, { state: "note", remedy: "Install git: without it the model can't use it." }) },
  { name: "rg", look: async (machine) => ({ ...(await program("rg", machine, {})), state: "well" }) },
  { name: "sessions", look: sessions },
  { name: "disk", look: disk },
  { name: "terminal", look: terminal },
];

const REACH_MS = 3_000;
const OLDEST_NODE = [22, 22] as const;
const SCARCE = 1 << 30;
const TOO_SCARCE = 50 * 2 ** 20;

function versions({ version, nodeVersion, platform }: Machine): Found {
  const what = `${version} on Node ${nodeVersion}, ${platform}`;
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return old ? { state: "note", what, remedy: `Take Node ${OLDEST_NODE.join(".")} or newer.` } : { state: "well", what };
}

async function settings(machine: Machine, { settings: flag }: DoctorAsked): Promise<Found> {
  const { problems, layers } = await inspectSettings(placeOf(machine), flag);
  const [first] = problems.toSorted((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
  if (first) return { state: first.severity === "error" ? "blocks" : "note", what: lineOf(first) };
  const files = layers.flatMap(({ file }) => file ?? []);
  const loose = await looseAmong([machine.keelHome, ...files.filter((file) => dirname(file) === machine.keelHome)], machine);
  if (loose !== undefined)
    return { state: "note", what: `others may write ${loose}, and with it what is allowed`, remedy: `chmod go-w ${loose}` };
  return { state: "well", what: files.length === 0 ? "none: everything as it is built in" : files.join(", ") };
}

/** The first that somebody else may write to. */
async function looseAmong(paths: readonly string[], { platform }: Machine): Promise<string | undefined> {
  if (platform === "win32") return undefined;
  for (const path of paths) {
    const there = await stat(path).catch(() => undefined);
    if (there && (there.mode & 0o022) !== 0) return path;
  }
  return undefined;
}

async function endpoint(machine: Machine, { baseUrl, settings: flag }: DoctorAsked): Promise<Found> {
  const view = await inspectEndpoint(placeOf(machine), {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(flag !== undefined && { settings: flag }),
  });
  if (!view.ok) return { state: "blocks", what: "none can be asked", remedy: view.text };
  const key = view.credentials === "none" ? "no key" : `key from ${view.credentials}`;
  const reached = await view.reach(AbortSignal.timeout(REACH_MS));
  if (!reached.ok)
    return {
      state: "blocks",
      what: `${view.url} can't be reached, ${key}`,
      remedy: `${reached.why} Another one is named with --base-url.`,
    };
  const what = `${view.url} answers, ${key}`;
  if ([401, 403].includes(reached.status))
    return {
      state: "blocks",
      what: `${view.url} refused (${reached.status}), ${key}`,
      remedy: "Set ANTHROPIC_API_KEY to a key that holds.",
    };
  if (reached.status >= 500)
    return { state: "note", what: `${what}, with ${reached.status}`, remedy: "It has trouble of its own: try later." };
  return { state: "well", what };
}

/** By looking through PATH, as a shell does. */
async function program(
  name: string,
  { env, platform }: Machine,
  missing: { readonly state?: "note" | "blocks"; readonly remedy?: string },
): Promise<Found> {
  const names = platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (env["PATH"] ?? "").split(delimiter).filter((each) => each !== ""))
    for (const each of names) if (await isExecutable(join(folder, each))) return { state: "well", what: join(folder, each) };
  const own = name === "rg" ? "not on PATH; keel brings its own" : "not on PATH";
  return { state: missing.state ?? "well", what: own, ...(missing.remedy !== undefined && { remedy: missing.remedy }) };
}

async function isExecutable(path: string): Promise<boolean> {
  const executable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return executable && (await stat(path)).isFile();
}

async function sessions({ keelHome, platform }: Machine): Promise<Found> {
  const folder = join(keelHome, "var");
  const there = await stat(folder).catch(() => undefined);
  const nearest = await nearestFolder(folder);
  const writable = await access(nearest, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable)
    return { state: "note", what: `${nearest} can't be written: sessions are lost`, remedy: "Set KEEL_HOME to a folder of yours." };
  if (!there) return { state: "well", what: `${folder}, made with the first session` };
  const open = platform !== "win32" && (there.mode & 0o077) !== 0;
  return open ? { state: "note", what: `${folder} can be read by others`, remedy: `chmod 700 ${folder}` } : { state: "well", what: folder };
}

async function disk({ keelHome }: Machine): Promise<Found> {
  const { bavail, bsize } = await statfs(await nearestFolder(keelHome));
  const free = bavail * bsize;
  const what = `${(free / 2 ** 30).toFixed(1)} GB free at ${keelHome}`;
  if (free >= SCARCE) return { state: "well", what };
  return { state: free < TOO_SCARCE ? "blocks" : "note", what, remedy: "Make room, or move keel's files with KEEL_HOME." };
}

function terminal(machine: Machine): Found {
  const { stdin, stdout, env } = machine;
  if (stdin.isTTY !== true || stdout.isTTY !== true) return { state: "well", what: "none: keel -p answers, and nobody can be asked" };
  const colours = wantsColours(machine) ? "colours" : "no colours";
  return { state: "well", what: `${env["TERM"] ?? "unknown"}, ${stdout.columns ?? 80} columns, ${colours}` };
}

/** The folder itself, or the first above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => undefined);
  return there || dirname(folder) === folder ? folder : await nearestFolder(dirname(folder));
}

const placeOf = (machine: Machine) => houseOf(machine, machine.cwd ?? machine.home, { flags: {} }).place;
