import { resolve } from "node:path";
import { loadScenario, planner, record, replay, simulate, type SeenRequest, type Simulation } from "@keelson/simulator";
import { departure, outputBroken } from "../departure.ts";
import { DONE, FAILED, USAGE } from "../exit.ts";
import type { Machine } from "../machine.ts";
import { outlet } from "../outlet.ts";
import type { SimulateAsked } from "./lines/simulate.ts";

/** `keel simulate`: an endpoint on loopback that plays a scenario or a recording, records another one, or plans by rules; until Ctrl-C. */
export async function simulated({ source, port, verbose }: SimulateAsked, machine: Machine): Promise<number> {
  using leaving = departure(machine);
  const out = outlet(machine.stdout, (error) => leaving.leave(outputBroken(error)));
  const err = outlet(machine.stderr, () => {});
  const opened = await open(source, port, machine);
  if (typeof opened === "string") {
    await err.write(`${opened}\n`);
    return USAGE;
  }
  const { url, requests } = opened;
  await out.write(`${url}\n  keel --base-url ${url}\n  ANTHROPIC_BASE_URL=${url} for other programs\nCtrl-C ends it.\n`);
  let told = 0;
  while (!leaving.signal.aborted) {
    // The server tells nobody when a request comes: it is looked at while somebody wants to see them.
    await machine.clock.sleep(verbose ? LOOK_MS : DAY_MS, leaving.signal);
    for (const request of verbose ? requests.slice(told) : []) await err.write(`${requestLine(request)}\n`);
    told = requests.length;
  }
  const trouble = await opened[Symbol.asyncDispose]().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (trouble !== undefined) await err.write(`${trouble}\n`);
  const why = leaving.reason();
  if (why?.text) await err.write(`${why.text}\n`);
  return trouble !== undefined ? FAILED : why?.code === STOPPED ? DONE : (why?.code ?? DONE);
}

const LOOK_MS = 200;
const DAY_MS = 86_400_000;
/** Ctrl-C is how it ends. */
const STOPPED = 130;

/** In words, why it can't be opened. */
async function open(source: SimulateAsked["source"], port: number, machine: Machine): Promise<Simulation | string> {
  const { cwd = "/", home } = machine;
  try {
    switch (source.from) {
      case "planner":
        return await simulate(planner(), { port });
      case "replay":
        return await replay(resolve(cwd, source.file), { port, home });
      case "record":
        return await record({ upstream: source.url, file: resolve(cwd, source.out), port, home });
      case "scenario": {
        const read = await loadScenario(resolve(cwd, source.file));
        return read.ok ? await simulate(read.scenario, { port }) : read.error;
      }
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function requestLine({ method, path, bytes, body }: SeenRequest): string {
  const model = typeof body["model"] === "string" ? ` model ${body["model"]}` : "";
  const messages = Array.isArray(body["messages"]) ? `, ${body["messages"].length} messages` : "";
  return `${method} ${path}${model}${messages}, ${bytes} bytes`;
}
