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

/** A plugin's text, or the caller's in its place; what the caller appends is live, since it differs from user to user. */
export function composePrompt(
  plugins: readonly PluginDecl[],
  flags: Pick<Flags, "systemPrompt" | "appendSystemPrompt">,
  around: Surroundings,
): SystemPrompt {
  const fixed = flags.systemPrompt ?? plugins.flatMap(({ system }) => system ?? []).join("\n\n");
  return {
    fixed: fixed.trim(),
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
