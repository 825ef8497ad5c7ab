import type { Command } from "commander";

/** What the reader of a verb's command line is handed: the words behind the verb, and a program that tells instead of leaving. */
export type Line = { readonly argv: readonly string[]; readonly program: (about: string) => Command };

export const read = (program: Command, { argv }: Line): Command => program.parse([...argv], { from: "user" });

/** A command below a verb, such as `keel settings path`. */
export const below = (program: Command, usage: string, about: string): Command =>
  program.command(usage).description(about).helpOption("-h, --help", "print this").copyInheritedSettings(program);
