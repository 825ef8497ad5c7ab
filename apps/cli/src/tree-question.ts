/** One question about one state of a plugin directory. Rule: what is shown is what the state that is agreed to would run, whole and on one line each. */
import { relative } from "node:path";
import { inspectTrust, type Offer, type TreeTrust, type Unmet } from "@keelson/harness";
import { exact } from "./clean.ts";
import type { Talk } from "./converse.ts";
import { tilde } from "./session-words.ts";

type Words = { readonly would: string; readonly now: string; readonly may: string };
/** Each consent speaks of itself alone. */
const WORDS: Readonly<Record<TreeTrust, Words>> = {
  plugin: { would: "would start programs", now: "It would start", may: "May it" },
  code: {
    would: "has tools that would run in keel's own process, where nothing confines them",
    now: "In keel's own process would run",
    may: "May they",
  },
};
const MOST_CHANGES = 12;

export function offerLines(offer: Offer, home: string): readonly string[] {
  const { kind, root, brings, leftOut, before } = offer;
  const { would, now } = WORDS[kind];
  const where = exact(tilde(root, home));
  return [
    before === undefined
      ? `${where} ${would}:`
      : `${where} was changed since you agreed to it on ${new Date(before.granted).toISOString().slice(0, 10)}${changes(before.changes)}. ${now}:`,
    ...brings.map(({ what, file }) => `  runs  ${exact(what)}  (${exact(relative(root, file))})`),
    ...leftOut.map((one) => `  not in the copy that runs: ${exact(one)}`),
  ];
}

function changes(lines: readonly string[] | undefined): string {
  if (lines === undefined || lines.length === 0) return "";
  const left = lines.length - MOST_CHANGES;
  return ` (${lines.slice(0, MOST_CHANGES).map(exact).join(", ")}${left > 0 ? `, and ${left} more` : ""})`;
}

/** In the order in which they stand; false when the person left. */
export async function askTrees(unmet: readonly Unmet[], talk: Talk): Promise<boolean> {
  for (const one of unmet) if (!(await askTree(one, talk))) return false;
  return true;
}

async function askTree(unmet: Unmet, { terminal, machine, leaving, line, look }: Talk): Promise<boolean> {
  const { agreeTo, offerTree } = await inspectTrust();
  const offer = await offerTree(machine, unmet, unmet.kind, machine.wall());
  if (!offer.ok) await line(exact(offer.why));
  if (!offer.ok || offer.brings.length === 0) return true;
  const [first = "", ...others] = offerLines(offer, machine.home);
  await line(`${look().paint.warning("?")} ${first}`);
  for (const one of others) await line(one);
  const question = `${WORDS[offer.kind].may}, as it is now (${offer.tree.slice(0, 12)})? [y]es until it changes, [n]o: `;
  for (;;) {
    const said = await terminal.ask(question, { fresh: true }, leaving.signal);
    if (said.said !== "words") return false;
    const word = said.text.trim().toLowerCase();
    if (["n", "no"].includes(word)) return true;
    if (!["y", "yes"].includes(word)) continue;
    const trouble = await agreeTo(machine, offer, machine.wall());
    if (trouble !== undefined) await line(trouble);
    return true;
  }
}
