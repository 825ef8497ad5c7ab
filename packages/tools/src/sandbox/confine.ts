/** Makes of a process one in a sandbox. Where that can't be done it says why, and nothing starts. */
import { unlinkSync } from "node:fs";
import type { Confinement, ProcessSpec } from "@keelson/protocol";
import { isWithin } from "../define/within.ts";
import { FD, innerWorld, lastWords, OUTER, piped, worldOf } from "./bubblewrap.ts";
import { bridgeTo, proxied } from "./bridge.ts";
import { findProgram, realOf } from "./find.ts";
import { holdPlaces } from "./hold.ts";
import { planMounts, TEMPORARY, type Mount } from "./plan.ts";
import { filterFor, knowsMachine } from "./seccomp.ts";
import { watchOver } from "./sweeper.ts";

/** What to start instead. */
export type Confined = Pick<ProcessSpec, "file" | "args" | "cwd" | "env"> & {
  /** What is written to descriptors 5 and on at the start. The one before tells how it ended; see `Sandbox`. */
  readonly feeds: readonly Buffer[];
  /** Takes away what was put on the disk for it. Afterwards nothing holds it any more. */
  leave(): void;
};

/** `env`: the marks that the started processes carry: all of them, and the command with its children alone. */
export type Marks = { readonly all: Readonly<Record<string, string>>; readonly command: Readonly<Record<string, string>> };

export async function confine(spec: ProcessSpec & { readonly confinement: Confinement }, marks: Marks): Promise<Confined | string> {
  const tools = toolsFor(spec);
  if (typeof tools === "string") return tools;
  const { confinement, cwd, file, args } = spec;
  const bounds = confinement.network;
  const undo: (() => void)[] = [];
  const leave = (): void => undo.splice(0).forEach((act) => act());
  try {
    const { mounts, missing, cleared } = planMounts(confinement, { cwd, home: spec.env["HOME"] });
    const held = holdPlaces(missing);
    undo.push(held.release, () => cleared.forEach(clear));
    const proxy = !tools.bridge || bounds === "open" ? undefined : await (await import("./proxy.ts")).openProxy(bounds);
    if (proxy) undo.push(proxy.close);
    undo.push(watchOver([...held.remains, ...cleared, ...(proxy?.remains ?? [])]));
    const world = worldOf(withHeld(mounts, held.folders), { cwd, network: bounds === "open" });
    const env = { ...spec.env, ...temporary(spec.env, confinement), ...(proxy && bounds !== "open" && proxied(bounds)), ...marks.command };
    const filter = filterFor(process.arch, confinement.unixSockets === "open");
    const command = ["--", file, ...args];
    const start = { file: tools.bwrap, cwd, env: marks.all, leave };
    if (!proxy || !tools.bridge)
      return { ...start, args: ["--args", FD.args, ...command], feeds: [piped([...world, ...lastWords(env)]), filter] };
    const bridge = bridgeTo(proxy.socket, tools.bridge);
    return {
      ...start,
      args: ["--args", FD.args, "--", ...bridge.args, tools.bwrap, "--args", FD.inner, ...command],
      feeds: [piped([...OUTER, ...world, ...bridge.shown]), filter, piped([...innerWorld(cwd), ...lastWords(env)])],
    };
  } catch (error) {
    leave();
    return `Nothing ran: the sandbox can't be made as it must be (${error instanceof Error ? error.message : String(error)}).`;
  }
}

/** What has come to stand meanwhile at a place that wasn't there is shown as it is. Nobody inside gets at a token. */
function withHeld(mounts: readonly Mount[], folders: readonly string[]): readonly Mount[] {
  const others = mounts.filter(({ kind }) => kind !== "absent");
  const changed = mounts.filter(({ path, kind }) => kind === "absent" && !folders.includes(path));
  const absent = folders.map((path): Mount => ({ path, kind: "absent" }));
  return [...others, ...changed.map(({ path }): Mount => ({ path, kind: "readonly" })), ...absent];
}

function clear(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // nothing was made there, or a folder, which is no settings
  }
}

/** A folder for temporary files that it may write to. */
function temporary({ TMPDIR }: ProcessSpec["env"], { writable }: Confinement): Readonly<Record<string, string>> {
  return TMPDIR === undefined || writable.some((root) => isWithin(root, TMPDIR)) ? {} : { TMPDIR: TEMPORARY };
}

/** `bridge`: only where it is needed. */
type Tools = { readonly bwrap: string; readonly bridge?: { readonly bash: string; readonly socat: string } };

function toolsFor({
  cwd,
  env,
  confinement: { writable, network, program },
}: Pick<ProcessSpec, "cwd" | "env"> & { readonly confinement: Confinement }): Tools | string {
  if (process.platform !== "linux") return `Nothing ran: there is no sandbox for ${process.platform} in keelson, and this must run in one.`;
  if (!knowsMachine(process.arch))
    return `Nothing ran: there is no sandbox for ${process.arch} machines in keelson, and this must run in one.`;
  const outside = [cwd, ...writable].filter((path) => path !== "/"); // where all is beneath, nothing is outside
  const bwrap = program === undefined ? findProgram("bwrap", env["PATH"], outside) : realOf(program);
  if (bwrap === undefined && program !== undefined)
    return `Nothing ran: this must run in a sandbox, and the bubblewrap that the settings name can't be run: ${program}. Correct sandbox.bwrapPath, or leave it out.`;
  if (bwrap === undefined)
    return "Nothing ran: this must run in a sandbox, and bubblewrap isn't installed. Install it (its program is bwrap).";
  if (network === "open" || network.allowed.length === 0) return { bwrap };
  const [bash, socat] = ["bash", "socat"].map((name) => findProgram(name, env["PATH"], outside));
  if (bash !== undefined && socat !== undefined) return { bwrap, bridge: { bash, socat } };
  return "Nothing ran: a sandbox that may speak to some hosts needs bash and socat. Install what is missing of them.";
}
