import { nearest } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { boardLines } from "./board-lines.ts";
import { shorten, visible } from "./clean.ts";
import { labelOf, type Crew } from "./crew.ts";
import { rosterLines } from "./crew-lines.ts";
import { shortId } from "./session-words.ts";
import { spentLine } from "./summary.ts";
import type { Tally } from "./tally.ts";

/** What a command can look at. Times in ms; `now` since the epoch. */
export type Situation = {
  readonly session: Pick<Session, "id" | "rename" | "agents" | "board" | "skills" | "works" | "outputStyle" | "reload" | "addFolder">;
  readonly tallies: readonly Tally[];
  readonly crew: Crew;
  readonly ms: number;
  readonly now: number;
};
type Row = { readonly takes?: string; readonly what: string; readonly act: (now: Situation, words: string) => string | Promise<string> };

/** What can be typed at the prompt beside a prompt, also while the model works. */
export const COMMANDS: Readonly<Record<Command, Row>> = {
  "/help": { what: "what can be typed here", act: helpLines },
  "/tasks": { what: "what is to be done, and who does it", act: tasks },
  "/agents": { what: "sub-agents of this session, and the kinds that can be started", act: agents },
  "/cost": { what: "what this session used so far", act: ({ ms, tallies }) => spentLine(ms, tallies) },
  "/output-style": {
    takes: "NAME",
    what: "how it speaks: shows the styles, or chooses one",
    act: ({ session }, words) => styles(session, words),
  },
  "/reload": {
    takes: "now",
    what: "what changed in plugins and settings; now: the model's prompt says it at once",
    act: async ({ session }, words) => await (await import("./reload-lines.ts")).reloadLines(session, words),
  },
  "/add-dir": { takes: "FOLDER", what: "one more folder to work in, for this session", act: addFolder },
  "/title": { takes: "NAME", what: "call this session so", act: title },
  "/resume": { what: "how to go on with another session", act: resume },
  "/exit": { what: "leave (Ctrl-D, or Ctrl-C twice)", act: () => "" },
};
export type Command = "/help" | "/tasks" | "/agents" | "/cost" | "/output-style" | "/reload" | "/add-dir" | "/title" | "/resume" | "/exit";

export type Line =
  | { readonly is: "command"; readonly command: Command; readonly words: string }
  | { readonly is: "unknown"; readonly text: string }
  | { readonly is: "prompt" };

/** A lone word behind a slash is a command, as is one that takes words; a skill of the user's, a path, or anything longer, is a prompt. */
export function lineOf(typed: string, { skills, starts, whyNot }: Pick<Session, "skills" | "starts" | "whyNot">): Line {
  const [, word = "", words = ""] = /^(\/[\w-]*)(?:[ \t]+([^\n]*))?$/.exec(typed.trim()) ?? [];
  if (word === "") return { is: "prompt" };
  const command = NAMES.find((each) => each === (ALIASES[word] ?? word));
  if (command && (words === "" || COMMANDS[command].takes)) return { is: "command", command, words };
  if (words !== "" || starts(word.slice(1))) return { is: "prompt" };
  const why = whyNot(word.slice(1));
  if (why !== undefined) return { is: "unknown", text: why };
  const meant = nearest(word, [...NAMES, ...skills.map(({ name }) => `/${name}`)]);
  return {
    is: "unknown",
    text: `${word} isn't a command.${meant === undefined ? "" : ` Did you mean ${meant}?`} There are: ${NAMES.join(", ")}.${alsoStarted(skills)}`,
  };
}

function alsoStarted(skills: Session["skills"]): string {
  if (skills.length === 0) return "";
  const names = skills.slice(0, MOST_NAMED).map(({ name }) => `/${visible(name)}`);
  const more = skills.length > MOST_NAMED ? ` and ${skills.length - MOST_NAMED} more` : "";
  return ` Skills: ${names.join(", ")}${more}.`;
}

const NAMES: readonly Command[] = [
  "/help",
  "/tasks",
  "/agents",
  "/cost",
  "/output-style",
  "/reload",
  "/add-dir",
  "/title",
  "/resume",
  "/exit",
];
const ALIASES: Readonly<Record<string, Command>> = { "/quit": "/exit", "/": "/help", "/rename": "/title", "/todos": "/tasks" };
const HINTS = `Anything else goes to the model; while it works, it reads that after its next step.
A line that ends in \\ goes on in the next one. Ctrl-C interrupts the model.
A permission: y once, a for this session, p in this folder from now on (p 7d: for seven days), n, or what to do instead.`;

const MOST_SKILLS = 30;
const MOST_NAMED = 10; // in one line
const LONGEST_ABOUT = 90; // characters
const LONGEST_TAKES = 30; // characters

function helpLines({ session }: Situation): string {
  const rows = NAMES.map(
    (name) => [COMMANDS[name].takes === undefined ? name : `${name} ${COMMANDS[name].takes}`, COMMANDS[name].what] as const,
  );
  const skills = session.skills.map(
    ({ name, description, takes = "" }) =>
      [
        `/${visible(name)}${takes === "" ? "" : ` ${shorten(visible(takes), LONGEST_TAKES)}`}`,
        shorten(visible(description), LONGEST_ABOUT),
      ] as const,
  );
  const line = ([name, what]: readonly [string, string]): string => `${name.padEnd(14)}${name.length < 14 ? "" : "  "}${what}`;
  const more = skills.length > MOST_SKILLS ? [`and ${skills.length - MOST_SKILLS} more`] : [];
  return [...rows.map(line), ...skills.slice(0, MOST_SKILLS).map(line), ...more, HINTS].join("\n");
}

function tasks({ session, crew }: Situation): string {
  const whose = (owner: string): string => {
    const member = crew.get(owner.split("/").at(-1) ?? "");
    return member ? visible(labelOf(member)) : visible(owner);
  };
  const lines = boardLines(session.board, whose);
  return lines.length === 0 ? "Nothing is on the list." : lines.join("\n");
}

function agents({ crew, session, now }: Situation): string {
  const kinds = `Kinds: ${session.agents.map(({ name }) => visible(name)).join(", ")}`;
  return [...(crew.size === 0 ? ["No agent was started yet."] : rosterLines(current(crew, session), now)), kinds].join("\n");
}

/** The end of one that was interrupted is told with the next run; it is known before. */
function current(crew: Crew, session: Pick<Session, "works">): Crew {
  const works = new Map(session.works().map((work) => [work.id, work.state()]));
  return new Map(
    [...crew].map(([id, member]) => [id, member.state === "running" ? { ...member, state: works.get(id) ?? member.state } : member]),
  );
}

async function styles(session: Situation["session"], words: string): Promise<string> {
  return (await session.outputStyle(words)).split("\n").map(visible).join("\n");
}

async function addFolder({ session }: Situation, words: string): Promise<string> {
  if (words === "") return "/add-dir FOLDER: which one?";
  return visible((await session.addFolder(words)) ?? `${words} is a folder of this session now.`);
}

function title({ session }: Situation, words: string): string {
  if (words === "") return "/title NAME: what is it to be called?";
  session.rename(words);
  return `It is called ${visible(words)} now.`;
}

function resume({ session }: Situation): string {
  return `keel session list shows the sessions of this folder. Leave with /exit, then: keel --resume ID (or words of it). This one is ${shortId(session.id)}.`;
}
