import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { temporaryHome } from "@keelson/testing";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { simulate, type Script, type SeenRequest } from "@keelson/simulator";
import { converse } from "../src/converse.ts";
import { thisMachine, type Machine } from "../src/machine.ts";
import { readArguments } from "../src/options.ts";

/** Somebody at a terminal: types, waits for words on the screen, and sends signals. */
export type Person = AsyncDisposable & {
  readonly cwd: string;
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly type: (keys: string) => void;
  /** Waits until the words are on the screen, behind those that were waited for before. */
  readonly see: (words: string) => Promise<void>;
  readonly screen: () => string;
  readonly raw: () => string;
  readonly signal: (name: string) => void;
  readonly exits: readonly number[];
  /** What the shell is told in the end. */
  readonly left: Promise<number>;
};

/** Sits down in front of `keel` with a model that plays the replies; `args` stand on the command line. */
export async function sitDown(replies: Script["replies"], args: readonly string[] = [], more: Partial<Machine> = {}): Promise<Person> {
  const home = await temporaryHome();
  const model = await simulate({ replies });
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  await writeFile(join(cwd, "note.txt"), "a short note\n");
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const handlers = new Map<string, () => void>();
  const exits: number[] = [];
  const machine: Machine = {
    ...thisMachine(),
    env: { PATH: process.env["PATH"], ANTHROPIC_BASE_URL: model.url, NO_COLOR: "1" },
    cwd,
    home: home.path,
    keelHome: join(home.path, ".keel"),
    temporary: home.path,
    stdin,
    stdout,
    stderr: new PassThrough(),
    onSignal: (name, act) => {
      handlers.set(name, act);
      return () => void handlers.delete(name);
    },
    exit: (code) => void exits.push(code),
    ...more,
  };
  let raw = "";
  let seen = 0;
  let look = (): void => {};
  stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
    look();
  });
  const asked = readArguments(args, "1.2.3", () => false);
  if (asked.do !== "run") throw new Error(JSON.stringify(asked));
  const left = converse(asked, machine, cwd);
  const screen = (): string => stripVTControlCharacters(raw).replaceAll("\r", "");
  return {
    cwd,
    url: model.url,
    requests: model.requests,
    type: (keys) => void stdin.write(keys),
    screen,
    raw: () => raw,
    signal: (name) => handlers.get(name)?.(),
    exits,
    left,
    see: (words) =>
      new Promise((resolve) => {
        look = () => {
          const at = screen().indexOf(words, seen);
          if (at < 0) return;
          seen = at + words.length;
          look = () => {};
          resolve();
        };
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      stdin.end();
      await left;
      await model[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
