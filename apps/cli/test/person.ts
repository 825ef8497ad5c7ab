import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { SeenRequest } from "@keelson/simulator";
import { converse } from "../src/converse.ts";
import { thisMachine, type Machine } from "../src/machine.ts";
import { readArguments } from "../src/arguments.ts";
import type { Run } from "../src/asked.ts";
import { scene, type Played } from "./keel.ts";

/** Somebody at a terminal: types, waits for words on the screen, and sends signals. Dispose closes the terminal. */
export type Person = AsyncDisposable & {
  readonly cwd: string;
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly type: (keys: string) => void;
  readonly signal: (name: string) => void;
  readonly screen: Screen;
  /** What the shell is told in the end. */
  readonly left: Promise<number>;
};

/** Sits down in front of `keel` with a model that plays the replies; `args` stand on the command line, `files` in the project. */
export async function sitDown(
  replies: Played,
  args: readonly string[] = [],
  env?: Machine["env"],
  files: Readonly<Record<string, string>> = {},
): Promise<Person> {
  const the = await scene(replies);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(the.cwd, file)), { recursive: true });
    await writeFile(join(the.cwd, file), content);
  }
  const person = sitIn(the, args, env);
  return {
    ...person,
    [Symbol.asyncDispose]: async () => {
      await person[Symbol.asyncDispose]();
      await the[Symbol.asyncDispose]();
    },
  };
}

type Place = Pick<Awaited<ReturnType<typeof scene>>, "cwd" | "home" | "model">;

/** The same in a place that is there already, and stays. */
export function sitIn({ cwd, home, model }: Place, args: readonly string[] = [], env?: Machine["env"]): Person {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const screen = new Screen();
  const handlers = new Map<string, () => void>();
  const machine: Machine = {
    ...thisMachine(),
    env: { PATH: process.env["PATH"], NO_COLOR: "1", ...(env ?? { ANTHROPIC_BASE_URL: model.url }) },
    cwd,
    home,
    keelHome: join(home, ".keel"),
    temporary: home,
    stdin,
    hasInput: true,
    stdout: screen.stream,
    stderr: new PassThrough(),
    onSignal: (name, act) => {
      handlers.set(name, act);
      return () => void handlers.delete(name);
    },
  };
  const left = converse(runOf(args), machine, cwd);
  return {
    cwd,
    url: model.url,
    requests: model.requests,
    type: (keys) => void stdin.write(keys),
    signal: (name) => handlers.get(name)?.(),
    screen,
    left,
    [Symbol.asyncDispose]: async () => {
      stdin.end();
      await left;
    },
  };
}

/** What was drawn, from the beginning. */
class Screen {
  readonly stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  raw = "";
  #seen = 0;
  #look = (): void => {};

  constructor() {
    this.stream.setEncoding("utf8").on("data", (text: string) => {
      this.raw += text;
      this.#look();
    });
  }

  get text(): string {
    return stripVTControlCharacters(this.raw).replaceAll("\r", "");
  }

  /** Waits until the words stand there, behind those that were waited for before. */
  see(words: string): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        const at = this.text.indexOf(words, this.#seen);
        if (at < 0) return;
        this.#seen = at + words.length;
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
  }
}

function runOf(args: readonly string[]): Run {
  const asked = readArguments(args, "1.2.3", () => false);
  if (asked.do !== "run") throw new Error(JSON.stringify(asked));
  return asked;
}
