import type { ExportFormat } from "@keelson/harness";
import type { Command } from "commander";
import { count, filled, oneOf } from "../../option-values.ts";
import { below, read, type Line } from "./line.ts";

export type SessionAsked =
  | { readonly what: "list"; readonly all: boolean; readonly json: boolean; readonly limit: number }
  | { readonly what: "show"; readonly id: string; readonly json: boolean }
  | { readonly what: "search"; readonly words: string; readonly json: boolean; readonly limit: number }
  | ExportAsked
  | { readonly what: "import"; readonly file: string }
  | { readonly what: "delete"; readonly ids: readonly string[] }
  | { readonly what: "reindex" }
  | AnswerAsked;
/** Without `out` it goes to stdout. `hide`: what looks like a secret is taken out. */
export type ExportAsked = {
  readonly what: "export";
  readonly id: string;
  readonly format: ExportFormat;
  readonly out?: string;
  readonly hide: boolean;
};
/** `goOn`: the words of a command line that takes the run up again; undefined: it isn't. */
export type AnswerAsked = {
  readonly what: "answer";
  readonly id: string;
  readonly ask?: string;
  readonly verdict: Verdict;
  readonly goOn: readonly string[] | undefined;
};
/** `picks`: for a question with options, one for each question: a number, a label, or words. */
export type Verdict =
  | { readonly behavior: "allow"; readonly scope: "once" | "session" | "project" }
  | { readonly behavior: "allow"; readonly scope: "once"; readonly picks: readonly string[] }
  | { readonly behavior: "deny"; readonly message?: string };

const EXPORT_FORMATS: readonly ExportFormat[] = ["jsonl", "md", "html"];
const LISTED = 50;
const FOUND = 20;

/** How each one's command line is read; the order is that of the help. */
const ROWS: readonly Row[] = [
  {
    usage: "list",
    about: "the sessions of this folder, the newest first",
    build: (command, done) =>
      command
        .option("--all", "of every folder")
        .option("--json", "as JSON")
        .option("--limit <n>", "at most so many", count, LISTED)
        .action(({ all = false, json = false, limit }: { all?: boolean; json?: boolean; limit: number }) =>
          done({ what: "list", all, json, limit }),
        ),
  },
  {
    usage: "show <id>",
    about: "what a session is, its open questions, and how it ended",
    build: (command, done) =>
      command.option("--json", "as JSON").action((id: string, { json = false }: { json?: boolean }) => done({ what: "show", id, json })),
  },
  {
    usage: "search <words...>",
    about: "sessions that speak of all the words",
    build: (command, done) =>
      command
        .option("--json", "as JSON")
        .option("--limit <n>", "at most so many", count, FOUND)
        .action((words: string[], { json = false, limit }: { json?: boolean; limit: number }) =>
          done({ what: "search", words: words.join(" "), json, limit }),
        ),
  },
  { usage: "export <id>", about: "the whole session, to read or to take elsewhere", build: buildExport },
  {
    usage: "import <file>",
    about: "a session from keel's own export, or from Claude Code's or Codex's transcript; - is stdin",
    build: (command, done) => command.action((file: string) => done({ what: "import", file })),
  },
  {
    usage: "delete <ids...>",
    about: "sessions, for ever",
    build: (command, done) => command.action((ids: string[]) => done({ what: "delete", ids })),
  },
  {
    usage: "reindex",
    about: "makes the index anew from the logs",
    build: (command, done) => command.action(() => done({ what: "reindex" })),
  },
  { usage: "answer <id> [ask] [-- flags...]", about: "answers a question that a run waits for, and goes on with it", build: buildAnswer },
];
type Row = {
  readonly usage: string;
  readonly about: string;
  readonly build: (command: Command, done: (asked: SessionAsked) => void) => Command;
};

export function readSession(line: Line): SessionAsked {
  let asked: SessionAsked | undefined;
  const session = line.program("The sessions of this machine. An ID may be its beginning, or words of the session.");
  const end = line.argv.indexOf("--");
  const flags = end >= 0 && line.argv[0] === "answer" ? line.argv.slice(end + 1) : [];
  for (const { usage, about, build } of ROWS)
    build(below(session, usage.replace(" [-- flags...]", ""), about), (found) => {
      asked = found.what === "answer" && found.goOn ? { ...found, goOn: flags } : found;
    });
  const names = ROWS.map(({ usage }) => usage.split(" ")[0]).join(", ");
  const nothingAsked = (): never => session.error(`One of these is wanted: ${names}.`);
  session.allowExcessArguments().action(nothingAsked);
  read(session, end >= 0 && line.argv[0] === "answer" ? { ...line, argv: line.argv.slice(0, end) } : line);
  return asked ?? nothingAsked();
}

function buildExport(command: Command, done: (asked: SessionAsked) => void): Command {
  type Options = { format?: ExportFormat; out?: string; redact?: boolean };
  return command
    .option("--format <format>", `${EXPORT_FORMATS.join(", ")}; else what --out ends in, else jsonl`, oneOf(EXPORT_FORMATS))
    .option("--out <file>", "a new file instead of stdout", filled)
    .option("--redact", "take out what looks like a secret (so for md and html)")
    .option("--no-redact", "leave it in (so for jsonl)")
    .action((id: string, { format: named, out, redact }: Options) => {
      const format = named ?? EXPORT_FORMATS.find((each) => out?.endsWith(`.${each}`)) ?? "jsonl";
      done({ what: "export", id, format, hide: redact ?? format !== "jsonl", ...(out !== undefined && { out }) });
    });
}

function buildAnswer(command: Command, done: (asked: SessionAsked) => void): Command {
  type Options = {
    allow?: true;
    deny?: true;
    choose?: readonly string[];
    message?: string;
    session?: true;
    project?: true;
    run: boolean;
  };
  return command
    .option("--allow", "yes, once")
    .option("--deny", "no")
    .option("--choose <answers...>", "one for each question: the option's number, its label, or words of your own")
    .option("--message <words>", "with --deny: what to do instead", filled)
    .option("--session", "with --allow: the same for the rest of the session")
    .option("--project", "with --allow: in this folder, from now on")
    .option("--no-run", "only answer; go on later with keel --resume")
    .addHelpText(
      "after",
      "\nWhat stands behind -- are flags for the run that goes on: keel session answer ID --allow -- --output-format json",
    )
    .action((id: string, ask: string | undefined, options: Options) => {
      const { allow, deny, choose, message, session, project, run } = options;
      const only = (): never =>
        command.error("One of these is wanted: --allow, --deny, --choose. keel session show ID tells what is asked.");
      if ([allow, deny, choose].filter((each) => each !== undefined).length !== 1) return only();
      if (message !== undefined && !deny) return command.error("--message goes with --deny.");
      if ((session ?? project) && !allow) return command.error("--session and --project go with --allow.");
      if (session && project) return command.error("One of these is wanted: --session, --project.");
      const scope = project ? "project" : session ? "session" : "once";
      const verdict: Verdict = deny
        ? { behavior: "deny", ...(message !== undefined && { message }) }
        : choose
          ? { behavior: "allow", scope: "once", picks: choose }
          : { behavior: "allow", scope };
      done({ what: "answer", id, verdict, goOn: run ? [] : undefined, ...(ask !== undefined && { ask }) });
    });
}
