/** What a session has started and goes on beside it, commands and agents alike. */
import { describeJob } from "../blocks/outcome.ts";
import type { Agents, Work } from "../agents/ports.ts";
import type { Background } from "./background.ts";
import type { Job } from "./job.ts";

/** Those that have ended among them, as far as they are remembered. */
export function worksOf(agents: Agents | undefined, background: Background | undefined): readonly Work[] {
  return [...(agents?.all() ?? []), ...(background?.all() ?? []).map(workOf)];
}

const workOf = (job: Job): Work => ({
  id: job.id,
  state: () => (job.end === undefined ? "running" : describeJob(job)),
  output: () => job.output.take().words,
  done: job.done,
  stop: () => job.kill(),
});
