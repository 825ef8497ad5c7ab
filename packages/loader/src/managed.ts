/** Where an administrator puts settings. Rule: fixed places that only an administrator may write; nothing of the environment moves them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  linux: ["/etc/keel", "/etc/claude-code"],
  darwin: ["/Library/Application Support/Keel", "/Library/Application Support/ClaudeCode"],
  win32: ["C:\\Program Files\\Keel", "C:\\Program Files\\ClaudeCode"],
};

/** Files for `SettingsPlaces.managed`, highest first: in each folder those of `managed-settings.d` from the last name to the first, then the file itself. */
export function managedFiles(
  platform: string,
  folders: readonly string[] = FOLDERS[platform] ?? FOLDERS["linux"] ?? [],
): readonly string[] {
  return folders.flatMap((folder) => {
    const more = join(folder, "managed-settings.d");
    return [
      ...namesIn(more)
        .filter((name) => name.endsWith(".json") && !name.startsWith("."))
        .toSorted()
        .toReversed()
        .map((name) => join(more, name)),
      join(folder, "managed-settings.json"),
    ];
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there, the usual case; one that can't be listed is found by its main file
  }
}
