/** Bash: one command in a fresh shell that starts where the one before it ended. What is judged is, byte for byte, what runs. */
import * as z from "zod/mini";
import type { Effect, ProcessEnd, Tool, ToolContext, ToolOutput, ToolStep } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { systemText } from "../define/path.ts";
import { failed } from "../define/said.ts";
import { ended } from "../output/ended.ts";
import { createTranscript } from "../output/transcript.ts";
import type { BlockKit } from "./kit.ts";
import { createReport, LONGEST_COMMAND, moveShell, placeOf, wrapped } from "./shell.ts";

const TIMEOUT = 120_000; // milliseconds
const LONGEST_TIMEOUT = 600_000;

const DESCRIPTION = `Runs a command in bash and shows what it prints, its exit code and its folder when that changed.
- The working directory stays from one command to the next; variables and functions don't.
- Nothing can answer a prompt: there is no terminal and stdin is empty. Editors and pagers don't open.
- The command is ended after timeout milliseconds (default 120000, at most 600000).
- A process started with & goes on after the command: send its output to a file.
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
});
type Input = z.infer<typeof input>;

export function bashBlock(kit: BlockKit): Tool {
  return defineTool<Input>({
    name: "Bash",
    description: DESCRIPTION,
    input,
    effects: ({ command }) => [{ do: "shell", text: command, cwd: placeOf(kit).cwd }],
    run: (asked, ctx, judged) => runCommand(kit, asked, ctx, judged),
  });
}

async function* runCommand(kit: BlockKit, asked: Input, ctx: ToolContext, judged: readonly Effect[]): AsyncGenerator<ToolStep, ToolOutput> {
  const place = placeOf(kit);
  const [shell] = judged;
  if (shell?.do !== "shell" || shell.cwd !== place.cwd)
    return failed(`Nothing ran: the shell has moved to ${place.cwd} since this command was judged. Send it again.`);
  const timeoutMs = asked.timeout ?? TIMEOUT;
  const transcript = createTranscript(kit.spillDir, ctx.callId);
  const report = createReport();
  const last: { end?: ProcessEnd } = {};
  try {
    const env = { ...kit.env, PWD: place.cwd }; // so that bash spells the folder as the session does
    const spec = { ...wrapped(asked.command), cwd: place.cwd, env, timeoutMs };
    for await (const chunk of ended(kit.run(spec, ctx.signal), (end) => (last.end = end))) {
      report.add(chunk);
      const words = await transcript.add(chunk);
      if (words !== "") yield { type: "progress", text: words };
    }
  } catch (error) {
    if (!ctx.signal.aborted) throw error; // the user interrupted: what was printed until then is still worth telling
  }
  const { shown, stdout, stderr } = await transcript.finish();
  const how = last.end ? describe(last.end, timeoutMs) : "interrupted by the user";
  const notes = [...(how === undefined ? [] : [how]), ...place.notes, ...(await moveShell(kit, place.cwd, report.read()))];
  const words = [shown.trimEnd() || "(no output)", ...notes.map((note) => `[${note}]`)].join("\n");
  const interrupted = last.end === undefined || last.end.timedOut;
  const data = { stdout, stderr, interrupted, isImage: false, exitCode: last.end?.code ?? null };
  return { content: [{ type: "text", text: words }], isError: how !== undefined, data };
}

/** Undefined when it went well. */
function describe({ code, signal, timedOut, failed: why }: ProcessEnd, timeoutMs: number): string | undefined {
  if (why !== undefined) return why;
  if (timedOut)
    return `ended after its time of ${timeoutMs / 1_000} seconds; give a longer timeout, or start it with & and look at its output later`;
  if (signal !== null) return `ended by the signal ${signal}`;
  return code === 0 ? undefined : `exit code ${code}`;
}
