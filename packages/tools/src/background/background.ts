/** The commands that a session has in the background. They belong to it: none outlives it. */
import { randomBytes } from "node:crypto";
import { createFeed } from "../output/feed.ts";
import { startJob, type Asked, type Begin, type Job } from "./job.ts";

export type Background = {
  /** The job, or why there is none. `folder`: where its output is kept. */
  start(asked: Asked, folder: string, begin: Begin): Promise<Job | string>;
  find(id: string): Job | undefined;
  /** Oldest first; the ones that are over among them, as far as they are remembered. */
  all(): readonly Job[];
  /** Ends them all, and takes no more. */
  close(): Promise<void>;
};

const MOST_RUNNING = 32;
const MOST_REMEMBERED = 100;

export function createBackground(): Background {
  const jobs = new Map<string, Job>();
  let closed = false;
  return {
    async start(asked, folder, begin) {
      if (closed) return "The session ends: nothing is started any more.";
      const running = [...jobs.values()].filter(({ end }) => end === undefined);
      if (running.length >= MOST_RUNNING) return `${MOST_RUNNING} commands run in the background already. End one with KillShell.`;
      const id = `${asked.kind ?? "bash"}_${randomBytes(3).toString("hex")}`;
      const job = await startJob(id, asked, createFeed(folder, id), begin);
      if (closed) await job.kill(); // while its file was made
      jobs.set(id, job);
      const over = [...jobs.values()].filter(({ end }) => end !== undefined);
      for (const old of over.slice(0, Math.max(jobs.size - MOST_REMEMBERED, 0))) jobs.delete(old.id);
      return job;
    },
    find: (id) => jobs.get(id),
    all: () => [...jobs.values()],
    async close() {
      closed = true;
      await Promise.all([...jobs.values()].map((job) => job.kill()));
    },
  };
}
