/** What a plugin says about a language server, made ready to start. Rule: a field that can't be used costs that field, with a word about it. */
import type { Json, JsonObject, ProcessSpec, ServerDecl } from "@keelson/protocol";
import { basename, isAbsolute, resolve } from "node:path";

/** `languages`: the language of each ending of a name (`.ts`). `startupMs`, `shutdownMs`: for `initialize` and `shutdown`, in milliseconds. */
export type ServerSpec = Pick<ProcessSpec, "file" | "args" | "cwd" | "env"> & {
  readonly name: string;
  readonly overSocket: boolean;
  readonly languages: Readonly<Record<string, string>>;
  readonly initializationOptions: Json;
  readonly settings: Json;
  readonly startupMs: number;
  readonly shutdownMs: number;
  /** After it has ended by itself; 0 where it isn't started again. */
  readonly mostRestarts: number;
  readonly diagnostics: boolean;
};
/** `fill`: puts values in the place of `${…}`. `env`: what the server gets beside its own. */
export type SpecPlace = {
  readonly fill: (words: string) => string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
};

const STARTUP = { usual: 30_000, most: 120_000 } as const;
const SHUTDOWN = { usual: 2_000, most: 10_000 } as const;
const RESTARTS = { usual: 3, most: 100 } as const;

export function readSpec({ name, transport, config }: ServerDecl, { fill, env, cwd }: SpecPlace): ServerSpec {
  const { command, args, env: own, workspaceFolder, restartOnCrash, maxRestarts } = config;
  const folder = typeof workspaceFolder === "string" ? fill(workspaceFolder) : cwd;
  return {
    name,
    overSocket: transport === "socket",
    file: fill(String(command)),
    args: Array.isArray(args) ? args.flatMap((word) => (typeof word === "string" ? [fill(word)] : [])) : [],
    cwd: isAbsolute(folder) ? folder : resolve(cwd, folder),
    env: { ...env, ...Object.fromEntries(textsIn(own).map(([key, value]) => [key, fill(value)])) },
    languages: Object.fromEntries(textsIn(config["extensionToLanguage"]).map(([ending, language]) => [dotted(ending), language])),
    initializationOptions: config["initializationOptions"] ?? null,
    settings: config["settings"] ?? null,
    startupMs: within(config["startupTimeout"], STARTUP),
    shutdownMs: within(config["shutdownTimeout"], SHUTDOWN),
    mostRestarts: restartOnCrash === false ? 0 : within(maxRestarts, RESTARTS),
    diagnostics: config["diagnostics"] !== false,
  };
}

/** The longest ending that fits: `.d.ts` before `.ts`; undefined where none does. */
export function endingOf(path: string, { languages }: Pick<ServerSpec, "languages">): string | undefined {
  const name = basename(path);
  const fit = Object.keys(languages).filter((ending) => name.endsWith(ending));
  return fit.toSorted((a, b) => b.length - a.length)[0];
}

const dotted = (ending: string): string => (ending.startsWith(".") ? ending : `.${ending}`);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function textsIn(value: Json | undefined): readonly (readonly [string, string])[] {
  return isObject(value) ? Object.entries(value).flatMap(([key, one]) => (typeof one === "string" ? [[key, one] as const] : [])) : [];
}

function within(value: Json | undefined, { usual, most }: { readonly usual: number; readonly most: number }): number {
  return typeof value === "number" && value >= 0 ? Math.min(value, most) : usual;
}
