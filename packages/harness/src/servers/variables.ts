/** What a plugin's server or monitor finds in its environment, and in the place of `${…}` in what it declares. */
import { sep } from "node:path";
import type { Usable } from "./usable.ts";

type Place = Pick<Usable<"lspServers">, "root" | "data"> & { readonly projectDir: string };

export const variablesOf = ({ root, data, projectDir }: Place): Readonly<Record<string, string>> => ({
  CLAUDE_PLUGIN_ROOT: root,
  PLUGIN_ROOT: root,
  CLAUDE_PLUGIN_DATA: data,
  PLUGIN_DATA: data,
  CLAUDE_PROJECT_DIR: projectDir,
  KEEL_PROJECT_DIR: projectDir,
});

/** Each word is an argument or a path: nothing reads it as text of a shell. `env`: of the server, for `${HOME}` and its like. */
export function fillWith(variables: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): (words: string) => string {
  return (words) =>
    words.replaceAll(/\$\{([^{}]+)\}/g, (whole, name: string) => {
      if (name === "/") return sep;
      if (Object.hasOwn(variables, name)) return variables[name] ?? whole;
      return (Object.hasOwn(env, name) ? env[name] : undefined) ?? whole;
    });
}
