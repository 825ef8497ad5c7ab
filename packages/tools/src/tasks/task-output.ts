/** TaskOutput and TaskStop: what goes on in the background, whether a command or an agent. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";
import { worksOf } from "../background/works.ts";

const LONGEST_WAIT = 600_000; // milliseconds
const WAIT = 30_000;
const MOST_SHOWN = 30_000; // characters

const looked = z.object({
  task_id: z.string().check(z.minLength(1), z.describe("The id that Bash or Agent gave")),
  block: z.optional(z.boolean().check(z.describe("Wait until it has ended; true unless said otherwise"))),
  timeout: z.optional(z.int().check(z.gte(0), z.lte(LONGEST_WAIT), z.describe("Milliseconds to wait at most"))),
});
const stopped = z.object({ task_id: z.string().check(z.minLength(1), z.describe("The id that Bash or Agent gave")) });

export function taskOutputBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof looked>>({
    name: "TaskOutput",
    description: "Shows what a background command or agent has come to. Waits for its end unless block is false.",
    input: looked,
    effects: () => [],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run({ task_id: id, block = true, timeout = WAIT }, { signal }) {
      const work = worksIn(kit).find((one) => one.id === id);
      if (!work) return failed(unknownWork(id, kit));
      if (block && work.state() === "running") await Promise.race([work.done, waited(timeout, signal)]);
      const output = work.output();
      const shown = output.length > MOST_SHOWN ? `[the end of ${output.length} characters]\n${output.slice(-MOST_SHOWN)}` : output;
      return said(`${id}: ${work.state()}\n${shown.trim() || "(nothing yet)"}`, { data: { task: { task_id: id, status: work.state() } } });
    },
  });
}

export function taskStopBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof stopped>>({
    name: "TaskStop",
    description: "Ends a background command or agent, with all that it has started.",
    input: stopped,
    effects: () => [], // the session's own: what it did was judged when it started
    readOnly: true,
    replay: "idempotent",
    async *run({ task_id: id }) {
      const work = worksIn(kit).find((one) => one.id === id);
      if (!work) return failed(unknownWork(id, kit));
      const before = work.state();
      if (before !== "running") return said(`${id} had ended before: ${before}.`);
      await work.stop();
      return said(`Ended ${id}.`, { data: { task_id: id } });
    },
  });
}

const worksIn = ({ agents, processes }: BlockKit): ReturnType<typeof worksOf> => worksOf(agents, processes?.background);

function unknownWork(id: string, kit: BlockKit): string {
  const known = worksIn(kit).map((work) => work.id);
  return `Nothing in the background has the id ${id}. ${known.length === 0 ? "There is nothing." : `There are ${known.join(", ")}.`}`;
}

/** Ends early at an abort. */
async function waited(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
  });
}
