// Which files a tool that looks at a whole folder must leave out: those that a deny or ask rule on reading speaks of.
// Judged as a call of Read would be; what can't be resolved is left out.
import type { Effect, Rule } from "@keelson/protocol";
import { nodeLinks, type Links } from "./path/links.ts";
import { holds, type Placed } from "./path/place.ts";
import { nameRestricts } from "./rule/names.ts";
import type { Reading } from "./rule/reading.ts";
import { groundOf, readingOnce, type Ground } from "./scene.ts";

/** `directories`: the session's additional ones, where rules hold too. `links`: how symbolic links are read, the real disk's by default. */
export type ReadFilterOf = {
  readonly rules: readonly Rule[];
  readonly cwd: string;
  readonly directories?: readonly string[];
  readonly home: string;
  readonly links?: Links;
};
/** True when the file at that absolute path must be left out. */
export type ReadFilter = (path: string) => Promise<boolean>;

/** Remembers each link it meets, so make a new one for each call. */
export function createReadFilter({ rules, cwd, directories = [], home, links = nodeLinks }: ReadFilterOf): ReadFilter {
  const ground = groundOf({ cwd, directories, home }, links);
  const restricting = rules.filter(({ behavior }) => behavior !== "allow");
  let placed: Promise<readonly (readonly Placed[])[] | undefined> | undefined;
  return async (path) => {
    placed ??= placeAll(restricting, ground, readingOnce(links));
    const known = await placed;
    if (known === undefined) return true;
    if (known.length === 0) return false;
    const spelled = await ground.spellToRestrict(path);
    return !spelled.known || known.some((one) => spelled.all.some((real) => holds(one, real, false)));
  };
}

/** Undefined when a rule speaks of every file. */
async function placeAll(
  rules: readonly Rule[],
  ground: Ground,
  read: (rule: Rule) => Reading,
): Promise<readonly (readonly Placed[])[] | undefined> {
  const placed: (readonly Placed[])[] = [];
  for (const rule of rules) {
    const reading = read(rule);
    if (reading.kind === "path" && reading.governs === "reads") placed.push(await ground.placeToRestrict(reading.pattern, rule));
    if ((reading.kind === "tool" || reading.kind === "unread") && namesReading(reading.name)) return undefined;
  }
  return placed;
}

const READS: readonly Effect[] = [{ do: "read", path: "/" }];
const namesReading = (name: string | undefined): boolean =>
  name === undefined || nameRestricts(name, { tool: "Read", call: { effects: READS } });
