import { InvalidArgumentError } from "commander";
import { address, filled } from "../../option-values.ts";
import { read, type Line } from "./line.ts";

/** Exactly one source of answers. */
export type SimulateAsked = {
  readonly source: Simulated;
  readonly port: number;
  readonly verbose: boolean;
};
export type Simulated =
  | { readonly from: "scenario"; readonly file: string }
  | { readonly from: "record"; readonly url: string; readonly out: string }
  | { readonly from: "replay"; readonly file: string }
  | { readonly from: "planner" };

type Options = {
  readonly record?: string;
  readonly out?: string;
  readonly replay?: string;
  readonly planner?: boolean;
  readonly port: number;
  readonly verbose?: boolean;
};

export function readSimulate(line: Line): SimulateAsked {
  const simulate = line
    .program("A model without a model: answers the Messages API on loopback until Ctrl-C.")
    .usage("SCENARIO | --replay FILE | --record URL --out FILE | --planner")
    .argument("[scenario]", "a file that says what the model says")
    .option("--record <url>", "passes requests on to a real endpoint, and writes down what comes", address)
    .option("--out <file>", "where --record writes", filled)
    .option("--replay <file>", "plays what was recorded", filled)
    .option("--planner", "does what the prompt says by simple rules")
    .option("--port <n>", "on this port, else a free one", port, 0)
    .option("--verbose", "a line for each request, on stderr");
  const { args } = read(simulate, line);
  const options = simulate.opts<Options>();
  const sources: readonly Simulated[] = [
    ...(args[0] === undefined ? [] : [{ from: "scenario" as const, file: args[0] }]),
    ...(options.replay === undefined ? [] : [{ from: "replay" as const, file: options.replay }]),
    ...(options.record === undefined ? [] : [{ from: "record" as const, url: options.record, out: options.out ?? "" }]),
    ...(options.planner ? [{ from: "planner" as const }] : []),
  ];
  const [source] = sources;
  if (!source || sources.length > 1) return simulate.error("One of these is wanted: a scenario file, --replay, --record, --planner.");
  if ((options.record === undefined) !== (options.out === undefined)) return simulate.error("--record and --out go together.");
  return { source, port: options.port, verbose: options.verbose ?? false };
}

function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError("It wants a port, from 0 to 65535.");
}
