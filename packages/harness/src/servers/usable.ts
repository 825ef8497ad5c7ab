/** Which language servers and monitors may run. Rule: what isn't trusted in its present state is named once, with how to trust it, and doesn't run. */
import { join } from "node:path";
import type { Found } from "@keelson/loader";
import type { PluginParts, Problem } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";

type Kind = "lspServers" | "monitors";
/** `root`: where its programs run from. `data`: where they may keep things. */
export type Usable<K extends Kind> = {
  readonly part: PluginParts[K][number];
  readonly plugin: string;
  readonly root: string;
  readonly data: string;
};
export type AllUsable = {
  readonly lspServers: readonly Usable<"lspServers">[];
  readonly monitors: readonly Usable<"monitors">[];
  readonly held: readonly Problem[];
};

const WORDS: Readonly<Record<Kind, string>> = { lspServers: "language servers", monitors: "monitors" };

export async function findUsable({ catalog: { named }, runnable }: Gathered, keelHome: string): Promise<AllUsable> {
  const held: Problem[] = [];
  const sift = async <K extends Kind>(kind: K, all: Iterable<Found<K>>, partsOf: PartsOf<K>): Promise<readonly Usable<K>[]> => {
    const usable: Usable<K>[] = [];
    for (const [layer, found] of Map.groupBy(all, (one) => one.layer)) {
      const ran = await runnable({ layer });
      const tell = (code: string, text: string): number => held.push({ severity: "warning", code, file: layer.root, text });
      if (!ran.ok) tell("servers_held", `Its ${found.length} ${WORDS[kind]} don't run: ${ran.why}.`);
      if (!ran.ok) continue;
      const names = new Map(found.map(({ part, plugin }) => [part.name, plugin]));
      for (const part of partsOf(ran.parts)) {
        const plugin = names.get(part.name); // another directory's counts in its place where there is none
        if (plugin !== undefined) usable.push({ part, plugin, root: ran.root, data: join(keelHome, "var", "plugin-data", plugin) });
      }
    }
    return usable;
  };
  return {
    lspServers: await sift("lspServers", named.lspServers.values(), ({ lspServers }) => lspServers),
    monitors: await sift("monitors", named.monitors.values(), ({ monitors }) => monitors),
    held,
  };
}

type PartsOf<K extends Kind> = (parts: Pick<PluginParts, Kind>) => readonly PluginParts[K][number][];
