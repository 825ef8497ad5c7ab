/** Bash: one command in a fresh shell that starts where the one before it ended. What is judged is, byte for byte, what runs. */
import * as z from "zod/mini";
import type { Effect, ProcessEnd, ProcessSpec, Tool, ToolContext, ToolOutput, ToolStep } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { ended } from "../output/ended.ts";
import { createTranscript } from "../output/transcript.ts";
import type { BlockKit } from "./kit.ts";
import { describeEnd, displayOf } from "./outcome.ts";
import { background, createReport, foreground, handedTo, LONGEST_COMMAND, moveShell, placeOf, type Report } from "./shell.ts";

const TIMEOUT = 120_000; // milliseconds
const LONGEST_TIMEOUT = 600_000;

const DESCRIPTION = `Runs a command in bash and shows what it prints, its exit code and its folder when that changed.
- The working directory stays from one command to the next; variables and functions don't.
- Nothing can answer a prompt: there is no terminal and stdin is empty. Editors and pagers don't open.
- The command is ended after timeout milliseconds (default 120000, at most 600000).
- run_in_background: returns at once and has no timeout of its own; for servers, watchers and long builds. Look at it with BashOutput, end it with KillShell. It ends with the session.
- To find, read or change files use Glob, Grep, Read, Edit and Write instead.`;

const input = z.object({
  command: systemText("The command").check(
    z.refine(
      (command: string) => Buffer.byteLength(command) <= LONGEST_COMMAND,
      "It is too long for the system: Write it to a file and run that.",
    ),
  ),
  description: z.optional(z.string().check(z.describe("What it does, in a few words for the user"))),
  timeout: z.optional(z.int().check(z.gte(1), z.lte(LONGEST_TIMEOUT), z.describe("Milliseconds"))),
  run_in_background: z.optional(z.boolean()),
});
type Input = z.infer<typeof input>;

export function bashBlock(kit: BlockKit): Tool {
  return defineTool<Input>({
    name: "Bash",
    description: DESCRIPTION,
    input,
    effects: ({ command }) => [{ do: "shell", text: command, cwd: placeOf(kit).cwd }],
    ofCall: (asked) => (onlyReads(kit, asked) ? { readOnly: true, concurrencySafe: true, replay: "safe" } : {}),
    warm: () => kit.processes?.ready(specOf(kit, { cwd: placeOf(kit).cwd })),
    run: (asked, ctx, judged) => runCommand(kit, asked, ctx, judged),
  });
}

/** One in the background goes on beside all that comes, however little it does. */
function onlyReads(kit: BlockKit, { command, run_in_background: background }: Input): boolean {
  return !background && (kit.analyse?.(command, placeOf(kit).cwd).readOnly ?? false);
}

async function* runCommand(kit: BlockKit, asked: Input, ctx: ToolContext, judged: readonly Effect[]): AsyncGenerator<ToolStep, ToolOutput> {
  const place = placeOf(kit);
  const [shell] = judged;
  if (shell?.do !== "shell" || shell.cwd !== place.cwd)
    return failed(`Nothing ran: the shell has moved to ${place.cwd} since this command was judged. Send it again.`);
  if (asked.run_in_background) return startInBackground(kit, asked, place.cwd);
  const timeoutMs = asked.timeout ?? TIMEOUT;
  const transcript = createTranscript(kit.spillDir, ctx.callId);
  const report = createReport();
  const last: { end?: ProcessEnd } = {};
  const spec = { ...specOf(kit, { cwd: place.cwd, command: asked.command }), stdin: handedTo(asked.command), timeoutMs };
  try {
    for await (const chunk of ended(kit.run(spec, ctx.signal), (end) => (last.end = end))) {
      report.add(chunk);
      const words = await transcript.add(chunk);
      if (words !== "") yield { type: "progress", text: words };
    }
  } catch (error) {
    if (!ctx.signal.aborted) throw error; // the user interrupted: what was printed until then is still worth telling
  }
  const { shown, stdout, stderr } = await transcript.finish();
  const how = last.end ? describeEnd(last.end, timeoutMs) : "interrupted by the user";
  const told = report.read();
  const confined = spec.confinement ? afterSandbox(told, how === undefined ? "" : stderr) : [];
  const moved = await moveShell(kit, place.cwd, spec.confinement ? { ...told, jobs: [] } : told);
  const notes = [...(how === undefined ? [] : [how]), ...confined, ...place.notes, ...moved];
  const words = [shown.trimEnd() || "(no output)", ...notes.map((note) => `[${note}]`)].join("\n");
  const interrupted = last.end === undefined || last.end.timedOut;
  const data = { stdout, stderr, interrupted, isImage: false, exitCode: last.end?.code ?? null };
  return { content: [{ type: "text", text: words }], isError: how !== undefined, data };
}

async function startInBackground(kit: BlockKit, { command, timeout }: Input, cwd: string): Promise<ToolOutput> {
  if (!kit.processes) return failed("Nothing ran: no command can go on in the background here. Run it without run_in_background.");
  const spec: ProcessSpec = { ...specOf(kit, { cwd, command }), ...background, stdin: handedTo(command) };
  const limited = timeout === undefined ? spec : { ...spec, timeoutMs: timeout };
  const job = await kit.processes.background.start({ command, timeoutMs: timeout }, kit.spillDir, (signal) => kit.run(limited, signal));
  if (typeof job === "string") return failed(`Nothing ran. ${job}`);
  const data = { stdout: "", stderr: "", interrupted: false, isImage: false, backgroundTaskId: job.id };
  return said(`Started in the background as ${job.id}. What it prints goes to ${job.output.file}.`, { data, display: displayOf(job) });
}

function specOf({ env, confine }: BlockKit, asked: { readonly command?: string; readonly cwd: string }): ProcessSpec {
  const { cwd } = asked;
  const confinement = confine?.(asked);
  return { ...foreground, cwd, env: { ...env, PWD: cwd }, ...(confinement && { confinement }) }; // PWD: so that bash spells the folder as the session does
}

/** What a sandbox has refused, as programs put it. */
const REFUSED =
  /Read-only file system|Permission denied|Operation not permitted|Device or resource busy|Could not resolve|unreachable|403/i;

/** `complaint`: what it said, where it failed. Nothing outlives a sandbox, so no job of it still runs. */
function afterSandbox({ jobs }: Report, complaint: string): readonly string[] {
  const refused = "it ran in a sandbox, which may be why: it can't write to other places, see hidden files, or speak to other hosts";
  const over = `its jobs in the background (${jobs.length}) were ended with it, since it ran in a sandbox: use run_in_background`;
  return [...(REFUSED.test(complaint) ? [refused] : []), ...(jobs.length === 0 ? [] : [over])];
}
