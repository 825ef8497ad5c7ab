/** Starts a program in a group of its own, or says why it can't be started. Nothing of it is read here. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { ProcessSpec } from "@keelson/protocol";
import { MARK } from "./group.ts";
import { whyNotStarted } from "./refused.ts";

/** `mark`: stands in the environment of all that it starts; see group.ts. */
export type Launched = { readonly child: ChildProcess; readonly pid: number; readonly mark: string };

/** At once; or, in the end, why not. `stdin`: an empty one, or one that is written to when the time has come. */
export function launch(spec: ProcessSpec, stdin: "ignore" | "pipe"): Launched | Promise<string> {
  const mark = [spec.env[MARK], randomUUID()].filter(Boolean).join(":");
  try {
    const child = spawn(spec.file, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env, [MARK]: mark },
      detached: true, // a session of its own: no terminal to ask on, and a group to end
      windowsHide: true,
      stdio: [stdin, "pipe", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) return refused(child, spec);
    child.on("error", () => {}); // a signal that could not be sent
    for (const stream of child.stdio) stream?.on("error", () => {}); // a program may end without reading all
    return { child, pid, mark };
  } catch (error) {
    return Promise.resolve(whyNotStarted(error, spec));
  }
}

async function refused(child: ChildProcess, spec: ProcessSpec): Promise<string> {
  return whyNotStarted(await new Promise((resolve) => child.once("error", resolve)), spec);
}
