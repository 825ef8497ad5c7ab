/** Sessions as the product opens them: real settings, the real coding plugin, real tools, a real endpoint on loopback. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { text, type Clock, type Envelope, type Message } from "@keelson/protocol";
import { simulate, type Script, type Simulation } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import type { Flags, House, Session } from "../src/house.ts";
import { openSession } from "../src/open.ts";

const CODE = fileURLToPath(new URL("../../../plugins/code", import.meta.url));

export type World = AsyncDisposable & {
  readonly home: string;
  readonly cwd: string;
  readonly server: Simulation;
  open(flags?: Partial<Flags>, more?: Partial<House>, env?: Readonly<Record<string, string>>): Promise<Session>;
};

export async function world(script: Script, files: Readonly<Record<string, string>> = {}): Promise<World> {
  const home = await temporaryHome();
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  const server = await simulate(script);
  const place = {
    cwd,
    home: home.path,
    keelHome: join(home.path, ".keel"),
    env: { PATH: process.env["PATH"] },
    platform: process.platform,
  };
  const clock: Clock = { now: () => performance.now(), random: () => 0.5, sleep: briefly };
  return {
    home: home.path,
    cwd,
    server,
    async open(flags = {}, more = {}, env = {}) {
      const house: House = {
        place: { ...place, env: { ...place.env, ...env } },
        clock,
        wall: () => Date.now(),
        plugins: [CODE],
        version: "test",
        flags: { baseUrl: server.url, ...flags },
        ...more,
      };
      const opening = await openSession(house);
      if (!opening.ok) throw new Error(opening.refusal.text);
      return opening.session;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Waits between tries are cut to a moment; an endpoint's silence and a tool's grace keep their length. */
async function briefly(ms: number, signal: AbortSignal): Promise<void> {
  const real = ms === 250 || ms > 60_000 ? ms : 1;
  await new Promise<void>((done) => {
    if (signal.aborted) return done();
    const timer = setTimeout(end, real);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
  });
}

export async function run(session: Session, prompt: string, signal = new AbortController().signal): Promise<Envelope[]> {
  return await Array.fromAsync(session.run([text(prompt)], signal));
}

export const ended = (envelopes: readonly Envelope[]): string | undefined =>
  envelopes.flatMap(({ event }) => (event.type === "run.ended" ? [event.reason] : []))[0];
export const outcomes = (envelopes: readonly Envelope[]): string[] =>
  envelopes.flatMap(({ event }) => (event.type === "call.completed" ? [event.outcome] : []));
export const requestsIn = ({ requests }: Simulation): Simulation["requests"] => requests.filter(({ path }) => path === "/v1/messages");
export const messagesIn = (server: Simulation, at: number): readonly Message[] =>
  requestsIn(server)[at]?.body["messages"] as unknown as readonly Message[];
export const call = (tool: string, input: object) => ({ tool, input: input as Record<string, string> });
