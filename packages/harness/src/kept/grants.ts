import { join } from "node:path";
import type { Json, Rule } from "@keelson/protocol";
import { keep } from "./kept.ts";

/** What a person allowed for longer than a session, as the rule that they were shown. `folder`: where it holds. Times are ms since the epoch. */
export type Grant = { readonly rule: string; readonly folder: string; readonly granted: number; readonly until?: number };
export type Grants = {
  /** Those that hold now; of one folder when it is given. In words why they can't be read. */
  list(folder?: string): Promise<readonly Grant[] | string>;
  /** In words why they couldn't be kept. */
  add(grants: readonly Grant[]): Promise<string | undefined>;
  /** Takes back a rule, everywhere or in one folder; what was taken back, or in words why not. */
  revoke(rule: string, folder?: string): Promise<readonly Grant[] | string>;
};

/** In `keelHome/var/grants`, the user's own: a repository can't write itself a permission. */
export function openGrants(keelHome: string, now: () => number): Grants {
  const kept = keep<Grant>(join(keelHome, "var", "grants"), { keyOf: ({ rule, folder }) => `${folder}\0${rule}`, parse: grantOf });
  const holds = ({ until }: Grant): boolean => until === undefined || now() < until;
  return {
    async list(folder) {
      const list = await kept.list();
      return typeof list === "string" ? list : list.filter((grant) => holds(grant) && (folder === undefined || grant.folder === folder));
    },
    async add(grants) {
      const said = await Promise.all(grants.map((grant) => kept.put(grant)));
      return said.find((trouble) => trouble !== undefined);
    },
    async revoke(rule, folder) {
      const list = await kept.list();
      if (typeof list === "string") return list;
      const meant = list.filter((one) => one.rule === rule && (folder === undefined || one.folder === folder));
      const said = await Promise.all(meant.map((grant) => kept.drop(grant)));
      return said.find((trouble) => trouble !== undefined) ?? meant;
    },
  };
}

/** As the engine reads it. */
export const ruleOf = ({ rule, folder }: Grant): Rule => ({ text: rule, behavior: "allow", source: "granted", base: folder });

function grantOf(entry: Json): Grant | undefined {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return undefined;
  const { rule, folder, granted, until } = entry as { readonly [key: string]: Json };
  if (typeof rule !== "string" || typeof folder !== "string" || typeof granted !== "number") return undefined;
  if (until !== undefined && typeof until !== "number") return undefined; // an end that can't be read is no leave for ever
  return { rule, folder, granted, ...(until !== undefined && { until }) };
}
