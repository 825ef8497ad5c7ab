import { randomUUID } from "node:crypto";
import type { BoundCall, Decision, Rule } from "@keelson/protocol";
import type { FileOutcome, InlineOutcome } from "../skills/render.ts";
import type { Toolbox } from "../toolbox.ts";

/** A call judged with more rules than the session's own, and never asked about. */
export type JudgeCall = (tool: string, call: BoundCall, more: readonly Rule[], signal: AbortSignal) => Promise<Decision>;
export type InlineOf = {
  readonly toolbox: Pick<Toolbox, "tools" | "seat">;
  readonly judge: JudgeCall;
  readonly session: string;
  readonly running: () => AbortSignal;
};

const FILE_LIMIT = 256 * 1024; // bytes of one file that a text asks for

/** What a skill's text runs is an ordinary call of Bash; what isn't allowed is said in its place. */
export async function* runInline(command: string, rules: readonly Rule[], of: InlineOf): AsyncGenerator<never, InlineOutcome> {
  const { toolbox, judge, session, running } = of;
  const bound = toolbox.tools.get("Bash")?.bind({ command }, toolbox.seat.cwd);
  if (!bound?.ok) return { ok: false, output: bound?.error ?? "There is no shell in this session." };
  const signal = running();
  const decision = await judge("Bash", bound.call, rules, signal);
  if (decision.behavior !== "allow") return { ok: false, output: whyNot(decision) };
  const ran = bound.call.run({ callId: `inline_${randomUUID()}`, session, cwd: toolbox.seat.cwd, signal });
  let step = await ran.next();
  while (!step.done) step = await ran.next();
  const { data, content, isError } = step.value;
  const said = content.flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");
  const { stdout, exitCode } = (data ?? {}) as { readonly stdout?: string; readonly exitCode?: number | null };
  return { ok: isError !== true, output: isError ? said : (stdout ?? said), ...(typeof exitCode === "number" && { exitCode }) };
}

/** Nobody is asked for what a text runs: what no rule speaks of can be allowed beforehand. */
const whyNot = ({ stage, reason }: Decision): string =>
  stage === "user"
    ? "no rule allows it, and nobody is asked for what a text runs. Allow it by allowed-tools in its head, or by a rule in your settings"
    : reason.replace(/\.$/, "");

export async function readFileFor(
  path: string,
  { toolbox, judge, running }: InlineOf,
  files: { stat(path: string): Promise<unknown>; read(path: string, limit: number): Promise<{ readonly bytes: Uint8Array }> },
): Promise<FileOutcome> {
  const there = await files.stat(path).catch(() => undefined);
  if (there === undefined) return { ok: false, missing: true, why: "it isn't there" };
  const bound = toolbox.tools.get("Read")?.bind({ file_path: path }, toolbox.seat.cwd);
  if (!bound?.ok) return { ok: false, missing: false, why: "files can't be read in this session" };
  const decision = await judge("Read", bound.call, [], running());
  if (decision.behavior !== "allow") return { ok: false, missing: false, why: decision.reason };
  try {
    return { ok: true, text: new TextDecoder().decode((await files.read(path, FILE_LIMIT)).bytes) };
  } catch (error) {
    return { ok: false, missing: false, why: error instanceof Error ? error.message : String(error) };
  }
}
