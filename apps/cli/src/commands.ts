import { nearest } from "@keelson/protocol";

/** What can be typed at the prompt beside a prompt. */
export const COMMANDS = {
  "/help": "what can be typed here",
  "/cost": "what this session used so far",
  "/exit": "leave (Ctrl-D, or Ctrl-C twice)",
} as const;
export type Command = keyof typeof COMMANDS;

export type Line =
  | { readonly is: "command"; readonly command: Command }
  | { readonly is: "unknown"; readonly text: string }
  | { readonly is: "prompt" };

/** A lone word behind a slash is a command; a path, or anything longer, is a prompt. */
export function lineOf(words: string): Line {
  const word = words.trim();
  if (!/^\/[\w-]*$/.test(word)) return { is: "prompt" };
  const command = NAMES.find((each) => each === (ALIASES[word] ?? word));
  if (command) return { is: "command", command };
  const meant = nearest(word, NAMES);
  return {
    is: "unknown",
    text: `${word} isn't a command.${meant === undefined ? "" : ` Did you mean ${meant}?`} There are: ${NAMES.join(", ")}.`,
  };
}

const NAMES: readonly Command[] = ["/help", "/cost", "/exit"];
const ALIASES: Readonly<Record<string, Command>> = { "/quit": "/exit", "/": "/help" };
