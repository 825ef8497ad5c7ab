/**
 * The language servers of a session, by what they are for. Rule: nothing starts before a file of its is touched; of two servers for one
 * ending the first counts. A server goes on for as long as it is declared as it was.
 */
import { basename } from "node:path";
import type { Diagnostic } from "./diagnostics.ts";
import { Keeper, type KeeperPorts } from "./keeper.ts";
import { endingOf, type ServerSpec } from "./spec.ts";

/** Dispose ends them all. */
export type LanguageServers = AsyncDisposable & {
  /** These from now on: the others are ended at once, and nobody waits for their end before all are. */
  renew(specs: readonly ServerSpec[]): void;
  /** A file was read or changed by the session: its server is told how it is now. Settles when the file was looked at. */
  touch(path: string): Promise<void>;
  /** Files of any kind were written, such as those by which a project is set up: each server that runs is told. */
  wrote(paths: readonly string[]): void;
  /** What was found in a file as it was first touched; undefined where that isn't known. */
  before(path: string): readonly Diagnostic[] | undefined;
  /** By file, of those that the servers have spoken of. */
  diagnostics(): ReadonlyMap<string, readonly Diagnostic[]>;
  /** Are some still to come? */
  readonly waiting: boolean;
  /** Waits until they have come, at most until the signal. */
  settle(signal: AbortSignal): Promise<void>;
  /** The answer to a request of LSP about a file, or in words why there is none. */
  ask(path: string, method: string, params: object, signal: AbortSignal): Promise<{ readonly result: unknown } | string>;
};

export function openLanguageServers(specs: readonly ServerSpec[], ports: KeeperPorts): LanguageServers {
  let keepers: readonly Keeper[] = specs.map((spec) => new Keeper(spec, ports));
  const leaving = new Set<Promise<void>>();
  const leave = async (keeper: Keeper): Promise<void> => {
    const left = keeper[Symbol.asyncDispose]();
    leaving.add(left);
    await left;
    leaving.delete(left);
  };
  const keeperOf = (path: string): Keeper | undefined => {
    const fit = keepers.map((keeper) => ({ keeper, length: endingOf(path, keeper.spec)?.length ?? 0 }));
    const longest = Math.max(0, ...fit.map(({ length }) => length));
    return longest === 0 ? undefined : fit.find(({ length }) => length === longest)?.keeper;
  };
  return {
    renew(next) {
      const before = new Map(keepers.map((keeper) => [JSON.stringify(keeper.spec), keeper]));
      keepers = next.map((spec) => before.get(JSON.stringify(spec)) ?? new Keeper(spec, ports));
      for (const keeper of before.values()) if (!keepers.includes(keeper)) void leave(keeper);
    },
    touch: async (path) => await keeperOf(path)?.touch(path),
    wrote(paths) {
      for (const keeper of keepers) keeper.wrote(paths);
    },
    before: (path) => keeperOf(path)?.before(path),
    diagnostics: () => new Map(keepers.flatMap(({ diagnostics }) => [...diagnostics])),
    get waiting() {
      return keepers.some(({ waiting }) => waiting);
    },
    settle: async (signal) => void (await Promise.all(keepers.map((keeper) => keeper.settle(signal)))),
    async ask(path, method, params, signal) {
      const keeper = keeperOf(path);
      return keeper ? await keeper.ask(path, method, params, signal) : `No language server is for ${basename(path)}.`;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...leaving, ...keepers.map(leave)]);
    },
  };
}
