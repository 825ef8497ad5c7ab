/** Monitors in a session: which may run, when they begin, and what the model is told of them. Loaded with the servers; what runs them, later. */
import { text, type Event, type Problem } from "@keelson/protocol";
import type { Site } from "../furnish.ts";
import type { Monitors, MonitorSite } from "./monitors.ts";
import type { Moment } from "./ports.ts";
import type { AllUsable } from "./usable.ts";

type Declared = AllUsable["monitors"];
export type Watching = {
  /** These from now on. */
  readonly renew: (declared: Declared) => Promise<void>;
  readonly news: (at: Moment, site: MonitorSite) => Promise<readonly Event[]>;
  readonly invoked: (skill: string) => void;
};

/** A shell would stumble over `${user_config.…}`, and a value in its place would be read as text of the shell. */
export function sane(monitors: Declared): { readonly good: Declared; readonly problems: readonly Problem[] } {
  const odd = monitors.filter(({ part }) => part.command.includes("${user_config."));
  const problems = odd.map(({ part: { name, file, line } }): Problem => ({
    severity: "warning",
    code: "monitor_options",
    file,
    ...(line !== undefined && { line }),
    text: `The monitor "${name}" has an option of the user in its command, where none is put in; it doesn't run. Let the command read it from a file.`,
  }));
  return { good: monitors.filter((one) => !odd.includes(one)), problems };
}

export function watchingOf({ gathered }: Site, tell: (event: Event) => void): Watching {
  let all: Declared = [];
  const warn = (words: string): void => tell({ type: "notice.raised", severity: "warning", code: "monitor", text: words });
  const open = async (): Promise<Monitors> => {
    const { Monitors: Opened } = await import("./monitors.ts");
    return new Opened(() => all, { projectDir: gathered.folders.cwd, warn });
  };
  let monitors: Promise<Monitors> | undefined;
  return {
    async renew(next) {
      all = next;
      await (await monitors)?.end();
    },
    invoked: (skill) => void (all.length > 0 && (monitors ??= open()).then((one) => one.invoked(skill))),
    async news(at, site) {
      if (at !== "prompt" && all.length > 0) await (await (monitors ??= open())).begin(site); // a reply has come: the first request is behind us
      if (at === "stop") return [];
      const said = (await monitors)?.take() ?? [];
      return said.map((words): Event => ({ type: "context.added", from: "plugin", content: [text(words)] }));
    },
  };
}
