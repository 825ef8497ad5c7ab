/** A small RunProcess for tests: a group of its own, ended by an abort, a timeout or a reader that leaves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ProcessChunk, ProcessEnd, RunProcess } from "@keelson/protocol";

export const run: RunProcess = async function* (spec, signal) {
  signal.throwIfAborted();
  const child = spawn(spec.file, spec.args, { cwd: spec.cwd, env: { ...spec.env }, detached: true, stdio: "pipe" });
  const waiting: ProcessChunk[] = [];
  let wake = (): void => {};
  let open = 2;
  let timedOut = false;
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // gone already
    }
  };
  const broken = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(`There is no program "${spec.file}": ${error.message}`);
      wake();
    });
  });
  if (child.pid === undefined) return { code: null, signal: null, timedOut: false, failed: await broken };
  const exit: Promise<readonly [number | null, string | null]> = once(child, "exit").then(([code, name]) => [code, name]);
  void exit.then(() => setTimeout(() => ((open = 0), wake()), 100));
  for (const from of ["stdout", "stderr"] as const) {
    child[from].on("data", (bytes: Uint8Array) => {
      waiting.push({ from, bytes });
      child[from].pause();
      wake();
    });
    child[from].on("close", () => (open--, wake()));
  }
  child.stdin.on("error", () => {}); // a hook may end without reading what it was told
  child.stdin.end(spec.stdin);
  signal.addEventListener("abort", kill, { once: true });
  const timer = setTimeout(() => ((timedOut = true), kill()), spec.timeoutMs ?? 20_000);
  try {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk) {
        yield chunk;
        child[chunk.from === "stdout" ? "stdout" : "stderr"].resume();
      } else if (open <= 0) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    const [code, name] = await exit;
    signal.throwIfAborted();
    return { code, signal: name, timedOut } satisfies ProcessEnd;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
    kill();
  }
};
