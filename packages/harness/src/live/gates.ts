/** Hooks that are asked, or told, when files change. Rule: a change that one holds back doesn't count; an administrator's always does. */
import { existsSync } from "node:fs";
import { difference, type Catalog, type SettingsMemory } from "@keelson/loader";
import type { Event, HookPayloads, SettingsSource } from "@keelson/protocol";
import type { Hooking } from "../hooking/hooking.ts";

/** As hooks call the sources; what stands in none of these files never changes. */
const SOURCES: Readonly<Record<SettingsSource, string>> = {
  managed: "policy_settings",
  flag: "user_settings",
  keel_local: "local_settings",
  claude_local: "local_settings",
  keel_project: "project_settings",
  claude_project: "project_settings",
  keel_user: "user_settings",
  claude_user: "user_settings",
  distribution: "policy_settings",
  builtin: "policy_settings",
};
type SettingsFile = { readonly source: SettingsSource; readonly file: string };
export type Gate = { readonly hooking: Hooking | undefined; readonly signal: AbortSignal };

/** Those that are held back are noted in the memory, until they change again. */
export async function gateSettings(files: readonly SettingsFile[], { held }: SettingsMemory, gate: Gate): Promise<readonly Event[]> {
  const said: Event[] = [];
  for (const { source, file } of files) {
    held.delete(file);
    const why = await refusal({ source: SOURCES[source], file_path: file }, gate);
    if (why === undefined) continue;
    held.add(file);
    said.push(heldBack(`What changed in ${file} doesn't count. ${why}`));
  }
  return said;
}

/** A change of skills and commands as a whole. */
export async function gateSkills(before: Catalog, after: Catalog, gate: Gate): Promise<Event | undefined> {
  if (!gate.hooking?.hears("ConfigChange")) return undefined;
  const { added, removed, changed } = difference(before, after);
  const skills = [...added, ...changed, ...removed].filter(({ kind }) => kind === "skills" || kind === "commands");
  const [first] = skills;
  if (!first) return undefined;
  const found = [after, before].flatMap(({ named }) => named.skills.get(first.id) ?? named.commands.get(first.id) ?? [])[0];
  const only = skills.length === 1 && found ? { file_path: found.part.file } : {};
  const why = await refusal({ source: "skills", ...only }, gate);
  return why === undefined ? undefined : heldBack(`What changed in the plugin directories doesn't count. ${why}`);
}

/** In words why the change is held back. */
async function refusal(payload: HookPayloads["ConfigChange"], { hooking, signal }: Gate): Promise<string | undefined> {
  const outcome = await hooking?.fire("ConfigChange", payload, signal);
  if (payload.source === "policy_settings") return undefined;
  if (outcome?.stop) return outcome.stop.reason;
  return outcome?.decision?.behavior === "deny" ? `${outcome.decision.by.name}: ${outcome.decision.reason}` : undefined;
}

const heldBack = (text: string): Event => ({ type: "notice.raised", severity: "warning", code: "change_held_back", text });

/** Which of the files that hooks wait for are there. */
export class WaitedFor {
  readonly #there = new Map<string, boolean>();

  /** Named for the first time, a file is taken for what it is now. */
  name(files: readonly string[]): readonly string[] {
    for (const file of files) if (!this.#there.has(file)) this.#there.set(file, existsSync(file));
    return files;
  }

  async tell(files: readonly string[], { hooking, signal }: Gate): Promise<void> {
    for (const file of files) {
      const before = this.#there.get(file);
      if (before === undefined) continue;
      const now = existsSync(file);
      this.#there.set(file, now);
      if (before || now)
        await hooking?.fire("FileChanged", { file_path: file, event: now ? (before ? "change" : "add") : "unlink" }, signal);
    }
  }
}

export function tellFolders(
  [before, after]: readonly [readonly string[], readonly string[]],
  source: HookPayloads["DirectoryAdded"]["source"],
  { hooking, signal }: Gate,
): void {
  for (const directory of after) if (!before.includes(directory)) hooking?.observe("DirectoryAdded", { directory, source }, signal);
}
