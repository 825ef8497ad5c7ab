import { spawn, type SpawnOptions } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { simulate, type Script } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import { main } from "../src/main.ts";
import { thisMachine } from "../src/machine.ts";

export const BIN = fileURLToPath(new URL("../bin/keel.js", import.meta.url));

/** How a run of the real command ended. */
export type Ran = { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string };
export type Setting = {
  readonly home: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; without it stdin is empty. */
  readonly stdin?: string | Buffer;
  readonly during?: (child: ReturnType<typeof spawn>) => void;
};

/** Nothing of the machine's own environment reaches the command but the way to the programs. */
export function scrubbed({ home, env }: Pick<Setting, "home" | "env">): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: home, TMPDIR: home, ...env };
}

/** Runs `keel` as a program of its own. */
export async function keel(args: readonly string[], setting: Setting): Promise<Ran> {
  return await finished(spawn(process.execPath, [BIN, ...args], optionsOf(setting)), setting);
}

/** The same without a process of its own, where what is asked for isn't about one: fifty times as fast. */
export async function inside(args: readonly string[], setting: Setting): Promise<Ran> {
  const { home, cwd = home, stdin = "" } = setting;
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = Promise.all([readText(stdout), readText(stderr)]);
  const code = await main({
    ...thisMachine(),
    argv: args,
    env: scrubbed(setting),
    cwd,
    home,
    keelHome: join(home, ".keel"),
    temporary: home,
    stdin: Readable.from(stdin === "" ? [] : [Buffer.from(stdin)]),
    hasInput: true,
    stdout,
    stderr,
    onSignal: () => () => {},
    exit: (code) => {
      throw new Error(`It left with ${code}.`);
    },
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, signal: null, stdout: out, stderr: err };
}

/** The same in a shell, for what a shell does with file descriptors: `keel` stands for the command in `line`. */
export async function shell(line: string, setting: Setting): Promise<Ran> {
  const program = `keel() { ${JSON.stringify(process.execPath)} ${JSON.stringify(BIN)} "$@"; }; ${line}`;
  return await finished(spawn("bash", ["-c", program], optionsOf(setting)), setting);
}

function optionsOf(setting: Setting): SpawnOptions {
  return { cwd: setting.cwd ?? setting.home, env: scrubbed(setting), stdio: ["pipe", "pipe", "pipe"] };
}

async function finished(child: ReturnType<typeof spawn>, { stdin = "", during }: Setting): Promise<Ran> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr || !child.stdin) throw new Error("The command has no pipes.");
  child.stdin.on("error", () => {}); // it may leave without reading
  child.stdin.end(stdin);
  const ended = new Promise<readonly [number | null, string | null]>(
    (resolve) => void child.on("close", (code, signal) => resolve([code, signal])),
  );
  during?.(child);
  const [out, err, [code, signal]] = await Promise.all([readText(stdout), readText(stderr), ended]);
  return { code, signal, stdout: out, stderr: err };
}

/** The messages of `--output-format stream-json`. */
export const messagesOf = ({ stdout }: Ran): readonly Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** True for text that is one line, and not an empty one. */
export const oneLine = (text: string): boolean => text.trim() !== "" && !text.trim().includes("\n");

/** Replies alone, or with those of sub-agents beside them. */
export type Played = Script["replies"] | Script;
export const scriptOf = (played: Played): Script => (typeof played === "object" && "replies" in played ? played : { replies: played });

/** A home with a project in it, and a model on loopback that plays the replies. */
export async function scene(replies: Played) {
  const home = await temporaryHome();
  const model = await simulate(scriptOf(replies));
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  await writeFile(join(cwd, "note.txt"), "a short note\n");
  return {
    cwd,
    home: home.path,
    model,
    keel: (args: readonly string[], more: Partial<Setting> = {}): Promise<Ran> =>
      keel(args, { home: home.path, cwd, ...more, env: { ANTHROPIC_BASE_URL: model.url, ...more.env } }),
    inside: (args: readonly string[], more: Partial<Setting> = {}): Promise<Ran> =>
      inside(args, { home: home.path, cwd, ...more, env: { ANTHROPIC_BASE_URL: model.url, ...more.env } }),
    shell: (line: string): Promise<Ran> => shell(line, { home: home.path, cwd, env: { ANTHROPIC_BASE_URL: model.url } }),
    [Symbol.asyncDispose]: async () => {
      await model[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
