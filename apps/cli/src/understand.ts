import type { Command } from "commander";
import type { Mode } from "@keelson/protocol";
import type { Flags } from "@keelson/harness";
import type { Asked, Debug } from "./asked.ts";
import { OPTIONAL_PLUGINS } from "./machine.ts";
import type { AskedMode } from "./modes.ts";
import { FLAGS, type FlagRow, type Format, type InputFormat } from "./options.ts";
import { looksLikeRules, splitRules } from "./rule-list.ts";

/** As commander hands them over: what the parsers of FLAGS return. */
type Options = {
  readonly print?: true;
  readonly outputFormat?: Format;
  readonly inputFormat?: InputFormat;
  readonly includePartialMessages?: true;
  readonly forwardSubagentText?: true;
  readonly replayUserMessages?: true;
  readonly permissionPromptTool?: "stdio";
  readonly jsonSchema?: string;
  readonly verbose?: true;
  readonly debug?: string | true;
  readonly debugFile?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly fallbackModel?: readonly string[];
  readonly unattended?: true;
  readonly defer?: true;
  readonly agents?: string;
  readonly coordinator?: boolean;
  readonly forkSession?: true;
  readonly maxTurns?: number;
  readonly maxBudgetUsd?: number;
  readonly permissionMode?: AskedMode;
  readonly dangerouslySkipPermissions?: true;
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly tools?: readonly string[];
  readonly systemPrompt?: string;
  readonly systemPromptFile?: string;
  readonly appendSystemPrompt?: string;
  readonly appendSystemPromptFile?: string;
  readonly addDir?: readonly string[];
  readonly pluginDir?: readonly string[];
  readonly settings?: string;
  readonly trust?: true;
  readonly effort?: string;
  readonly init?: true;
  readonly maintenance?: true;
  readonly sessionId?: string;
  readonly continue?: true;
  readonly resume?: string | true;
  readonly sessionPersistence?: boolean;
  readonly betas?: readonly string[];
  readonly mcpConfig?: readonly string[];
};

/** What a command line that can be read means; or what about it can't be meant. */
export function understand(program: Command, isFolder: (path: string) => boolean, bare: boolean): Asked {
  const options = program.opts<Options>();
  const { taken, left } = sortOut(options, isFolder);
  const asFilter = typeof options.debug === "string" && /\s/.test(options.debug) ? [options.debug] : []; // that was the prompt
  const { outputFormat: format = "text", inputFormat: input = "text", includePartialMessages: partial = false } = options;
  const print = (options.print ?? false) || input === "stream-json"; // a program that drives keel doesn't say -p
  const given = program.options.filter((each) => program.getOptionValueSource(each.attributeName()) === "cli");
  const rows = FLAGS.filter(({ flags }) => given.some((each) => each.flags === flags));
  const prompt = [...asFilter, ...program.args, ...left].join(" ");
  const wrong = wrongTogether({ options, format, input, print, prompt }) ?? unreadableRule(taken) ?? refusedFlag(rows);
  if (wrong !== undefined) return { do: "refuse", text: wrong };
  return {
    do: "run",
    bare,
    print,
    prompt,
    format,
    input,
    partial,
    agentText: options.forwardSubagentText ?? false,
    verbose: options.verbose ?? false,
    replay: options.replayUserMessages ?? false,
    asksHost: options.permissionPromptTool === "stdio",
    asksNobody: options.permissionMode === "dontAsk",
    debug: debugOf(options),
    named: pick(options, ["systemPromptFile", "appendSystemPromptFile", "jsonSchema", "agents"]),
    plugins: options.pluginDir ? taken.pluginDir : [],
    notes: rows.flatMap(({ flags, now }) => (now?.is === "later" ? [`${nameIn(flags)} isn't there yet: ${now.because}.`] : [])),
    flags: flagsOf(options, taken),
  };
}

type Together = {
  readonly options: Options;
  readonly format: Format;
  readonly input: InputFormat;
  readonly print: boolean;
  readonly prompt: string;
};

/** What each flag allows by itself, and no two of them together. */
function wrongTogether({ options, format, input, print, prompt }: Together): string | undefined {
  const streams = input === "stream-json";
  if (options.outputFormat !== undefined && !print) return '--output-format goes with -p: keel -p --output-format json "…"';
  if (streams && format !== "stream-json") return "--input-format stream-json goes with --output-format stream-json";
  if (streams && prompt.trim() !== "") return "With --input-format stream-json prompts come by stdin; none can stand on the command line.";
  if (options.includePartialMessages && format !== "stream-json")
    return "--include-partial-messages goes with -p --output-format stream-json";
  if (options.replayUserMessages && !streams) return "--replay-user-messages goes with --input-format stream-json";
  if (options.permissionPromptTool && !streams) return "--permission-prompt-tool stdio goes with --input-format stream-json";
  if (options.forwardSubagentText && format !== "stream-json") return "--forward-subagent-text goes with -p --output-format stream-json";
  if (options.unattended && !print) return "--unattended goes with -p";
  if (options.defer && !print) return "--defer goes with -p; at a terminal you are asked";
  if (options.defer && options.sessionPersistence === false)
    return "--defer keeps a question in the session; leave out --no-session-persistence";
  return wrongSession(options);
}

