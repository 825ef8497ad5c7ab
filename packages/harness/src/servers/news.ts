/**
 * What one conversation is told of diagnostics. Rule: each is told once, behind the change that brought it; what was wrong with a file
 * before the conversation changed anything isn't news.
 */
import type { Clock, FileStore } from "@keelson/protocol";
import type { Diagnostic, LanguageServers } from "@keelson/tools/servers";
import { showDiagnostics, type Told } from "./show.ts";
import type { Moment } from "./ports.ts";

export const WAIT_MS = 2_000; // for the diagnostics of what was just changed; what comes later is told later

const MOST_FOLLOWED = 50; // files that are looked at again after each step: commands and people change them too

type Servers = Pick<LanguageServers, "touch" | "before" | "diagnostics" | "settle">;
/** `stat`: of a file store. */
type Ports = { readonly clock: Pick<Clock, "sleep">; readonly files: Pick<FileStore, "stat">; readonly cwd: string };
type Counts = ReadonlyMap<string, number>;

export class DiagnosticsNews {
  readonly #servers: Servers;
  readonly #ports: Ports;
  /** When and how large they were; the last touched at the end. */
  readonly #stamps = new Map<string, string>();
  /** What is known of a file, by what it says: a line that only moved is nothing new. */
  readonly #known = new Map<string, Counts>();
  /** Before anything was written to it. */
  readonly #read = new Set<string>();
  readonly #written = new Set<string>();
  /** How much of the waiting for the last changes is still to be done. */
  #owed: "all" | "before_end" | "none" = "none";

  constructor(servers: Servers, ports: Ports) {
    this.#servers = servers;
    this.#ports = ports;
  }

  async touched(files: readonly string[], written: readonly string[]): Promise<void> {
    for (const file of files) if (!written.includes(file) && !this.#written.has(file)) this.#read.add(file);
    if (written.length > 0) {
      this.#look(); // before the servers hear of the change
      for (const file of written) this.#written.add(file);
      this.#owed = "all";
    }
    for (const file of files) {
      this.#stamps.delete(file);
      this.#stamps.set(file, await this.#stampOf(file));
      await this.#servers.touch(file);
    }
  }

  /** In words; undefined where there is nothing new. Before an end only errors count: the rest can wait for a prompt. */
  async take(at: Moment, signal: AbortSignal): Promise<string | undefined> {
    const moved = await this.#moved();
    if (moved.length > 0) await this.touched(moved, moved);
    if (this.#written.size === 0 && at !== "prompt") {
      this.#look();
      return undefined;
    }
    if ((this.#owed === "all" && at !== "prompt") || (this.#owed === "before_end" && at === "stop")) await this.#wait(at, signal);
    const fresh = this.#fresh();
    if (at === "stop" && !fresh.some(({ severity }) => severity === "error")) return undefined;
    this.#look(true);
    return showDiagnostics(fresh, this.#ports.cwd);
  }

  async #moved(): Promise<readonly string[]> {
    const moved: string[] = [];
    for (const [file, stamp] of [...this.#stamps].slice(-MOST_FOLLOWED)) if ((await this.#stampOf(file)) !== stamp) moved.push(file);
    return moved;
  }

  async #stampOf(file: string): Promise<string> {
    const stat = await this.#ports.files.stat(file).catch(() => undefined); // gone, or out of reach: the server is told so
    return stat ? `${stat.mtimeMs} ${stat.size}` : "";
  }

  async #wait(at: Moment, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const done = new AbortController();
    const both = AbortSignal.any([signal, done.signal]);
    void this.#ports.clock.sleep(WAIT_MS, both).then(() => over.abort());
    await this.#servers.settle(AbortSignal.any([signal, over.signal]));
    this.#owed = over.signal.aborted && at !== "stop" ? "before_end" : "none";
    done.abort();
  }

  /** Takes note of what is there. What is new in a file that was changed stays new, unless it is told. */
  #look(told = false): void {
    for (const [file, diagnostics] of this.#servers.diagnostics())
      if (told || !(this.#known.has(file) || this.#written.has(file) || this.#read.has(file))) this.#known.set(file, countsOf(diagnostics));
  }

  #before(file: string): Counts | undefined {
    const before = this.#read.has(file) ? this.#servers.before(file) : undefined;
    return before && countsOf(before);
  }

  #fresh(): readonly Told[] {
    return [...this.#servers.diagnostics()].flatMap(([file, diagnostics]) => {
      const known = this.#known.get(file) ?? this.#before(file);
      if (!known && !this.#written.has(file)) return [];
      const left = new Map(known);
      return diagnostics.flatMap((one): readonly Told[] => {
        const count = left.get(keyOf(one)) ?? 0;
        left.set(keyOf(one), count - 1);
        return count > 0 || one.severity === "hint" ? [] : [{ ...one, file }];
      });
    });
  }
}

const keyOf = ({ severity, source, code, message }: Diagnostic): string => JSON.stringify([severity, source, code, message]);

function countsOf(diagnostics: readonly Diagnostic[]): Counts {
  const counts = new Map<string, number>();
  for (const one of diagnostics) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}
