/** What is another between two readings. Rule: by what they come to, not by when files were written. */
import { difference } from "@keelson/loader";
import type { Problem } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";

export function isSame(before: Gathered, after: Gathered): boolean {
  const { added, removed, changed } = difference(before.catalog, after.catalog);
  if (added.length + removed.length + changed.length > 0) return false;
  return print(before) === print(after);
}

export function isSameSettings(before: Gathered, after: Gathered): boolean {
  return said(before) === said(after);
}

const said = ({ settings, standing, rules }: Gathered): string => JSON.stringify([settings, standing.trusted, rules]);

function print({ settings, standing, rules, folders, hooks, plugins, toolFiles }: Gathered): string {
  const trees = [...(toolFiles?.states ?? [])].map(([root, { tree }]) => [root, tree]);
  const systems = plugins.map(({ root, tools, system }) => [root, tools, system]);
  return JSON.stringify([settings, standing, rules, folders.directories, hooks?.now?.hooks ?? [], systems, trees]);
}

/** Those of `now` that nobody was told of, one line for each file: what is wrong, and that what was there before still holds. */
export function newProblems(before: readonly Problem[], now: readonly Problem[]): readonly Problem[] {
  const known = new Set(before.map(wordsOf));
  const files = Map.groupBy(now, ({ file, text }) => (file === "" ? text : file));
  return [...files.values()].flatMap((problems) => {
    if (problems.every((problem) => known.has(wordsOf(problem)))) return [];
    const kept = problems.find(({ code, file }) => code === "last_good_kept" && file !== "");
    const [cause, ...others] = problems.filter((problem) => problem !== kept);
    if (!cause) return kept ? [kept] : [];
    const also = others.length === 0 ? "" : ` (and ${others.length} more)`;
    return [{ ...cause, text: `${cause.text}${also}${kept && cause !== kept ? " Until then what it held before counts." : ""}` }];
  });
}

const wordsOf = (problem: Problem): string => JSON.stringify(problem);
