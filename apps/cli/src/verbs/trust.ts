import { realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { inspectTrust, type FolderView, type TreeTrust, type Trusted, type Unmet } from "@keelson/harness";
import { exact } from "../clean.ts";
import { DONE, FAILED, USAGE } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { tilde } from "../session-words.ts";
import { complain, say } from "../tell.ts";
import { offerLines } from "../tree-question.ts";
import { broughtLines } from "../trust-question.ts";
import type { TrustAsked } from "./lines/trust.ts";

/** `keel trust`: what was agreed to, and taking it back. Each of the three trusts is given for itself. */
export async function trust(asked: TrustAsked, machine: Machine): Promise<number> {
  switch (asked.what) {
    case "list":
      return await list(asked.json, machine);
    case "revoke":
      return await revoke(asked, machine);
    case "give":
      return await give(asked, machine);
    case "sweep":
      return await sweep(asked.json, machine);
  }
}

/** One object for programs, or lines for people. */
const tell = (json: boolean, data: object, lines: readonly string[], machine: Machine): Promise<number> =>
  say(json ? JSON.stringify(data, null, 2) : lines.join("\n"), machine, DONE);
const dated = ({ granted, ...others }: Trusted): object => ({ ...others, granted: new Date(granted).toISOString() });

async function list(json: boolean, machine: Machine): Promise<number> {
  const { inspectFolder, openTrust } = await inspectTrust();
  const kept = await openTrust(machine.keelHome).list();
  if (typeof kept === "string") return await complain(kept, machine, FAILED);
  const folder = await inspectFolder(houseOf(machine, machine.cwd ?? machine.home, { flags: {} }).place);
  const rows = kept.map((one) => rowOf(one, machine.home));
  const lines = [...(rows.length === 0 ? ["Nothing is trusted yet."] : rows), "", ...about(folder, machine.home)];
  return await tell(json, { trusted: kept.map(dated), folder }, lines, machine);
}

function rowOf({ kind, subject, name, granted }: Trusted, home: string): string {
  const what = kind === "folder" ? tilde(subject, home) : `${tilde(name, home)} (as it was: ${subject.slice(0, 12)})`;
  return `${kind.padEnd(6)}  ${new Date(granted).toISOString().slice(0, 10)}  ${what}`;
}

function about(folder: FolderView, home: string): readonly string[] {
  const { root, trusted, brings, unmet, installed } = folder;
  const here = exact(tilde(root, home));
  const agreeing = (some: readonly Unmet[]) => some.map((one) => `${unmetLine(one, home)}: ${giving(one)} agrees to its present state.`);
  if (brings.length === 0)
    return [
      `This folder (${here}) ${trusted ? "is trusted" : "isn't trusted"}; it brings nothing that asks for it.`,
      ...agreeing(installed),
    ];
  return [
    `This folder (${here}) ${trusted ? "is trusted" : "isn't trusted: keel trust give, or --trust for one session"}. It brings:`,
    ...broughtLines(folder),
    ...agreeing([...unmet, ...installed]),
  ];
}

function unmetLine({ kind, root, changed }: Unmet, home: string): string {
  if (kind === "plugin" && changed) return `What ${exact(tilde(root, home))} would start was changed, and runs as it was agreed to`;
  const what =
    kind === "plugin"
      ? `What ${exact(tilde(root, home))} would start`
      : `The tools of ${exact(tilde(root, home))}, which would run in keel's own process,`;
  return `${what} ${kind === "plugin" ? "doesn't run yet" : `aren't used${changed ? ", since they were changed" : " yet"}`}`;
}

const giving = ({ kind, root }: Pick<Unmet, "kind" | "root">): string =>
  `keel trust give ${exact(root)}${kind === "code" ? " --as code" : ""}`;

async function revoke({ which: what, json }: Extract<TrustAsked, { what: "revoke" }>, machine: Machine): Promise<number> {
  const { openTrust } = await inspectTrust();
  const store = openTrust(machine.keelHome);
  const list = await store.list();
  if (typeof list === "string") return await complain(list, machine, FAILED);
  const path = realOr(resolve(machine.cwd ?? machine.home, what));
  const meant = list.filter(
    ({ subject, name }) =>
      [subject, name, basename(name)].some((one) => one === what || one === path) || (what.length >= SHORTEST && subject.startsWith(what)),
  );
  if (meant.length === 0) return await complain(`${what} isn't trusted. keel trust list shows what is.`, machine, FAILED);
  for (const { subject } of meant) {
    const gone = await store.revoke(subject);
    if (typeof gone === "string") return await complain(gone, machine, FAILED);
  }
  return await tell(
    json,
    { revoked: meant.map(dated) },
    meant.map((one) => `Taken back: ${rowOf(one, machine.home)}`),
    machine,
  );
}

/** Trust is kept by real paths; what is gone is known by the one it had. */
function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Characters of a hash that name it. */
const SHORTEST = 8;

async function give({ folder: named, as, json }: Extract<TrustAsked, { what: "give" }>, machine: Machine): Promise<number> {
  const folder = resolve(machine.cwd ?? machine.home, named ?? ".");
  if (!isFolder(folder)) return await complain(`${folder} isn't a folder. Name one that is there.`, machine, USAGE);
  if (as === "plugin" || as === "code") return await giveTree(folder, as, json, machine);
  if (named === undefined) return await giveFolder(folder, json, machine);
  const { whatIsTrusted } = await inspectTrust();
  const { kind, root } = await whatIsTrusted(folder, machine.keelHome);
  if (as === undefined && kind === "plugin") return await giveTree(folder, "plugin", json, machine);
  if (kind === "folder" || root === realOr(folder)) return await giveFolder(folder, json, machine);
  const why = `${folder} isn't trusted by itself: it is a part of ${root}, and trust is of all of that.`;
  return await complain(`${why} Say so with keel trust give ${root}, or name a plugin directory.`, machine, FAILED);
}

async function giveTree(folder: string, kind: TreeTrust, json: boolean, machine: Machine): Promise<number> {
  const { agreeTo, offerTree } = await inspectTrust();
  const own = kind === "code" && folder === machine.keelHome; // of your own folder the tools alone are agreed to
  const offer = await offerTree(machine, { root: own ? join(folder, "tools") : folder }, kind, machine.wall());
  if (!offer.ok) return await complain(offer.why, machine, FAILED);
  const { brings, leftOut, tree, root } = offer;
  if (brings.length === 0) return await complain(`${folder} brings ${NOTHING[kind]}: there is nothing to agree to.`, machine, FAILED);
  const granted = machine.wall();
  const trouble = await agreeTo(machine, offer, granted);
  if (trouble !== undefined) return await complain(trouble, machine, FAILED);
  const given = dated({ kind, subject: tree, name: root, granted });
  const lines = [
    `Trusted: ${GIVEN[kind]} of ${exact(tilde(root, machine.home))}, as it is now (${tree.slice(0, 12)}). After any change you are asked again.`,
    ...offerLines(offer, machine.home).slice(1),
  ];
  return await tell(json, { given, brings, leftOut }, lines, machine);
}

const NOTHING: Readonly<Record<TreeTrust, string>> = {
  plugin: "no hooks, servers, monitors or programs",
  code: "no tools that would run in keel's own process",
};
const GIVEN: Readonly<Record<TreeTrust, string>> = { plugin: "the programs", code: "the tools in keel's own process" };

async function giveFolder(folder: string, json: boolean, machine: Machine): Promise<number> {
  const { inspectFolder, trustFolder } = await inspectTrust();
  const granted = machine.wall();
  const view = await inspectFolder(houseOf(machine, folder, { flags: {} }).place);
  const given = await trustFolder(machine, folder, granted);
  if (typeof given === "string") return await complain(given, machine, FAILED);
  const more = view.unmet.map((one) => `${unmetLine(one, machine.home)}. That is another question: ${giving(one)}`);
  const entry = dated({ kind: "folder", subject: given.root, name: basename(given.root), granted });
  return await tell(
    json,
    { given: entry, brings: [...view.brings, ...view.around], unmet: view.unmet },
    [`Trusted: ${exact(tilde(given.root, machine.home))}`, ...broughtLines(view), ...more],
    machine,
  );
}

async function sweep(json: boolean, machine: Machine): Promise<number> {
  const { sweepContents } = await inspectTrust();
  const swept = await sweepContents(machine, machine.wall());
  if (typeof swept === "string") return await complain(swept, machine, FAILED);
  return await tell(json, swept, [`${swept.removed.length} copies of plugins were removed, ${swept.left} are kept.`], machine);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
