/** The permission rules of one layer. Rule: as they were written, each with the place where it stands; nobody interprets them here. */
import { BEHAVIORS, type Rule, type Settings, type SettingsSource } from "@keelson/protocol";
import { itemsAt, type Document } from "./json.ts";

/** `base`: where patterns that begin with `/` start. */
export type RuleLine = Rule & { readonly source: SettingsSource };
type Origin = Pick<RuleLine, "source" | "base"> & { readonly file: string };

export function rulesIn(document: Document, origin: Origin): readonly RuleLine[] {
  return BEHAVIORS.flatMap((behavior) =>
    itemsAt(document, ["permissions", behavior]).flatMap(({ value, line }) =>
      typeof value === "string" ? [{ ...origin, text: value, behavior, line }] : [],
    ),
  );
}

/** Rules that stand in no file. */
export function rulesOf({ permissions = {} }: Settings, origin: Omit<Origin, "file">): readonly RuleLine[] {
  return BEHAVIORS.flatMap((behavior) => (permissions[behavior] ?? []).map((text) => ({ ...origin, text, behavior })));
}
