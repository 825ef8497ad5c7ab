/** The permission rules of one layer. Rule: as they were written, each with the place where it stands; nobody interprets them here. */
import { BEHAVIORS, type Json, type Rule, type RuleItem, type Settings, type SettingsSource } from "@keelson/protocol";
import { isObject, itemsAt, lineAt, nodeAt, type Document, type Path } from "./json.ts";

type Examples = Pick<Exclude<RuleItem, string>, "match" | "notMatch">;
/** `base`: where patterns that begin with `/` start. */
export type RuleLine = Rule & Examples & { readonly source: SettingsSource };
type Origin = Pick<RuleLine, "source" | "base"> & { readonly file: string };

export function rulesIn(document: Document, origin: Origin): readonly RuleLine[] {
  return BEHAVIORS.flatMap((behavior) =>
    [...itemsAt(document, ["permissions", behavior]), ...loneRestriction(document, ["permissions", behavior])].flatMap(
      ({ value, line }) => {
        const item = itemOf(value);
        return item === undefined ? [] : [{ ...origin, ...spread(item), behavior, line }];
      },
    ),
  );
}

/** A restriction that stands where a list should: it is plain what was meant, and going on without it would loosen what was asked for. */
export function loneRestriction(document: Document, path: Path): readonly { readonly value: Json; readonly line: number }[] {
  const restricts = path.length === 2 && path[0] === "permissions" && (path[1] === "deny" || path[1] === "ask");
  const node = restricts ? nodeAt({ ...document, gone: new Set() }, path) : undefined;
  return node?.type === "string" ? [{ value: String(node.value), line: lineAt({ ...document, gone: new Set() }, path) ?? 1 }] : [];
}

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
