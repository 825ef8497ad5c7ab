import { Command, Option } from "commander";
import type { Asked } from "./asked.ts";
import { ENVIRONMENT } from "./environment.ts";
import { FLAGS, type FlagRow } from "./options.ts";
import { parsed } from "./parsed.ts";
import { understand } from "./understand.ts";
import { VERBS } from "./verbs.ts";

/** Reads a command line. `isFolder` tells a second folder after `--add-dir` from a prompt. */
export function readArguments(argv: readonly string[], version: string, isFolder: (path: string) => boolean): Asked {
  const verb = VERBS.find((each) => each === argv[0]); // only in the first place: `keel -p demo` is a prompt
  if (verb) return { do: "verb", verb, argv: argv.slice(1) };
  const end = argv.indexOf("--");
  const words = argv.map((word, at) => (end >= 0 && at > end ? word : dashed(word)));
  const read = (rows: readonly FlagRow[]): Asked =>
    parsed((capture) => understand(capture(mainProgram(version, rows)).parse(words, { from: "user" }), isFolder, argv.length === 0));
  const asked = read(FLAGS.filter(({ flags }) => namesIn(flags).some((name) => words.some((word) => word.split("=")[0] === name))));
  return asked.do === "run" ? asked : read(FLAGS); // what is wrong is said with every flag in view; a plain start doesn't pay for them
}

function mainProgram(version: string, rows: readonly FlagRow[]): Command {
  const program = new Command("keel")
    .description(
      "An agent at your terminal and in your scripts.\nWithout a prompt it opens the conversation; `keel demo` shows it at work without a key.",
    )
    .usage(`[options] [prompt…]\n       keel ${VERBS.join("|")} [--help]`)
    .argument("[prompt...]");
  for (const row of rows) program.addOption(optionOf(row));
  program.version(version, "-v, --version", "print the version").helpOption("-h, --help", "print this");
  return rows === FLAGS ? explained(program) : program;
}

function explained(program: Command): Command {
  const accepted = FLAGS.filter(({ now }) => now && now.is !== "refused").map(({ flags }) => flags.split(" ")[0] ?? "");
  return program
    .addHelpText("after", `\nTaken from programs that give them, and without effect yet: ${accepted.join(" ")}`)
    .addHelpText("after", `\nEnvironment:\n${ENVIRONMENT.map(({ name, meaning }) => `  ${name.padEnd(22)} ${meaning}`).join("\n")}`);
}

function optionOf({ flags, what, parse, not = [], now }: FlagRow): Option {
  const option = new Option(flags, what).conflicts([...not]);
  if (now) option.hideHelp();
  return parse ? option.argParser(parse) : option;
}

/** `--outputFormat` is `--output-format`. */
function dashed(word: string): string {
  const name = /^--[a-z]+(?:[A-Z][a-z]+)+(?==|$)/.exec(word)?.[0];
  if (name === undefined) return word;
  const other = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return LONG.includes(other) ? other + word.slice(name.length) : word;
}
const namesIn = (flags: string): readonly string[] => flags.match(/(?<![\w-])--?[\w-]+/g) ?? [];
const LONG = FLAGS.flatMap(({ flags }) => namesIn(flags).filter((name) => name.startsWith("--")));
