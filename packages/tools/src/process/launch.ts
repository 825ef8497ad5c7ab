/** Starts a program in a group of its own, or says why it can't be started. Nothing of what it prints is read here. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Readable, Writable } from "node:stream";
import type { ProcessSpec } from "@keelson/protocol";
import type { Confined } from "../sandbox/confine.ts";
import { MARK } from "./group.ts";
import { onPath } from "./on-path.ts";
import { whyNotStarted } from "./refused.ts";

/**
 * `mark`: stands in the environment of all that it starts; see group.ts. `gently`: the mark of those alone that are asked to end before
 * they are ended; without it all are.
 */
export type Launched = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly mark: string;
  readonly gently?: string;
  readonly sandbox?: Sandbox;
};
export type Sandbox = {
  /** False when it could not be made: then the command never began. Known when it is over. */
  began(): Promise<boolean>;
  /** Takes away what was put on the disk for it. */
  leave(): void;
};

type Stdin = "ignore" | "pipe";

/** Or why not. `stdin`: an empty one, or one that is written to when the time has come. */
export async function launch(spec: ProcessSpec, stdin: Stdin): Promise<Launched | string> {
  const mark = [spec.env[MARK], randomUUID()].filter(Boolean).join(":");
  const { confinement } = spec;
  if (!confinement) return start({ ...spec, env: { ...spec.env, [MARK]: mark } }, mark, [stdin, "pipe", "pipe", "pipe"]);
  const gently = `${mark}:${randomUUID()}`;
  const { confine } = await import("../sandbox/confine.ts"); // not before it is needed
  const confined = await confine({ ...spec, confinement }, { all: { [MARK]: mark }, command: { [MARK]: gently } });
  if (typeof confined === "string") return confined;
  const launched = await start(confined, mark, [stdin, "pipe", "pipe", "pipe", "pipe", ...confined.feeds.map(() => "pipe" as const)]);
  if (typeof launched === "string") confined.leave();
  else return { ...launched, gently, sandbox: sandboxOf(launched.child, confined) };
  return launched;
}

type Start = Pick<ProcessSpec, "file" | "args" | "cwd" | "env">;

async function start(what: Start, mark: string, stdio: readonly Stdin[]): Promise<Launched | string> {
  try {
    const child = spawn(onPath(what.file, what.env["PATH"]), what.args, {
      argv0: what.file,
      cwd: what.cwd,
      env: what.env,
      detached: true, // a session of its own: no terminal to ask on, and a group to end
      windowsHide: true,
      stdio: [...stdio],
    });
    const { pid } = child;
    if (pid === undefined) return whyNotStarted(await new Promise((resolve) => child.once("error", resolve)), what);
    child.on("error", () => {}); // a signal that could not be sent
    for (const stream of child.stdio) stream?.on("error", () => {}); // a program may end without reading all
    return { child, pid, mark };
  } catch (error) {
    return whyNotStarted(error, what);
  }
}

const STATUS = 4; // descriptor; the feeds follow
const MOST_STATUS = 4_096; // characters

function sandboxOf(child: ChildProcess, { feeds, leave }: Confined): Sandbox {
  for (const [at, bytes] of feeds.entries()) {
    const feed = child.stdio[STATUS + 1 + at];
    if (feed instanceof Writable) feed.end(bytes);
  }
  const status = child.stdio[STATUS];
  let told = "";
  const closed = new Promise<void>((resolve) => status?.once("close", () => resolve()));
  if (status instanceof Readable) status.on("data", (bytes: Buffer) => void (told = (told + bytes.toString()).slice(0, MOST_STATUS)));
  return {
    leave,
    async began() {
      await closed;
      return told.includes('"exit-code"');
    },
  };
}
