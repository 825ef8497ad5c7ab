import { answer, openHouse } from "./routes.ts";
import type { Script } from "./script.ts";
import { machineClock, serve, type ServeOptions, type Simulation } from "./serve.ts";

export type SimulateOptions = ServeOptions & {
  /** What `{{name}}` stands for in the replies. */
  readonly variables?: Readonly<Record<string, string>>;
};

/** Starts a Messages API server on the loopback interface that plays a script. Rejects when the port is taken. */
export async function simulate(script: Script, options: SimulateOptions = {}): Promise<Simulation> {
  const { variables = {}, clock = machineClock } = options;
  const house = openHouse(script, variables, clock);
  return serve(({ seen, requestId }) => answer(seen, requestId, house), options);
}
