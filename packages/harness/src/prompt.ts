import type { PluginDecl } from "@keelson/protocol";
import type { Flags } from "./house.ts";

/** `fixed` is the same for every user, folder and day, so that it can be cached; `live` stands behind the boundary. */
export type SystemPrompt = { readonly fixed: string; readonly live: string };

/** What the live sections are made of. */
export type Surroundings = {
  readonly cwd: string;
  readonly directories: readonly string[];
  readonly platform: string;
  readonly repository: boolean;
  readonly now: number;
  /** What the final answer must be; undefined where anything will do. */
  readonly instruct: string | undefined;
};

const COORDINATOR = `# You coordinate
You change nothing yourself: you plan, hand out and judge. Put the parts on the board (TaskCreate, with what waits for what), start an agent for each part that can begin, several at once where they don't touch the same files, and look at what they bring before you hand out the next. When all is done, say what was done and what wasn't.`;

/** A plugin's text, or the caller's in its place; what the caller appends is live, since it differs from user to user. `more`: of the plugins too, the same for everyone who has them. */
export function composePrompt(
  plugins: readonly PluginDecl[],
  flags: Pick<Flags, "systemPrompt" | "appendSystemPrompt" | "coordinator">,
  around: Surroundings,
  more = "",
): SystemPrompt {
  const fixed = flags.systemPrompt ?? plugins.flatMap(({ system }) => system ?? []).join("\n\n");
  return {
    fixed: [fixed.trim(), flags.coordinator ? COORDINATOR : "", more].filter((part) => part !== "").join("\n\n"),
    live: [describe(around), flags.appendSystemPrompt ?? "", around.instruct ?? ""].filter((part) => part !== "").join("\n\n"),
  };
}

function describe({ cwd, directories, platform, repository, now }: Surroundings): string {
  return [
    "# Where you are",
    `Working folder: ${cwd}`,
    ...(directories.length > 0 ? [`Further folders you may work in: ${directories.join(", ")}`] : []),
    `Git repository: ${repository ? "yes" : "no"}`,
    `Platform: ${platform}`,
    `Today: ${new Date(now).toISOString().slice(0, 10)}`,
  ].join("\n");
}
