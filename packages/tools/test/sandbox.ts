/** A folder of one's own to be confined to, which isn't in /tmp: that one is another inside. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";
import type { Confinement, ProcessEnd, ProcessSpec, RunProcess } from "@keelson/protocol";
import { startProcess } from "../src/index.ts";

const PATH = process.env["PATH"] ?? "";
const never = new AbortController().signal;

/** What this machine lacks for it. Asked without a line of our own, so that a mistake of ours can't pass for a missing program. */
const lacks: readonly string[] = (
  await Promise.all(
    [
      ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"],
      ["socat", "-V"],
    ].map(async ([program = "", ...words]) => {
      const works = await promisify(execFile)(program, words).then(
        () => true,
        () => false,
      );
      return works ? [] : [program];
    }),
  )
).flat();

/** A test that says so stands for those that can't be run here. */
export function whereSandboxed(what: string, needs: readonly ("bwrap" | "socat")[], tests: () => void): void {
  const missing = needs.filter((program) => lacks.includes(program));
  const told = (): void => {
    console.warn(`\n*** NOT TESTED: ${what}. ${missing.join(" and ")} can't be run here. ***\n`);
    test(`${what} is skipped: no ${missing.join(", no ")}`, () => {});
  };
  (missing.length === 0 ? tests : told)();
}

export type Told = { readonly stdout: string; readonly stderr: string; readonly end: ProcessEnd };
export type Cell = AsyncDisposable & {
  /** It holds `project`, which is writable and where commands start, and `outside`. */
  readonly root: string;
  readonly project: string;
  put(name: string, content: string): Promise<string>;
  spec(script: string, more?: Partial<Confinement>): ProcessSpec & { readonly confinement: Confinement };
  sh(script: string, more?: Partial<Confinement>): Promise<Told>;
};

export async function openCell(): Promise<Cell> {
  const root = await realpath(await mkdtemp("/var/tmp/keel-cell-"));
  const project = join(root, "project");
  for (const folder of [project, join(root, "outside")]) await mkdir(folder);
  const spec: Cell["spec"] = (script, more) => ({
    file: "bash",
    args: ["--noprofile", "--norc", "-c", script, "bash"],
    cwd: project,
    env: { PATH, HOME: root },
    confinement: { writable: [project], unwritable: [], unreadable: [], network: { allowed: [], denied: [] }, ...more },
  });
  return {
    root,
    project,
    spec,
    sh: (script, more) => told(startProcess, spec(script, more)),
    async put(name, content) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Node, where a sandbox sees it: its `/tmp` is one of its own, and a checkout may stand in the real one. */
export async function nodeFor({ root }: Cell): Promise<string> {
  if (!process.execPath.startsWith("/tmp/")) return process.execPath;
  const node = join(root, "node");
  await copyFile(process.execPath, node);
  return node;
}

export async function told(run: RunProcess, spec: ProcessSpec, signal = never): Promise<Told> {
  const said = { stdout: "", stderr: "", report: "" };
  const source = run(spec, signal);
  let step = await source.next();
  for (; !step.done; step = await source.next()) said[step.value.from] += Buffer.from(step.value.bytes).toString();
  return { stdout: said.stdout, stderr: said.stderr, end: step.value };
}
