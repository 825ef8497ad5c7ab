import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { record, type RecordOptions } from "../src/record/record.ts";
import { replay, type ReplayOptions } from "../src/record/replay.ts";
import type { Reply } from "../src/reply.ts";
import type { Script } from "../src/script.ts";
import type { Simulation } from "../src/serve.ts";
import { simulate, type SimulateOptions } from "../src/simulate.ts";
import { arrived, type Loose } from "./ask.ts";

/** Where recordings are made and played: a folder of its own, and a simulator for the real endpoint. */
export type Studio = AsyncDisposable & {
  readonly file: string;
  /** Runs a client against a recording proxy in front of a simulator. */
  readonly take: <T>(
    script: Script,
    client: (proxy: Simulation) => Promise<T>,
    more?: Partial<RecordOptions>,
    real?: SimulateOptions,
  ) => Promise<T>;
  readonly play: <T>(client: (server: Simulation) => Promise<T>, options?: ReplayOptions) => Promise<T>;
  readonly lines: () => Promise<readonly Loose[]>;
};

export async function studio(): Promise<Studio> {
  const home = await temporaryHome();
  const file = join(home.path, "take.jsonl");
  return {
    file,
    take: async (script, client, more, real) => {
      await using upstream = await simulate(script, real);
      await using proxy = await record({ upstream: upstream.url, file, ...more });
      return await client(proxy);
    },
    play: async (client, options = { pace: "none" }) => {
      await using server = await replay(file, options);
      return await client(server);
    },
    lines: async () =>
      (await readFile(file, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line): Loose => JSON.parse(line)),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

export const says = (text: string): Reply => ({ blocks: [{ text }] });

/** All that a client can see of an answer. */
export async function seen(response: Response): Promise<Loose> {
  const headers = [...response.headers].filter(([name]) => !["connection", "keep-alive", "transfer-encoding"].includes(name));
  return { status: response.status, headers, ...(await arrived(response)) };
}
