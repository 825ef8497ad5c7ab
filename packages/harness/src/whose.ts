/** Who stands behind a file of settings. */
import type { SettingsSource } from "@keelson/protocol";

export type Whose = "managed" | "user" | "repository";

const PROJECT: readonly string[] = ["keel_local", "claude_local", "keel_project", "claude_project"] satisfies readonly SettingsSource[];

export const isProjects = (source: string): boolean => PROJECT.includes(source);

export const whoseSettings = (source: SettingsSource): Whose =>
  source === "managed" ? "managed" : isProjects(source) ? "repository" : "user";
