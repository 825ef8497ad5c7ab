/**
 * Where each source of settings has its files, who wrote them, and where its `/x` patterns start.
 * Rule: one total table; the order of precedence is SETTINGS_SOURCES.
 */
import { dirname, join, resolve } from "node:path";
import type { Settings, SettingsSource } from "@keelson/protocol";

/** All paths are absolute, `flag` apart. */
export type SettingsPlaces = {
  readonly cwd: string;
  readonly home: string;
  /** Default `~/.keel`. */
  readonly keelHome?: string;
  /** Default `~/.claude`. */
  readonly claudeHome?: string;
  /** What `--settings` says: a path from `cwd`, or the JSON text itself. */
  readonly flag?: string;
  /** Files of the administrator, highest first. */
  readonly managed?: readonly string[];
  readonly builtin?: Settings;
  /** The user trusts the folder `cwd`: its settings hold in full. Default false. */
  readonly trusted?: boolean;
};

/** `owner`: the user or the administrator. `repository`: whoever wrote the folder. `house`: us. */
export type Source = {
  readonly from: "owner" | "repository" | "house";
  readonly files: (places: SettingsPlaces) => readonly string[];
  readonly base: (places: SettingsPlaces, file: string) => string;
};

export const INLINE = "--settings";
export const isInline = (flag: string): boolean => /^\s*\{/.test(flag);
export const keelHome = ({ home, keelHome: moved }: SettingsPlaces): string => moved ?? join(home, ".keel");
const claudeHome = ({ home, claudeHome: moved }: SettingsPlaces): string => moved ?? join(home, ".claude");

const inCwd = ({ cwd }: SettingsPlaces): string => cwd;
/** `<project>/.keel/settings.json` → `<project>`. */
const overFolder = (_: SettingsPlaces, file: string): string => dirname(dirname(file));

export const SOURCES: Readonly<Record<SettingsSource, Source>> = {
  managed: { from: "owner", files: ({ managed = [] }) => managed, base: (_, file) => dirname(file) },
  flag: { from: "owner", files: flagFiles, base: inCwd },
  keel_local: { from: "repository", files: ({ cwd }) => [join(cwd, ".keel/settings.local.json")], base: inCwd },
  claude_local: { from: "repository", files: ({ cwd }) => [join(cwd, ".claude/settings.local.json")], base: inCwd },
  keel_project: { from: "repository", files: ({ cwd }) => [join(cwd, ".keel/settings.json")], base: overFolder },
  claude_project: { from: "repository", files: ({ cwd }) => [join(cwd, ".claude/settings.json")], base: overFolder },
  keel_user: { from: "owner", files: (places) => [join(keelHome(places), "settings.json")], base: keelHome },
  claude_user: { from: "owner", files: (places) => [join(claudeHome(places), "settings.json")], base: claudeHome },
  distribution: { from: "house", files: () => [], base: inCwd },
  builtin: { from: "house", files: () => [], base: inCwd },
};

function flagFiles({ cwd, flag }: SettingsPlaces): readonly string[] {
  if (flag === undefined) return [];
  return [isInline(flag) ? INLINE : resolve(cwd, flag)];
}
