/** Why a process could not be started, and what to do about it. Node names the program even when the folder is what's missing. */
import { accessSync, constants, statSync } from "node:fs";
import type { ProcessSpec } from "@keelson/protocol";

type Asked = Pick<ProcessSpec, "file" | "cwd">;

const WORDS: Readonly<Record<string, (spec: Asked) => string>> = {
  ENOENT: ({ file }) => `There is no program "${file}" on this machine. Install it, or see that it is on PATH.`,
  EACCES: ({ file }) => `"${file}" may not be run: look at its permissions.`,
  E2BIG: () => `The command is too long for the system. Write it to a file and run that.`,
  EAGAIN: () => `The system has no room for another process. End some and try again.`,
  ENOMEM: () => `The system has no memory for another process. End some and try again.`,
  EMFILE: () => `Too many files are open for another process. Try again when less is running.`,
};

export function whyNotStarted(error: unknown, spec: Asked): string {
  const folder = whyNoFolder(spec.cwd);
  if (folder !== undefined) return folder;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return WORDS[code]?.(spec) ?? `"${spec.file}" could not be started: ${error instanceof Error ? error.message : String(error)}`;
}

function whyNoFolder(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return `${path} is a file, not a folder to start in.`;
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return `The folder ${path} doesn't exist, or may not be entered.`;
  }
}
