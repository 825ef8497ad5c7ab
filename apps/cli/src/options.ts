import { Command, CommanderError, Option } from "commander";
import { MODES, type Mode } from "@keelson/protocol";
import type { Flags } from "@keelson/harness";
import { ENVIRONMENT } from "./environment.ts";
import { address, amount, count, filled, gather, models, oneOf, sessionId, uuid } from "./option-values.ts";
import { looksLikeRules, splitRules } from "./rule-list.ts";

export const FORMATS = ["text", "json", "stream-json"] as const;
export type Format = (typeof FORMATS)[number];

/** What a command line asks for. `refuse`: one line that says what is wrong with it. */
export type Asked =
  | { readonly do: "show"; readonly text: string }
  | { readonly do: "refuse"; readonly text: string }
  | { readonly do: "demo" }
  | Run;
export type Run = {
  readonly do: "run";
  /** Nothing was said at all. */
  readonly bare: boolean;
  readonly print: boolean;
  readonly prompt: string;
  readonly format: Format;
  readonly partial: boolean;
  readonly verbose: boolean;
  readonly flags: Flags;
};

/** Reads a command line. `isFolder` tells a second folder after `--add-dir` from a prompt. */
export function readArguments(argv: readonly string[], version: string, isFolder: (path: string) => boolean): Asked {
  const demo = argv[0] === "demo"; // only in the first place: `keel -p demo` is a prompt
  const program = demo ? demoProgram() : mainProgram(version);
  let shown = "";
  program.exitOverride().configureOutput({ writeOut: (text) => void (shown += text), writeErr: () => {} });
  try {
    program.parse(demo ? argv.slice(1) : argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { do: "show", text: shown } : { do: "refuse", text: oneLine(error.message) };
  }
  if (demo) return { do: "demo" };
  return understand(program.opts<Options>(), program.args, isFolder, argv.length === 0);
}

/** As commander hands them over: what the parsers below return. */
type Options = {
  readonly print?: true;
  readonly outputFormat?: Format;
  readonly includePartialMessages?: true;
  readonly verbose?: true;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly fallbackModel?: readonly string[];
  readonly maxTurns?: number;
  readonly maxBudgetUsd?: number;
  readonly permissionMode?: Mode;
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly systemPrompt?: string;
  readonly appendSystemPrompt?: string;
  readonly addDir?: readonly string[];
  readonly settings?: string;
  readonly sessionId?: string;
  readonly continue?: true;
  readonly resume?: string | true;
};

function mainProgram(version: string): Command {
  return new Command("keel")
    .description(
      "An agent at your terminal and in your scripts.\nWithout a prompt it opens the conversation; `keel demo` shows it at work without a key.",
    )
    .usage("[options] [prompt…]\n       keel demo")
    .argument("[prompt...]")
    .option("-p, --print", "answer the prompt, print the answer, leave")
    .addOption(new Option("--output-format <format>", `with -p: ${FORMATS.join(", ")}`).argParser(oneOf(FORMATS)))
    .option("--include-partial-messages", "with -p and stream-json: the stream as it comes, too")
    .option("--verbose", "with -p: what the tools do, on stderr")
    .option("--model <model>", "which model", filled)
    .option("--base-url <url>", "another endpoint of the Messages API, such as a local one", address)
    .option("--fallback-model <models>", "models to go on with when this one fails, separated by commas", models)
    .option("--max-turns <n>", "end after so many turns", count)
    .option("--max-budget-usd <amount>", "end before spending more", amount)
    .addOption(new Option("--permission-mode <mode>", MODES.join(", ")).argParser(oneOf(MODES)))
    .option("--allowedTools, --allowed-tools <rules...>", 'rules that allow: "Bash(git log *),Read"', gather)
    .option("--disallowedTools, --disallowed-tools <rules...>", "rules that deny", gather)
    .option("--system-prompt <text>", "in place of the built-in one")
    .option("--append-system-prompt <text>", "behind the built-in one")
    .option("--add-dir <folders...>", "more folders to work in", gather)
    .option("--settings <file or json>", "settings that stand above every file", filled)
    .option("--session-id <uuid>", "the id of the new session", uuid)
    .addOption(new Option("-c, --continue", "go on with the latest session of this folder").conflicts(["resume", "sessionId"]))
    .addOption(
      new Option("-r, --resume [id]", "go on with a session; without an id, the latest").argParser(sessionId).conflicts("sessionId"),
    )
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this")
    .addHelpText("after", `\nEnvironment:\n${ENVIRONMENT.map(({ name, meaning }) => `  ${name.padEnd(22)} ${meaning}`).join("\n")}`);
}

function demoProgram(): Command {
  return new Command("keel demo")
    .description("A simulated model fixes a failing test with real tools, in a copy in a temporary folder. Needs no key.")
    .helpOption("-h, --help", "print this");
}

function understand(options: Options, words: readonly string[], isFolder: (path: string) => boolean, bare: boolean): Asked {
  const allowed = take(options.allowedTools, looksLikeRules);
  const disallowed = take(options.disallowedTools, looksLikeRules);
  const folders = take(options.addDir, (word) => isFolder(word) || !/\s/.test(word));
  const { print = false, outputFormat: format = "text", includePartialMessages: partial = false, verbose = false } = options;
  if (options.outputFormat !== undefined && !print) return refuse('--output-format goes with -p: keel -p --output-format json "…"');
  if (partial && format !== "stream-json") return refuse("--include-partial-messages goes with -p --output-format stream-json");
  const broken = [...allowed.taken, ...disallowed.taken].flatMap(splitRules).find((rule) => !looksLikeRules(rule));
  if (broken !== undefined) return refuse(`This isn't a permission rule: ${broken}. Rules look like Read or "Bash(git log *)".`);
  return {
    do: "run",
    bare,
    print,
    prompt: [...words, ...allowed.left, ...disallowed.left, ...folders.left].join(" "),
    format,
    partial,
    verbose,
    flags: {
      ...pick(options, [
        "model",
        "baseUrl",
        "fallbackModel",
        "maxTurns",
        "maxBudgetUsd",
        "permissionMode",
        "systemPrompt",
        "appendSystemPrompt",
        "settings",
        "sessionId",
      ]),
      ...(options.allowedTools && { allowedTools: allowed.taken.flatMap(splitRules) }),
      ...(options.disallowedTools && { disallowedTools: disallowed.taken.flatMap(splitRules) }),
      ...(options.addDir && { addDirs: folders.taken }),
      ...((options.continue || options.resume === true) && { resume: "latest" }),
      ...(typeof options.resume === "string" && { resume: { id: options.resume } }),
    },
  };
}

/** A list takes words as long as they can be its own; from the first other one on, they are the prompt. The first word was meant for it in any case. */
function take(
  words: readonly string[] | undefined,
  fits: (word: string) => boolean,
): { readonly taken: readonly string[]; readonly left: readonly string[] } {
  if (!words) return { taken: [], left: [] };
  const stop = words.findIndex((word, at) => at > 0 && !fits(word));
  return stop < 0 ? { taken: words, left: [] } : { taken: words.slice(0, stop), left: words.slice(stop) };
}

/** Only what was given: an option that is absent has no key. */
function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>;
}

/** Commander's words begin with `error: ` and put its suggestion on a line of its own. */
function oneLine(message: string): string {
  const words = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  return /^unknown option '-[^']*\s/.test(words)
    ? `${words} (A prompt that begins with a dash goes behind --: keel -p -- "- this")`
    : words;
}

const refuse = (text: string): Asked => ({ do: "refuse", text });