function wrongSession({ resume, continue: latest, forkSession, sessionId }: Options): string | undefined {
  const goesOn = resume !== undefined || latest !== undefined;
  if (forkSession && !goesOn) return "--fork-session goes with --continue or --resume";
  if (sessionId !== undefined && goesOn && !forkSession)
    return "--session-id is for a new session; with --continue or --resume it goes with --fork-session";
  return undefined;
}

function unreadableRule({ allowedTools, disallowedTools }: Lists): string | undefined {
  const broken = [...allowedTools, ...disallowedTools].flatMap(splitRules).find((rule) => !looksLikeRules(rule));
  return broken === undefined ? undefined : `This isn't a permission rule: ${broken}. Rules look like Read or "Bash(git log *)".`;
}

function refusedFlag(rows: readonly FlagRow[]): string | undefined {
  const [first] = rows.flatMap(({ flags, now }) => (now?.is === "refused" ? [`${nameIn(flags)} isn't there yet: ${now.because}.`] : []));
  return first;
}

const nameIn = (flags: string): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

/** Lists that take several words, and which words can be theirs; the first was meant for it in any case. */
const LISTS: Readonly<Record<keyof Lists, (word: string, isFolder: (path: string) => boolean) => boolean>> = {
  allowedTools: looksLikeRules,
  disallowedTools: looksLikeRules,
  tools: looksLikeRules,
  addDir: looksLikeFolder,
  pluginDir: (word, isFolder) => looksLikeFolder(word, isFolder) || OPTIONAL_PLUGINS.some((name) => name === word),
  betas: (word) => /^[\w-]*\d[\w-]*$/.test(word),
  mcpConfig: (word) => /^\s*\{|\.json$/.test(word),
};
/** One that is there, or is written as a path. A single word that is neither is a short prompt. */
function looksLikeFolder(word: string, isFolder: (path: string) => boolean): boolean {
  return isFolder(word) || /^\S*[/\\]\S*$/.test(word);
}

type Lists = Readonly<
  Record<"allowedTools" | "disallowedTools" | "tools" | "addDir" | "pluginDir" | "betas" | "mcpConfig", readonly string[]>
>;

/** What isn't a list's own, behind its first word, is the prompt. */
function sortOut(options: Options, isFolder: (path: string) => boolean): { readonly taken: Lists; readonly left: readonly string[] } {
  const sorted = (Object.keys(LISTS) as (keyof Lists)[]).map((name) => {
    const words = options[name] ?? [];
    const stop = words.findIndex((word, at) => at > 0 && !LISTS[name](word, isFolder));
    return { name, taken: stop < 0 ? words : words.slice(0, stop), left: stop < 0 ? [] : words.slice(stop) };
  });
  const taken = Object.fromEntries(sorted.map((each) => [each.name, each.taken])) as Lists;
  return { taken, left: sorted.flatMap(({ left }) => left) };
}

function flagsOf(options: Options, taken: Lists): Flags {
  const mode = modeOf(options);
  const tools = taken.tools.flatMap(splitRules);
  return {
    ...pick(options, [
      "baseUrl",
      "fallbackModel",
      "maxTurns",
      "maxBudgetUsd",
      "systemPrompt",
      "appendSystemPrompt",
      "settings",
      "sessionId",
      "unattended",
      "defer",
      "coordinator",
      "trust",
      "effort",
    ]),
    ...(options.init && { setup: "init" as const }),
    ...(options.maintenance && { setup: "maintenance" as const }),
    ...(options.model !== undefined && options.model !== "default" && { model: options.model }),
    ...(mode && { permissionMode: mode }),
    ...(options.allowedTools && { allowedTools: taken.allowedTools.flatMap(splitRules) }),
    ...(options.disallowedTools && { disallowedTools: taken.disallowedTools.flatMap(splitRules) }),
    ...(options.tools && { tools }),
    ...(options.addDir && { addDirs: taken.addDir }),
    ...((options.continue || options.resume === true) && { resume: "latest" }),
    ...(typeof options.resume === "string" && { resume: { id: options.resume } }),
    ...(options.forkSession && { fork: true }),
    ...(options.sessionPersistence === false && { persist: false }),
  };
}

function modeOf({ permissionMode, dangerouslySkipPermissions }: Options): Mode | undefined {
  if (dangerouslySkipPermissions) return "bypassPermissions";
  return permissionMode === "dontAsk" ? "default" : permissionMode;
}

function debugOf({ debug, debugFile }: Options): Debug | undefined {
  if (debug === undefined && debugFile === undefined) return undefined;
  const kinds = typeof debug === "string" && !/\s/.test(debug) ? debug.split(",").filter((kind) => kind !== "") : [];
  return { kinds, ...(debugFile !== undefined && { file: debugFile }) };
}

/** Only what was given: an option that is absent has no key. */
function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>;
}
