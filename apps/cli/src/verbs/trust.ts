import { statSync } from "node:fs";
import { resolve } from "node:path";
import { inspectTrust, type FolderView, type Trusted } from "@keelson/harness";
import { DONE, FAILED, USAGE } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { tilde } from "../session-words.ts";
import { complain, say } from "../tell.ts";
import { broughtLines } from "../trust-question.ts";
import type { TrustAsked } from "./lines/trust.ts";

/** `keel trust`: what was agreed to, and taking it back. Each of the three trusts is given for itself. */
export async function trust(asked: TrustAsked, machine: Machine): Promise<number> {
  switch (asked.what) {
    case "list":
      return await list(asked.json, machine);
    case "revoke":
      return await revoke(asked.which, machine);
    case "give":
      return await give(asked.folder, machine);
  }
}

async function list(json: boolean, machine: Machine): Promise<number> {
  const { inspectFolder, openTrust } = await inspectTrust();
  const kept = await openTrust(machine.keelHome).list();
  if (typeof kept === "string") return await complain(kept, machine, FAILED);
  const folder = await inspectFolder(houseOf(machine, machine.cwd ?? machine.home, { flags: {} }).place);
  if (json) {
    const trusted = kept.map(({ granted, ...others }) => ({ ...others, granted: new Date(granted).toISOString() }));
    return await say(JSON.stringify({ trusted, folder }, null, 2), machine, DONE);
  }
  const rows = kept.map((one) => rowOf(one, machine.home));
  return await say(
    [...(rows.length === 0 ? ["Nothing is trusted yet."] : rows), "", ...about(folder, machine.home)].join("\n"),
    machine,
    DONE,
  );
}

function rowOf({ kind, subject, name, granted }: Trusted, home: string): string {
  const what = kind === "folder" ? tilde(subject, home) : `${tilde(name, home)} (as it was: ${subject.slice(0, 12)})`;
  return `${kind.padEnd(6)}  ${new Date(granted).toISOString().slice(0, 10)}  ${what}`;
}

function about(folder: FolderView, home: string): readonly string[] {
  const { root, trusted, brings, unmet } = folder;
  const here = tilde(root, home);
  if (brings.length === 0)
    return [`This folder (${here}) ${trusted ? "is trusted" : "isn't trusted"}; it brings nothing that asks for it.`];
  return [
    `This folder (${here}) ${trusted ? "is trusted" : "isn't trusted: keel trust give, or --trust for one session"}. It brings:`,
    ...broughtLines(folder),
    ...unmet.map(
      (plugin) => `What ${tilde(plugin, home)} would start doesn't run yet: keel trust give ${plugin} agrees to its present state.`,
    ),
  ];
}

async function revoke(what: string, machine: Machine): Promise<number> {
  const { openTrust } = await inspectTrust();
  const store = openTrust(machine.keelHome);
  const list = await store.list();
  if (typeof list === "string") return await complain(list, machine, FAILED);
  const path = resolve(machine.cwd ?? machine.home, what);
  const meant = list.filter(
    ({ subject, name }) =>
      [subject, name].some((one) => one === what || one === path) || (what.length >= SHORTEST && subject.startsWith(what)),
  );
  if (meant.length === 0) return await complain(`${what} isn't trusted. keel trust list shows what is.`, machine, FAILED);
  for (const { subject } of meant) {
    const gone = await store.revoke(subject);
    if (typeof gone === "string") return await complain(gone, machine, FAILED);
  }
  return await say(meant.map((one) => `Taken back: ${rowOf(one, machine.home)}`).join("\n"), machine, DONE);
}

/** Characters of a hash that name it. */
const SHORTEST = 8;

async function give(named: string | undefined, machine: Machine): Promise<number> {
  const { inspectFolder, isPluginRoot, trustFolder, trustTree } = await inspectTrust();
  const folder = resolve(machine.cwd ?? machine.home, named ?? ".");
  if (!isFolder(folder)) return await complain(`${folder} isn't a folder. Name one that is there.`, machine, USAGE);
  if (named !== undefined && (await isPluginRoot(folder))) {
    const trouble = await trustTree(machine, folder, machine.wall());
    return trouble === undefined
      ? await say(
          `Trusted: what ${tilde(folder, machine.home)} starts, in its present state. After any change you are asked again.`,
          machine,
          DONE,
        )
      : await complain(trouble, machine, FAILED);
  }
  const given = await trustFolder(machine, folder, machine.wall());
  if (typeof given === "string") return await complain(given, machine, FAILED);
  const view = await inspectFolder(houseOf(machine, folder, { flags: {} }).place);
  const more = view.unmet.map((plugin) => `Programs of ${tilde(plugin, machine.home)} are another question: keel trust give ${plugin}`);
  return await say([`Trusted: ${tilde(given.root, machine.home)}`, ...broughtLines(view), ...more].join("\n"), machine, DONE);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
