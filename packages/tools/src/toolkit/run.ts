/** A program, started as the blocks start theirs: in a group of its own that ends with the call, without keys in its environment. */
import { createExcerpt } from "../output/excerpt.ts";
import type { BlockKit } from "../blocks/kit.ts";

/** `timeoutMs`: two minutes unless said. `signal`: the call's. */
export type RunOptions = {
  readonly signal: AbortSignal;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Beside what programs have anyway. */
  readonly env?: Readonly<Record<string, string>>;
};
/** `failed`: it could not be started, and why. Of a long output the head and the tail are kept. */
export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly failed?: string;
};
/** Rejects with the signal's reason, and with nothing else. */
export type Run = (file: string, args: readonly string[], options: RunOptions) => Promise<Ran>;

const TIMEOUT = 120_000; // milliseconds
const MOST = 1024 * 1024; // characters of each stream

export function runner({ run, env, shell }: Pick<BlockKit, "run" | "env" | "shell">): Run {
  return async (file, args, { signal, cwd = shell.cwd, stdin, timeoutMs = TIMEOUT, env: more = {} }) => {
    const spec = { file, args, cwd, env: { ...env, ...more, PWD: cwd }, timeoutMs, ...(stdin !== undefined && { stdin }) };
    const streams = { stdout: stream(), stderr: stream(), report: stream() };
    const source = run(spec, signal);
    let step = await source.next();
    for (; !step.done; step = await source.next()) streams[step.value.from].add(step.value.bytes);
    const { code, timedOut, failed } = step.value;
    return { code, stdout: streams.stdout.words(), stderr: streams.stderr.words(), timedOut, ...(failed !== undefined && { failed }) };
  };
}

function stream() {
  const decoder = new TextDecoder();
  const excerpt = createExcerpt(MOST);
  return {
    add: (bytes: Uint8Array) => excerpt.add(decoder.decode(bytes, { stream: true })),
    words: () => excerpt.show((left) => `\n[… ${left} characters left out]\n`),
  };
}
