/** A hook that is a program. It gets the event on stdin, and is contained by whoever runs processes: group, timeout, end. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Hook, HookAction, ProcessEnd, ProcessSpec } from "@keelson/protocol";
import { EVENTS } from "../event/events.ts";
import { isObject, parseJson } from "../json.ts";
import { environmentOf, fillIn } from "./environment.ts";
import { createPot, FLOOD_BYTES, type Pot } from "./pot.ts";
import { failed, type Act, type Ran, type Site, type Step } from "./ran.ts";
import { scriptOf, scriptSaidGone } from "./script.ts";

type Command = Extract<HookAction, { type: "command" }>;
type Program = Pick<ProcessSpec, "file" | "args">;
type Pots = { readonly stdout: Pot; readonly stderr: Pot };

const ENV_FILE_BYTES = 64 * 1024;
/** The first that is installed. A bash whose stdin is a socket takes itself for a remote shell and reads ~/.bashrc, if it isn't told not to. */
const SHELLS: Readonly<Record<Command["shell"], (text: string) => readonly Program[]>> = {
  bash: (text) => [
    { file: "bash", args: ["--noprofile", "--norc", "-c", text] },
    { file: "sh", args: ["-c", text] },
  ],
  powershell: (text) => ["pwsh", "powershell"].map((file) => ({ file, args: ["-NoProfile", "-NonInteractive", "-Command", named(text)] })),
};

export const runCommand: Act<"command"> = async function* (action, site) {
  const envFile = EVENTS[site.hook.event].keepsEnv ? await prepareEnvFile(site) : undefined;
  const env = environmentOf(site, envFile);
  const cwd = folderOf(site);
  const program: Program | undefined =
    action.args === undefined
      ? undefined
      : { file: fillIn(action.command, site), args: action.args.map((argument) => fillIn(argument, site)) };
  const started = program === undefined ? { command: action.command } : { command: program.file, args: program.args };
  const script = await missing(scriptOf(started, env, cwd), site);
  let end: ProcessEnd | undefined;
  let pots: Pots = { stdout: createPot(), stderr: createPot() };
  for (const { file, args } of program === undefined ? SHELLS[action.shell](shellText(action, site.hook)) : [program]) {
    pots = { stdout: createPot(), stderr: createPot() };
    const spec: ProcessSpec = { file, args, cwd, env, stdin: site.stdin, timeoutMs: site.timeoutMs };
    end = yield* read(site.ports.run(spec, site.signal), pots);
    if (end?.failed === undefined) break;
  }
  const left = envFile === undefined ? undefined : await readEnvFile(envFile, site);
  const gone = script ?? (end?.code === 2 ? await missing(scriptSaidGone(pots.stderr.text(), started), site) : undefined);
  return { ...ranOf(end, pots, gone), ...(left !== undefined && { environment: left }) };
};

/** Undefined for one that said too much: leaving ends its group. */
async function* read(source: ReturnType<Site["ports"]["run"]>, pots: Pots): AsyncGenerator<Step, ProcessEnd | undefined> {
  let looked = false;
  try {
    for (let step = await source.next(); ; step = await source.next()) {
      if (step.done) return step.value;
      const { from, bytes } = step.value;
      if (from === "report") continue;
      const text = pots[from].add(bytes);
      if (text !== "") yield { type: "said", from, text };
      if (pots.stdout.size + pots.stderr.size > FLOOD_BYTES) return undefined;
      if (looked || from === "stderr") continue;
      const first = pots.stdout.text();
      looked = first.trimStart().includes("\n") || first.trimEnd().endsWith("}");
      const marker = looked ? detachment(first) : undefined;
      if (marker !== undefined) yield marker;
    }
  } finally {
    await source.return({ code: null, signal: null, timedOut: false });
  }
}

/** `{"async": true}` on the first line: from here on it works by itself. */
function detachment(printed: string): Extract<Step, { type: "detached" }> | undefined {
  const said = parseJson(printed.trimStart().split("\n")[0] ?? "");
  if (!isObject(said) || said["async"] !== true) return undefined;
  const { asyncTimeout: ms } = said;
  return { type: "detached", ...(typeof ms === "number" && ms > 0 && { timeoutMs: ms }) };
}

function ranOf(end: ProcessEnd | undefined, { stdout, stderr }: Pots, gone: string | undefined): Ran {
  if (end === undefined) return failed(`It printed more than ${FLOOD_BYTES / 1024 / 1024} MB and was ended. Make it say less.`);
  if (end.failed !== undefined) return failed(end.failed);
  if (end.timedOut) return { kind: "failed", why: "It took too long and was ended.", timedOut: true };
  if (end.code === null) return failed(`It was ended by ${end.signal ?? "a signal"}.`);
  return {
    kind: "exited",
    code: end.code,
    stdout: stdout.text(),
    stderr: stderr.text(),
    cut: stdout.cut,
    ...(gone !== undefined && { missing: gone }),
  };
}

/** Gemini's `${/}` is no variable of a shell; it stands for a constant. */
function shellText({ command }: Command, { dialect }: Hook): string {
  return dialect === "gemini" ? command.replaceAll("${/}", "/") : command;
}

/** PowerShell has its variables elsewhere: the name is rewritten, the value still travels by the environment. */
function named(text: string): string {
  return text.replaceAll(/\$\{((?:CLAUDE|KEEL|PLUGIN)_\w+)\}/g, "${env:$1}");
}

/** Cursor's commands are relative to where they are declared. */
function folderOf({ hook: { dialect, origin }, payload }: Site): string {
  return dialect === "cursor" && origin.root !== undefined ? origin.root : payload.cwd;
}

/** The path, if nothing is there. What can't be looked at is taken to be. */
async function missing(path: string | undefined, { ports }: Site): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await ports.files.stat(path)) === undefined ? path : undefined;
  } catch {
    return undefined;
  }
}

async function prepareEnvFile({ ports }: Site): Promise<string | undefined> {
  const path = join(ports.outputs, "hook-env", `${randomUUID()}.sh`);
  try {
    await ports.files.write(path, new Uint8Array(), "absent");
    return path;
  } catch {
    return undefined; // a hook that finds no file leaves nothing, as documented
  }
}

async function readEnvFile(path: string, { ports }: Site): Promise<string | undefined> {
  try {
    const { bytes } = await ports.files.read(path, ENV_FILE_BYTES);
    const script = new TextDecoder().decode(bytes);
    return script.trim() === "" ? undefined : script;
  } catch {
    return undefined; // taken away, or far too long to be meant
  }
}
