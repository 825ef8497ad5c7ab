/**
 * Trust in one state of a plugin directory, for what it starts or for what runs in our process. Rule: what is shown, hashed and agreed to is
 * the same copy, and neither kind of consent implies the other.
 */
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { differences, openContentStore, treeOf, type ContentStore, type Swept } from "@keelson/install";
import { catalogOf, readPlugin, type PluginLayer } from "@keelson/loader";
import type { PartKind } from "@keelson/protocol";
import type { Place } from "../house.ts";
import { openTrust, type Trusted } from "../kept/trust.ts";
import { contentsIn } from "../plugins/runnable.ts";
import { broughtBy, type Brought } from "./brought.ts";

export const TREE_TRUSTS = ["plugin", "code"] as const;
export type TreeTrust = (typeof TREE_TRUSTS)[number];

/** Which consent a part waits for; the others need none of a tree's. */
const WANTS: Readonly<Partial<Record<PartKind, TreeTrust>>> = {
  hooks: "plugin",
  mcpServers: "plugin",
  lspServers: "plugin",
  monitors: "plugin",
  programs: "plugin",
  toolFiles: "code",
};
export const wants = (kind: PartKind): TreeTrust | undefined => WANTS[kind];

/** `granted`: ms since the epoch. `changes`: a line each, see `differences`; undefined where what was agreed to isn't kept any more. */
export type Before = { readonly tree: string; readonly granted: number; readonly changes: readonly string[] | undefined };
/** `root`: a real path. `brings`: what the consent would be for. `before`: the state that was agreed to last. */
export type Offer = {
  readonly ok: true;
  readonly kind: TreeTrust;
  readonly root: string;
  readonly tree: string;
  readonly brings: readonly Brought[];
  /** What isn't in the copy, and why. */
  readonly leftOut: readonly string[];
  readonly before?: Before;
};
/** `why`: one line. */
export type NoOffer = { readonly ok: false; readonly why: string };
type Where = Pick<Place, "keelHome">;

const contents = ({ keelHome }: Where, now: number): ContentStore => openContentStore(contentsIn(keelHome), () => now);

/** Keeps the directory as it stands now, so that there is something to agree to. Nothing of it runs. `now`: ms since the epoch. */
export async function offerTree(
  where: Where,
  layer: Pick<PluginLayer, "root" | "format">,
  kind: TreeTrust,
  now: number,
): Promise<Offer | NoOffer> {
  const root = await realpath(layer.root).catch(() => layer.root);
  const store = contents(where, now);
  const kept = await store.keep(root);
  if (!kept.ok) return { ok: false, why: `${layer.root} ${kept.why}.` };
  const at = kind === "code" && basename(root) === "tools" ? dirname(kept.root) : kept.root; // a user's tools are agreed to without the rest
  const { plugin, problems } = await readPlugin(at, layer.format === undefined ? {} : { format: layer.format });
  const broken = problems.find(({ severity }) => severity === "error");
  if (!plugin && broken) return { ok: false, why: `${join(root, relative(at, broken.file))}:${broken.line ?? 1} ${broken.text}` };
  const read = { layer: { kind: "bundled" as const, root: at, within: at }, plugin, problems: [] };
  const parts = broughtBy(catalogOf([read]), () => true).filter((part) => wants(part.kind) === kind);
  const before = await agreedBefore(where, { store, root, kind, now: kept });
  return {
    ok: true,
    kind,
    root,
    tree: kept.tree,
    brings: parts.map(({ what, file, runs }) => ({ what, file: join(layer.root, relative(kept.root, file)), runs })),
    leftOut: kept.leftOut.map(({ path, why }) => `${path} ${why}`),
    ...(before && { before }),
  };
}

type About = {
  readonly store: ContentStore;
  readonly root: string;
  readonly kind: TreeTrust;
  readonly now: { readonly tree: string; readonly root: string };
};

async function agreedBefore({ keelHome }: Where, { store, root, kind, now }: About): Promise<Before | undefined> {
  const list = await openTrust(keelHome).list();
  const last = typeof list === "string" ? undefined : lastOf(list, kind, root);
  if (!last || last.subject === now.tree) return undefined;
  const copy = await store.find(last.subject, root);
  return { tree: last.subject, granted: last.granted, changes: copy === undefined ? undefined : await differences(copy, now.root) };
}

const lastOf = (list: readonly Trusted[], kind: TreeTrust, root: string): Trusted | undefined =>
  list.filter((one) => one.kind === kind && one.name === root).toSorted((a, b) => b.granted - a.granted)[0];

/** In words why it can't be kept. */
export async function agreeTo({ keelHome }: Where, { kind, tree, root }: Offer, now: number): Promise<string | undefined> {
  return await openTrust(keelHome).give({ kind, subject: tree, name: root, granted: now });
}

/** Is the state that it is in now agreed to? Undefined where it can't be told by its content. */
export async function isAgreed(root: string, agreed: readonly string[]): Promise<boolean | undefined> {
  const there = await treeOf(await realpath(root).catch(() => root));
  return there.ok ? agreed.includes(there.tree) : undefined;
}

/** Removes copies that no trust names and nobody used for thirty days; in words why it can't. */
export async function sweepContents(where: Where, now: number): Promise<Swept | string> {
  const list = await openTrust(where.keelHome).list();
  if (typeof list === "string") return list; // without it, everything would look unwanted
  try {
    return await contents(where, now).sweep(new Set(list.map(({ subject }) => subject)));
  } catch (error) {
    return `${contentsIn(where.keelHome)} can't be swept (${error instanceof Error ? error.message : String(error)}). Look at its owner and its mode.`;
  }
}
