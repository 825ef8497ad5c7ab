/** A house for hooks in tests: real processes and files in a folder of its own. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError, type Event, type HookCommon, type HookEvent, type HookOutcome, type HookPayloads, type Json } from "@keelson/protocol";
import { realClock, temporaryHome } from "@keelson/testing";
import { openHooks, readHooks, type HookPorts, type Hooks, type HooksFrom } from "../src/index.ts";
import { run } from "./run.ts";

export const never = new AbortController().signal;

const files: HookPorts["files"] = {
  async read(path, limitBytes) {
    const bytes = await readFile(path);
    if (bytes.length > limitBytes) throw fileError("too_large", path, "too large");
    return { bytes, state: { mtimeMs: 0, size: bytes.length, hash: "" } };
  },
  async write(path, bytes) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return { mtimeMs: 0, size: bytes.length, hash: "" };
  },
  stat: async (path) =>
    stat(path).then(
      ({ size, mtimeMs }) => ({ kind: "file", size, mtimeMs }),
      () => undefined,
    ),
};

export type Scene = AsyncDisposable & {
  readonly path: string;
  readonly ports: HookPorts;
  /** Writes a file below the folder; a script can be run. */
  script(name: string, text: string, mode?: number): Promise<string>;
  open(raw: Json, where?: Partial<HooksFrom>, ports?: Partial<HookPorts>): Hooks;
};

export async function scene(): Promise<Scene> {
  const home = await temporaryHome();
  const path = home.path;
  const ports: HookPorts = {
    run,
    clock: realClock,
    wall: () => 0,
    env: { PATH: process.env["PATH"] ?? "", HOME: path },
    projectDir: path,
    common: () => ({ session_id: "s1", transcript_path: join(path, "log.jsonl"), cwd: path, permission_mode: "default" }),
    files,
    outputs: join(path, "outputs"),
    matchesRule: () => true,
  };
  const opened: Hooks[] = [];
  return {
    path,
    ports,
    async script(name, text, mode = 0o755) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text, { mode });
      return join(path, name);
    },
    open(raw, where = {}, more = {}) {
      const { hooks } = readHooks(raw, {
        group: "settings",
        name: "settings.json",
        kind: "settings",
        file: join(path, "settings.json"),
        ...where,
      });
      const one = openHooks(hooks, { ...ports, ...more });
      opened.push(one);
      return one;
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

export type Fired = { readonly events: readonly Event[]; readonly outcome: HookOutcome; readonly notices: readonly string[] };

export async function fired<E extends HookEvent>(
  hooks: Hooks,
  event: E,
  payload: HookPayloads[E] & Partial<HookCommon>,
  signal: AbortSignal = never,
): Promise<Fired> {
  const events: Event[] = [];
  const source = hooks.fire(event, payload, signal);
  let step = await source.next();
  for (; !step.done; step = await source.next()) events.push(step.value);
  return { events, outcome: step.value, notices: events.flatMap((one) => (one.type === "notice.raised" ? one.text : [])) };
}

/** One command hook for one event. */
export const shell = (command: string, more: Record<string, Json> = {}): Json => ({ type: "command", command, ...more });
export const on = (event: string, ...handlers: readonly Json[]): Json => ({ hooks: { [event]: [{ hooks: [...handlers] }] } });
export const says = (value: Json): Json => shell(`cat >/dev/null; printf '%s' '${JSON.stringify(value).replaceAll("'", `'\\''`)}'`);

export const CALL = { tool_name: "Bash", tool_input: { command: "git push" }, tool_use_id: "t1" } as const;
