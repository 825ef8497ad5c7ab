import type { JsonObject } from "./message.ts";

/** What a plugin directory says about itself. Data: reading one runs nothing. */
export type PluginDecl = {
  /** Of the manifest, else of the folder. */
  readonly name: string;
  readonly root: string;
  readonly format: string;
  readonly version?: string;
  readonly description?: string;
  /** Names of tool blocks to enable (`extensions["dev.keelson"].tools`). */
  readonly tools: readonly string[];
  /** The static part of the system prompt, as text. */
  readonly system?: string;
  /** The manifest as it was read: fields that aren't ours stay. */
  readonly manifest: JsonObject;
};

/** Something in a file that can't be used, and what to do about it. The rest of the file holds. */
export type Problem = { readonly severity: "warning" | "error"; readonly file: string; readonly line?: number; readonly text: string };
export type PluginRead = { readonly plugin: PluginDecl | undefined; readonly problems: readonly Problem[] };
