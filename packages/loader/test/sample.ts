import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json, PluginDecl, PluginRead } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { readPlugin } from "../src/plugin.ts";

export type Files = Readonly<Record<string, Json>>;

export async function write(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content, undefined, 1));
  }
}
/** Reads a directory that holds these files. `said`: its problems, one short line each. */
export async function read(
  files: Files,
  folder = "sample",
): Promise<{ readonly plugin: PluginDecl; readonly said: readonly string[]; readonly read: PluginRead }> {
  await using home = await temporaryHome();
  const root = join(home.path, folder);
  await write(root, { ...files });
  const found = await readPlugin(root);
  assert.ok(found.plugin, JSON.stringify(found.problems));
  const said = found.problems.map(({ severity, code, file, line }) => `${severity} ${code} ${file.slice(root.length + 1)}:${line}`);
  return { plugin: found.plugin, said, read: found };
}
/** A text with a head. */
export const text = (head: string, body = "Do it."): string => `---\n${head}\n---\n${body}\n`;
