/** Trust at the terminal: what a folder brings is shown once, before the session, and a person says whether it counts. Rule: no answer is a no. */
import { relative } from "node:path";
import { inspectTrust, type Flags, type FolderView } from "@keelson/harness";
import { exact } from "./clean.ts";
import type { Talk } from "./converse.ts";
import { houseOf } from "./house.ts";
import { tilde } from "./session-words.ts";
import { askTrees } from "./tree-question.ts";

/** The flags as the person's answer makes them; undefined when they left. Asks nothing where nothing is brought, or it was agreed to. */
export async function askTrust(flags: Flags, talk: Talk, cwd: string): Promise<Flags | undefined> {
  if (talk.run.asksNobody) return flags;
  const { place } = houseOf(talk.machine, cwd, { flags });
  const { inspectFolder } = await inspectTrust();
  const view = await inspectFolder(place);
  const counts = flags.trust ?? (view.trusted || (view.brings.length > 0 ? await askFolder(view, talk) : undefined));
  if (counts === "left") return undefined;
  const trusted = counts === true || counts === "session";
  const trees = [...(trusted && flags.trust !== false ? view.unmet : []), ...view.installed];
  if (!(await askTrees(trees, talk))) return undefined;
  return counts === undefined || view.trusted ? flags : { ...flags, trust: trusted };
}

const MOST = 12; // lines of what runs nothing

/** What a folder brings, a line each. What runs comes last, next to the question, and all of it; of the rest the first are shown. */
export function broughtLines({ brings: here, around, root }: Pick<FolderView, "brings" | "around" | "root">): readonly string[] {
  const brings = [...here, ...around];
  const lineOf = ({ what, file, runs }: FolderView["brings"][number]): string =>
    `  ${runs ? "runs" : "    "}  ${exact(what)}  (${exact(placeIn(root, file))})`;
  const still = brings.filter(({ runs }) => !runs).map(lineOf);
  const left = still.length - MOST;
  const more = left > 0 ? [`        … and ${left} more that run nothing: keel trust list --json`] : [];
  return [...still.slice(0, MOST), ...more, ...brings.filter(({ runs }) => runs).map(lineOf)];
}

function placeIn(root: string, file: string): string {
  const path = relative(root, file);
  return path.startsWith("..") ? file : path;
}

async function askFolder(view: FolderView, { terminal, machine, leaving, line, look }: Talk): Promise<boolean | "session" | "left"> {
  const { paint } = look();
  await line(`${paint.warning("?")} ${exact(tilde(view.root, machine.home))} isn't trusted yet. It brings:`);
  for (const one of broughtLines(view)) await line(one);
  const choices = `Does it count? ${view.keepable ? "[y]es from now on, " : ""}for this [s]ession, [n]o: `;
  for (;;) {
    const said = await terminal.ask(choices, { fresh: true }, leaving.signal);
    if (said.said !== "words") return "left";
    const word = said.text.trim().toLowerCase();
    if (["s", "session"].includes(word)) return "session";
    if (["n", "no"].includes(word)) return false;
    if (!view.keepable || !["y", "yes"].includes(word)) continue;
    const { trustFolder } = await inspectTrust();
    const given = await trustFolder(machine, view.root, machine.wall());
    if (typeof given === "string") await line(`For this session only: ${given}`);
    return true;
  }
}
