/** Sessions whose files change while they run: the real disk, the real watch, real time. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, Envelope, Event } from "@keelson/protocol";
import { requestsIn, type World } from "./world.ts";

/** Time as it passes: a watch needs its moments of quiet. */
export const REAL: Clock = {
  now: () => performance.now(),
  random: () => 0.5,
  async sleep(ms, signal) {
    await new Promise<void>((done) => {
      if (signal.aborted) return done();
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        done();
      }
    });
  },
};

export const skill = (name: string, about = `Does ${name}`): string => `---\nname: ${name}\ndescription: ${about}\n---\nDo ${name}.\n`;

export async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Looks until it holds; `act` before each look. The test's own limit ends what never does. */
export async function until(holds: () => boolean, act: () => Promise<unknown> = async () => {}): Promise<void> {
  for (;;) {
    await act();
    if (holds()) return;
    await new Promise((next) => setTimeout(next, 20));
  }
}

export const changesIn = (envelopes: readonly Envelope[]): readonly Extract<Event, { type: "catalog.changed" }>[] =>
  envelopes.flatMap(({ event }) => (event.type === "catalog.changed" ? [event] : []));

/** What stood before the messages of a request, as bytes. */
export function prefixOf(w: World, at: number): string {
  const { tools, system } = requestsIn(w.server)[at]?.body ?? {};
  return JSON.stringify([tools, system]);
}
