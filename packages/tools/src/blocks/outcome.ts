/** How a command ended, in words for the model and for people. */
import type { JsonObject, ProcessEnd } from "@keelson/protocol";
import type { Job } from "../background/job.ts";

/** Undefined when it went well. */
export function describeEnd({ code, signal, timedOut, failed: why }: ProcessEnd, timeoutMs: number | undefined): string | undefined {
  if (why !== undefined) return why;
  if (timedOut) return `ended after its time of ${(timeoutMs ?? 0) / 1_000} seconds; give a longer timeout, or run it in the background`;
  if (signal !== null) return `ended by the signal ${signal}`;
  return code === 0 ? undefined : `exit code ${code}`;
}

export type JobState = "running" | "completed" | "failed" | "killed";

export function stateOf({ end }: Pick<Job, "end">): JobState {
  if (!end) return "running";
  if (end.signal !== null) return "killed";
  return end.code === 0 ? "completed" : "failed";
}

export function describeJob(job: Pick<Job, "end" | "timeoutMs">): string {
  return job.end ? (describeEnd(job.end, job.timeoutMs) ?? "exit code 0") : "still running";
}

export function displayOf(job: Job): JsonObject {
  return { kind: "process", id: job.id, command: job.command, state: stateOf(job), exitCode: job.end?.code ?? null, file: job.output.file };
}
