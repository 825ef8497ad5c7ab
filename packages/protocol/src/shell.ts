import type { Effect } from "./tool.ts";

/**
 * What a command for the shell does, as far as its text tells. `readOnly`: it changes nothing, starts no program that could, and
 * stays in its folder, so that it may run beside others. `effects`: files and hosts by name; `unknown` where the text doesn't tell.
 */
export type ShellFacts = { readonly readOnly: boolean; readonly effects: readonly Effect[] };

/** `text`: the exact bytes that bash is given. `cwd`: where it starts. Never throws. One implementation, in permissions; others are handed it. */
export type AnalyseShell = (text: string, cwd: string) => ShellFacts;
