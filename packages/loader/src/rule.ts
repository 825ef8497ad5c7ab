/** The permission rules of one layer. Rule: as they were written, each with the place where it stands; nobody interprets them here. */
import { BEHAVIORS, nearest, type Json, type Rule, type RuleItem, type Settings, type SettingsSource } from "@keelson/protocol";
import { isObject, itemsAt, lineAt, nodeAt, type Document, type Node, type Path } from "./json.ts";

type Examples = Pick<Exclude<RuleItem, string>, "match" | "notMatch">;
/** `base`: where patterns that begin with `/` start. `told`: it can't be read, holds for every tool, and a problem says so already. */
export type RuleLine = Rule & Examples & { readonly source: SettingsSource; readonly told?: true };
type Origin = Pick<RuleLine, "source" | "base"> & { readonly file: string };

export function rulesIn(document: Document, origin: Origin): readonly RuleLine[] {
  return BEHAVIORS.flatMap((behavior) =>
    [...itemsOf(document, behavior), ...loneRestriction(document, ["permissions", behavior])].flatMap(({ value, line }) => {
      const item = itemOf(value);
      return item === undefined ? [] : [{ ...origin, ...spread(item), behavior, line }];
    }),
  );
}

/** Of a restriction whose examples are wrong, the rule itself. */
function itemsOf(document: Document, behavior: Rule["behavior"]): ReturnType<typeof itemsAt> {
  const path = ["permissions", behavior];
  const right = itemsAt(document, path);
  const all = behavior === "allow" ? right : itemsAt(whole(document), path);
  if (all.length <= right.length) return right;
  const known = new Set(right.map(({ value }) => JSON.stringify(value)));
  return all.map((one) => {
    const { value } = one;
    return known.has(JSON.stringify(value)) || !isObject(value) ? one : { ...one, value: value["rule"] ?? null };
  });
}

/** A restriction that stands where a list should: it is plain what was meant, and going on without it would loosen what was asked for. */
export function loneRestriction(document: Document, path: Path): readonly { readonly value: Json; readonly line: number }[] {
  const restricts = path.length === 2 && path[0] === "permissions" && (path[1] === "deny" || path[1] === "ask");
  const node = restricts ? nodeAt(whole(document), path) : undefined;
  return node?.type === "string" ? [{ value: String(node.value), line: lineAt(whole(document), path) ?? 1 }] : [];
}

const RESTRICTIONS = ["deny", "ask"] as const;

/** Restrictions that nobody can read, and what is wrong with them is no reason to go on without: each holds for every tool. */
export function unreadIn(document: Document, origin: Origin): readonly RuleLine[] {
  return [...unreadNodes(document), ...misnamedIn(document).map(({ path }) => ({ path, behavior: "deny" as const }))].map(
    ({ path, behavior }) => unreadRule(origin, behavior, lineAt(whole(document), path)),
  );
}

/** No tool is called so, which makes it one on all of them. */
export const unreadRule = (origin: Origin, behavior: "deny" | "ask", line: number | undefined): RuleLine => ({
  ...origin,
  text: "(unreadable)",
  behavior,
  told: true,
  ...(line !== undefined && { line }),
});

type Unread = { readonly path: Path; readonly behavior: "deny" | "ask" };

/** Also what was left out because it isn't as it should be. */
function unreadNodes(document: Document): readonly Unread[] {
  const all = whole(document);
  const group = nodeAt(all, ["permissions"]);
  if (group !== undefined && !["object", "null"].includes(group.type)) return [{ path: ["permissions"], behavior: "deny" }];
  return RESTRICTIONS.flatMap((behavior): readonly Unread[] => {
    const path = ["permissions", behavior];
    const list = nodeAt(all, path);
    if (list === undefined || list.type === "string" || list.type === "null") return [];
    if (list.type !== "array") return [{ path, behavior }];
    return itemsAt(all, path).flatMap(({ value }, at) => (itemOf(value) === undefined ? [{ path: [...path, at], behavior }] : []));
  });
}

export const isUnread = (document: Document, path: Path): boolean =>
  unreadNodes(document).some((one) => one.path.length <= path.length && one.path.every((step, at) => step === path[at]));

/** Keys that must have been meant for restrictions. */
export function misnamedIn(document: Document): readonly { readonly path: Path; readonly meant: string }[] {
  const all = whole(document);
  const near = (path: Path, known: readonly string[], own: readonly string[]) =>
    keysOf(nodeAt(all, path)).flatMap((key) => {
      const meant = own.includes(key) ? undefined : nearest(key, known);
      return meant === undefined ? [] : [{ path: [...path, key], meant }];
    });
  return [...near([], ["permissions"], ["permissions"]), ...near(["permissions"], RESTRICTIONS, BEHAVIORS)];
}

const keysOf = (node: Node | undefined): readonly string[] =>
  node?.type === "object" ? (node.children ?? []).map((child) => String(child.children?.[0]?.value)) : [];

const whole = (document: Document): Document => ({ ...document, gone: new Set() });

/** Rules that stand in no file. */
export function rulesOf({ permissions = {} }: Settings, origin: Omit<Origin, "file">): readonly RuleLine[] {
  return BEHAVIORS.flatMap((behavior) => (permissions[behavior] ?? []).map((item) => ({ ...origin, ...spread(item), behavior })));
}

/** The parse's last step: the file was held against the schema. */
const itemOf = (value: Json): RuleItem | undefined =>
  typeof value === "string" || (isObject(value) && typeof value["rule"] === "string") ? (value as RuleItem) : undefined;

function spread(item: RuleItem): Examples & { readonly text: string } {
  if (typeof item === "string") return { text: item };
  const { rule, match, notMatch } = item;
  return { text: rule, ...(match && { match }), ...(notMatch && { notMatch }) };
}
