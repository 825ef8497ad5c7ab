import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

/** The published command as a person has it: packaged, outside of the repository, with ripgrep beside it and nothing else. */
export type Published = AsyncDisposable & { readonly folder: string; readonly bin: string };

export async function publish(): Promise<Published> {
  const place = await realpath(await mkdtemp(join(tmpdir(), "keel-published-")));
  const folder = join(place, "node_modules", "keelson");
  await run(process.execPath, [join(ROOT, "scripts", "package.mjs"), folder]);
  await mkdir(join(place, "node_modules", "@vscode"));
  await symlink(await realpath(join(ROOT, "packages/tools/node_modules/@vscode/ripgrep")), join(place, "node_modules/@vscode/ripgrep"));
  return {
    folder,
    bin: join(folder, "bin", "keel.js"),
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `program` with nothing of this machine's environment; its stdin is the null device. */
export async function start(
  program: string,
  words: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(program, words, {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => void child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** Which of Node's own modules a run loaded. */
export async function loadedBy(words: readonly string[], home: string): Promise<ReadonlySet<string>> {
  const list = join(home, "loaded.json");
  const probe = fileURLToPath(new URL("tell-loaded.cjs", import.meta.url));
  const ran = await start(process.execPath, ["--require", probe, ...words], home, { TELL_LOADED: list });
  if (ran.code !== 0) throw new Error(`It ended with ${ran.code}: ${ran.stderr}`);
  return new Set(JSON.parse(await readFile(list, "utf8")) as readonly string[]);
}

/** A Node of that major version from the npm registry, kept for the next time; or why there is none. */
export async function nodeOf(major: number): Promise<{ readonly path: string } | { readonly missing: string }> {
  const kept = join(ROOT, "node_modules", ".cache", `node-${major}`);
  if (existsSync(kept)) return { path: kept };
  if (!process.env["CI"]) return { missing: "it is fetched where CI is set" };
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const away = await mkdtemp(join(tmpdir(), "keel-node-"));
  try {
    await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", away, `${name}@${major}`], {
      timeout: 60_000,
    });
    await mkdir(join(ROOT, "node_modules", ".cache"), { recursive: true });
    await copyFile(join(away, "node_modules", name, "bin", "node"), `${kept}.new`);
    await rename(`${kept}.new`, kept);
    return { path: kept };
  } catch (error) {
    return { missing: String(error instanceof Error ? error.message : error).split("\n", 1)[0] ?? "" };
  } finally {
    await rm(away, { recursive: true, force: true });
  }
}
