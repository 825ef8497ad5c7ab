/**
 * Commands of plugins that watch something beside the session. Rule: each line that one prints is told once, with what comes next for the
 * model; it never holds an end back, and one that talks too much is told so and then falls silent. All it prints stands in a file.
 */
import { tellLines } from "@keelson/tools/servers";
import type { Toolbox } from "../toolbox.ts";
import type { Usable } from "./usable.ts";
import { variablesOf } from "./variables.ts";

/** Of the root's conversation: monitors run beside its commands in the background, and end with them. */
export type MonitorSite = Pick<Toolbox, "processes" | "env" | "spillDir" | "seat">;

const MOST_LINES = 50; // told at once
const MOST_CHARACTERS = 4_000;
const MOST_FLOODS = 3; // tellings in a row that held more, after which it is told no more

type Watch = {
  readonly monitor: Usable<"monitors">;
  readonly lines: string[];
  /** Not told: there were too many. */
  left: number;
  floods: number;
  /** Undefined until it runs. */
  job: { readonly output: { readonly file: string }; kill(): Promise<void> } | undefined;
  silenced: boolean;
};

export class Monitors {
  readonly #all: () => readonly Usable<"monitors">[];
  readonly #projectDir: string;
  readonly #warn: (words: string) => void;
  /** By what each is: one that is declared otherwise is another. */
  readonly #watches = new Map<string, Watch>();
  /** Skills that were started before the monitors were. */
  readonly #skills: string[] = [];
  #site: MonitorSite | undefined;

  constructor(
    all: () => readonly Usable<"monitors">[],
    { projectDir, warn }: { readonly projectDir: string; readonly warn: (words: string) => void },
  ) {
    this.#all = all;
    this.#projectDir = projectDir;
    this.#warn = warn;
  }

  /** Starts those that always run and were never started. */
  async begin(site: MonitorSite): Promise<void> {
    this.#site = site;
    for (const one of this.#all()) if (one.part.when === "always") await this.#start(one);
    for (const skill of this.#skills.splice(0)) await this.invoked(skill);
  }

  /** A skill was started, by its id: `review`, `plugin:review`. */
  async invoked(skill: string): Promise<void> {
    if (!this.#site) return void this.#skills.push(skill);
    for (const one of this.#all()) if (isFor(one, skill)) await this.#start(one);
  }

  /** Ends those that are declared no more; what they printed last is told to nobody. */
  async end(): Promise<void> {
    const declared = new Set(this.#all().map(keyOf));
    for (const [key, { job }] of this.#watches) {
      if (declared.has(key)) continue;
      this.#watches.delete(key);
      await job?.kill();
    }
  }

  /** What they have printed since it was taken the last time, in words. */
  take(): readonly string[] {
    return [...this.#watches.values()].flatMap((watch) => tell(watch) ?? []);
  }

  async #start(monitor: Usable<"monitors">): Promise<void> {
    if (!this.#site || this.#watches.has(keyOf(monitor))) return;
    const why = await this.#run(monitor, this.#site).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (why !== undefined) this.#warn(`The monitor ${monitor.part.name} of ${monitor.plugin} doesn't run. ${why}`);
  }

  /** In words why it couldn't be started. */
  async #run(monitor: Usable<"monitors">, { processes, env, spillDir, seat }: MonitorSite): Promise<string | undefined> {
    const { command } = monitor.part;
    const watch: Watch = { monitor, lines: [], left: 0, floods: 0, job: undefined, silenced: false };
    const key = keyOf(monitor);
    this.#watches.set(key, watch);
    const spec = {
      file: "bash",
      args: ["--noprofile", "--norc", "-c", command],
      cwd: seat.cwd,
      env: { ...env, ...variablesOf({ ...monitor, projectDir: this.#projectDir }) },
    };
    const begin = (signal: AbortSignal) => tellLines(processes.run(spec, signal), (line) => note(watch, line));
    const job = await processes.background.start({ command, timeoutMs: undefined, kind: "monitor" }, spillDir, begin);
    if (typeof job === "string") return job;
    watch.job = job;
    if (this.#watches.get(key) !== watch) await job.kill(); // taken away while it was started
    void job.done.then(() => {
      const { end } = job;
      if (end?.signal === null) note(watch, `[it has ended: ${end.failed ?? `exit code ${end.code}`}]`);
    });
    return undefined;
  }
}

const keyOf = ({ plugin, root, part: { name, command, when } }: Usable<"monitors">): string =>
  JSON.stringify([plugin, root, name, command, when]);

const PREFIX = "on-skill-invoke:";

function isFor({ part, plugin }: Usable<"monitors">, skill: string): boolean {
  if (!part.when.startsWith(PREFIX)) return false;
  const wanted = part.when.slice(PREFIX.length);
  return wanted === skill || `${plugin}:${wanted}` === skill;
}

/** Of many lines the last ones are told. */
function note(watch: Watch, line: string): void {
  watch.lines.push(line);
  if (watch.lines.length <= MOST_LINES) return;
  watch.lines.shift();
  watch.left++;
}

function tell(watch: Watch): string | undefined {
  const { monitor, job } = watch;
  const file = job?.output.file ?? "";
  const lines = watch.lines.splice(0);
  if (lines.length === 0 || watch.silenced) return undefined;
  let room = MOST_CHARACTERS;
  const shown = lines
    .toReversed()
    .filter((line) => (room -= line.length + 1) >= 0)
    .toReversed();
  const left = watch.left + lines.length - shown.length;
  watch.left = 0;
  watch.floods = left > 0 ? watch.floods + 1 : 0;
  watch.silenced = watch.floods >= MOST_FLOODS;
  const { name, description } = monitor.part;
  return [
    `The monitor ${name} of the plugin ${monitor.plugin}${description === undefined ? "" : ` (${description})`} printed:`,
    ...(left > 0 ? [`[${left} earlier lines: ${file}]`] : []),
    ...shown,
    ...(watch.silenced ? [`[It prints more than can be told, and isn't told any more. All of it stands in ${file}.]`] : []),
  ].join("\n");
}
