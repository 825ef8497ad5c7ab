/**
 * What code of plugins does to the process beside its calls. Rule: a promise that nobody waits for, or an error in a timer, is told in one
 * line and ends nothing; what it prints goes where no program takes it for ours; a mistake of our own ends the process as it would anyway.
 */
import { Console } from "node:console";
import type { House } from "@keelson/harness";

/** Listens from the first directory on whose code is run here. */
export function holdStray(): NonNullable<House["runsCode"]> {
  const folders = new Map<string, string>();
  return (root, file) => {
    if (folders.size === 0) {
      globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
      for (const event of ["unhandledRejection", "uncaughtException"] as const) process.on(event, (error) => tell(error, folders));
    }
    folders.set(root, file);
  };
}

function tell(error: unknown, folders: ReadonlyMap<string, string>): void {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const from = [...folders].find(([root]) => stack.includes(root))?.[1];
  if (from === undefined && stack !== "") {
    process.stderr.write(`${stack}\n`);
    process.exit(1);
  }
  const words = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
  process.stderr.write(`A tool of ${from ?? "a tool file"} failed beside its call, and the session goes on: ${words}\n`);
}
