import { Command, InvalidArgumentError } from "commander";
import { address, filled } from "./option-values.ts";

/** The commands beside the conversation, each with a command line of its own. What one does stands in verbs/, and is loaded when it is asked for. */
export const VERBS = ["demo", "doctor", "settings", "simulate", "tools"] as const;
export type Verb = (typeof VERBS)[number];

export type VerbAsked = { readonly do: "demo" } | DoctorAsked | SettingsAsked | SimulateAsked | ToolsAsked;
export type DoctorAsked = { readonly do: "doctor"; readonly json: boolean; readonly baseUrl?: string; readonly settings?: string };
export type ToolsAsked = { readonly do: "tools"; readonly json: boolean; readonly plugins: readonly string[] };
export type SettingsAsked = {
  readonly do: "settings";
  readonly what: { readonly show: "explain"; readonly key: string } | { readonly show: "path" } | { readonly show: "schema" };
  readonly settings?: string;
};
/** Exactly one source of answers. */
export type SimulateAsked = {
  readonly do: "simulate";
  readonly source: Simulated;
  readonly port: number;
  readonly verbose: boolean;
};
export type Simulated =
  | { readonly from: "scenario"; readonly file: string }
  | { readonly from: "record"; readonly url: string; readonly out: string }
  | { readonly from: "replay"; readonly file: string }
  | { readonly from: "planner" };

type Capture = (program: Command) => Command;

export function readVerb(verb: Verb, argv: readonly string[], capture: Capture): VerbAsked {
  return READERS[verb](argv, (name) => capture(new Command(`keel ${name}`).helpOption("-h, --help", "print this")));
}

type Reader = (argv: readonly string[], program: (name: string) => Command) => VerbAsked;
const READERS: Readonly<Record<Verb, Reader>> = {
  demo(argv, program) {
    const about = "A simulated model fixes a failing test with real tools, in a copy in a temporary folder. Needs no key.";
    read(program("demo").description(about), argv);
    return { do: "demo" };
  },
  doctor(argv, program) {
    const doctor = program("doctor")
      .description("Looks at what keel needs on this machine, and says what to do about what is missing.")
      .option("--json", "as one JSON object")
      .option("--base-url <url>", "the endpoint to look at", address)
      .option("--settings <file or json>", "settings that stand above every file", filled);
    const { json = false, ...others } = read(doctor, argv).opts<{ json?: boolean; baseUrl?: string; settings?: string }>();
    return { do: "doctor", json, ...others };
  },
  tools(argv, program) {
    const tools = program("tools")
      .description("The tools that the model is offered: where each comes from, and what it adds to every request.")
      .option("--json", "with their whole schemas")
      .option("--plugin-dir <folders...>", "plugins beside the bundled one");
    const { json = false, pluginDir = [] } = read(tools, argv).opts<{ json?: boolean; pluginDir?: string[] }>();
    return { do: "tools", json, plugins: pluginDir };
  },
  settings: readSettings,
  simulate: readSimulate,
};

function readSettings(argv: readonly string[], program: (name: string) => Command): SettingsAsked {
  let what: SettingsAsked["what"] | undefined;
  const settings = program("settings")
    .description("Where settings come from, and what may stand in them.")
    .option("--settings <file or json>", "settings that stand above every file", filled);
  const sub = (usage: string, about: string): Command => settings.command(usage).description(about).copyInheritedSettings(settings);
  sub("explain <key>", "who sets a key, highest first: permissions.deny, env.PATH").action(
    (key: string) => void (what = { show: "explain", key }),
  );
  sub("path", "the settings files that are read here").action(() => void (what = { show: "path" }));
  sub("schema", "a JSON Schema of the file, for editors").action(() => void (what = { show: "schema" }));
  const nothingAsked = (): never => settings.error("One of these is wanted: explain KEY, path, schema.");
  settings.action(nothingAsked);
  const options = read(settings, argv).opts<{ settings?: string }>();
  if (!what) return nothingAsked();
  return { do: "settings", what, ...options };
}

function readSimulate(argv: readonly string[], program: (name: string) => Command): SimulateAsked {
  const simulate = program("simulate")
    .description("A model without a model: answers the Messages API on loopback until Ctrl-C.")
    .usage("SCENARIO | --replay FILE | --record URL --out FILE | --planner")
    .argument("[scenario]", "a file that says what the model says")
    .option("--record <url>", "passes requests on to a real endpoint, and writes down what comes", address)
    .option("--out <file>", "where --record writes", filled)
    .option("--replay <file>", "plays what was recorded", filled)
    .option("--planner", "does what the prompt says by simple rules")
    .option("--port <n>", "on this port, else a free one", port, 0)
    .option("--verbose", "a line for each request, on stderr");
  const read_ = read(simulate, argv);
  const options = read_.opts<SimulateOptions>();
  const sources: readonly Simulated[] = [
    ...(read_.args[0] === undefined ? [] : [{ from: "scenario" as const, file: read_.args[0] }]),
    ...(options.replay === undefined ? [] : [{ from: "replay" as const, file: options.replay }]),
    ...(options.record === undefined ? [] : [{ from: "record" as const, url: options.record, out: options.out ?? "" }]),
    ...(options.planner ? [{ from: "planner" as const }] : []),
  ];
  const [source] = sources;
  if (!source || sources.length > 1) return simulate.error("One of these is wanted: a scenario file, --replay, --record, --planner.");
  if ((options.record === undefined) !== (options.out === undefined)) return simulate.error("--record and --out go together.");
  return { do: "simulate", source, port: options.port, verbose: options.verbose ?? false };
}
type SimulateOptions = {
  readonly record?: string;
  readonly out?: string;
  readonly replay?: string;
  readonly planner?: boolean;
  readonly port: number;
  readonly verbose?: boolean;
};

const read = (program: Command, argv: readonly string[]): Command => program.parse([...argv], { from: "user" });

function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError("It wants a port, from 0 to 65535.");
}
