import { MODES, type Json, type Mode } from "@keelson/protocol";
import { InvalidArgumentError, type Command } from "commander";
import { filled, oneOf } from "../../option-values.ts";
import { below, read, type Line } from "./line.ts";

/** `settings`: a file or the JSON itself, above every settings file. `cwd`: as if a session stood there. */
export type ExplainAsked = {
  readonly what: "explain";
  readonly tool: string;
  readonly input: Json;
  readonly settings?: string;
  readonly mode?: Mode;
  readonly cwd?: string;
  readonly json: boolean;
};
export type FileAsked = { readonly what: "test" | "classify"; readonly file: string; readonly json: boolean };
export type ReplayAsked = {
  readonly what: "simulate";
  readonly session: string;
  readonly settings?: string;
  readonly mode?: Mode;
  readonly json: boolean;
};
export type RevokeAsked = { readonly what: "revoke"; readonly rule: string; readonly here: boolean };
export type PermissionsAsked = ExplainAsked | FileAsked | ReplayAsked | RevokeAsked | { readonly what: "list"; readonly json: boolean };

type Row = {
  readonly usage: string;
  readonly about: string;
  readonly build: (command: Command, done: (asked: PermissionsAsked) => void) => Command;
};

/** How each one's command line is read; the order is that of the help. */
const ROWS: readonly Row[] = [
  { usage: "explain", about: "why a call would be allowed, asked about or denied: all seven stages; nothing runs", build: buildExplain },
  {
    usage: "test <cases>",
    about: "a verdict for each case of a JSONL file, each in a world of its own; - is stdin",
    build: (command, done) =>
      command
        .option("--json", '{"id","verdict"} a line')
        .action((file: string, { json = false }: { json?: boolean }) => done({ what: "test", file, json })),
  },
  {
    usage: "classify <commands>",
    about: "what the learned model says of each command of a JSONL file; - is stdin",
    build: (command, done) =>
      command
        .option("--json", '{"id","label","score"} a line')
        .action((file: string, { json = false }: { json?: boolean }) => done({ what: "classify", file, json })),
  },
  {
    usage: "simulate <session>",
    about: "what the rules of now, or others, would change in a session; nothing runs again",
    build: buildSimulate,
  },
  {
    usage: "list",
    about: "the rules that hold here, with their places, and what was allowed for good",
    build: (command, done) =>
      command.option("--json", "as JSON").action(({ json = false }: { json?: boolean }) => done({ what: "list", json })),
  },
  {
    usage: "revoke <rule>",
    about: "takes back what was allowed for good",
    build: (command, done) =>
      command
        .option("--here", "in this folder only")
        .action((rule: string, { here = false }: { here?: boolean }) => done({ what: "revoke", rule, here })),
  },
];

export function readPermissions(line: Line): PermissionsAsked {
  let asked: PermissionsAsked | undefined;
  const permissions = line.program("What may run without a question, and why.");
  for (const { usage, about, build } of ROWS) build(below(permissions, usage, about), (found) => void (asked = found));
  const names = ROWS.map(({ usage }) => usage.split(" ")[0]).join(", ");
  const nothingAsked = (): never => permissions.error(`One of these is wanted: ${names}.`);
  permissions.allowExcessArguments().action(nothingAsked);
  read(permissions, line);
  return asked ?? nothingAsked();
}

type Above = { readonly settings?: string; readonly mode?: Mode };
const above = (command: Command): Command =>
  command
    .option("--settings <file or json>", "settings that stand above every file", filled)
    .option("--mode <mode>", MODES.join(", "), mode);

function buildExplain(command: Command, done: (asked: PermissionsAsked) => void): Command {
  type Options = Above & { tool: string; input: { readonly json: Json }; cwd?: string; json?: boolean };
  return above(
    command
      .requiredOption("--tool <name>", "such as Bash, Read, mcp__server__tool", filled)
      .requiredOption("--input <json>", 'what the tool would be called with, such as {"command":"git push"}', inputJson),
  )
    .option("--cwd <folder>", "as if a session stood there", filled)
    .option("--json", "as one JSON object")
    .action(({ input, json = false, ...others }: Options) => done({ what: "explain", ...others, input: input.json, json }));
}

function buildSimulate(command: Command, done: (asked: PermissionsAsked) => void): Command {
  return above(command)
    .option("--json", "as one JSON object")
    .action((session: string, { json = false, ...others }: Above & { json?: boolean }) =>
      done({ what: "simulate", session, ...others, json }),
    );
}

/** `manual` is another name of `default`. */
const mode = (value: string): Mode => (value === "manual" ? "default" : oneOf(MODES)(value));

/** In a box of its own: JSON's `null` is an input too. */
function inputJson(value: string): { readonly json: Json } {
  try {
    return { json: JSON.parse(value) as Json };
  } catch (error) {
    throw new InvalidArgumentError(`It isn't JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
}
