/** Hooks as users write them: shell lines in the settings of a temporary home. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import type { World } from "./world.ts";

/** Settings of the user's, whose hooks are shell lines by event, or whole handlers. */
export async function hook(w: World, hooks: Readonly<Record<string, string | object>>, more: object = {}): Promise<void> {
  await mkdir(join(w.home, ".keel"), { recursive: true });
  const groups = Object.fromEntries(
    Object.entries(hooks).map(([event, one]) => [event, [{ hooks: [typeof one === "string" ? { type: "command", command: one } : one] }]]),
  );
  await writeFile(join(w.home, ".keel", "settings.json"), JSON.stringify({ hooks: groups, ...more }));
}

/** A hook that prints this. */
export const answer = (object: object): string => `cat > /dev/null; echo '${JSON.stringify(object)}'`;
/** A hook's own field of its event. */
export const say = (event: string, said: object): string => answer({ hookSpecificOutput: { hookEventName: event, ...said } });

/** A hook that keeps what it was told, a line each, in a file of the home. */
export const keep = (w: World, name = "told.jsonl"): string => `cat >> ${join(w.home, name)}; echo >> ${join(w.home, name)}`;
export async function kept(w: World, name = "told.jsonl"): Promise<readonly Record<string, unknown>[]> {
  const lines = (await readFile(join(w.home, name), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const notices = (envelopes: readonly Envelope[]): string[] =>
  envelopes.flatMap(({ event }) => (event.type === "notice.raised" ? [event.text] : []));
