/** Holds a manifest against its format's list of fields. Rule: what is wrong costs as little as the list says. */
import { nearest, type JsonObject, type Problem } from "@keelson/protocol";
import type { Field } from "./field-list.ts";
import type { Format } from "./format.ts";
import { nodeAt, objectOf, problemAt, type Document } from "./json.ts";
import { quote, suggest } from "./words.ts";

const PRICE = {
  refused: { severity: "error", text: "The plugin isn't loaded; correct its manifest." },
  left: { severity: "warning", text: "The field isn't used." },
} as const;

/** An error among the problems means: not a plugin. */
export function checkManifest(document: Document, format: Format): readonly Problem[] {
  const manifest = objectOf(document);
  const known = Object.keys(format.fields);
  const wrong = Object.entries(format.fields).flatMap(([key, field]) => checkField({ document, manifest }, key, field));
  return [
    ...wrong.map((problem) => ({ ...problem, code: "manifest_field" })),
    ...Object.keys(manifest).flatMap((key) => {
      const text = known.includes(key) ? undefined : strange(key, known, format);
      return text === undefined
        ? []
        : [{ ...problemAt(document, nodeAt(document, [key]), "warning", text), code: "manifest_unknown_field" }];
    }),
  ];
}

/** A closed format names each stranger; an open one only those that are ours with a slip. */
function strange(key: string, known: readonly string[], { unknown }: Format): string | undefined {
  if (unknown === "warning") return `${quote(key)} isn't a field of this format and isn't used: ${suggest(key, known)}`;
  const meant = nearest(key, known);
  return meant === undefined ? undefined : `${quote(key)} isn't a field that is read. Did you mean ${quote(meant)}?`;
}

type Read = { readonly document: Document; readonly manifest: JsonObject };

function checkField({ document, manifest }: Read, key: string, { shape, wrong, missing }: Field): readonly Problem[] {
  const value = manifest[key];
  if (value === undefined)
    return missing
      ? [
          problemAt(
            document,
            undefined,
            PRICE[missing].severity,
            `${quote(key)} is missing; it must be ${shape.must}. ${missing === "refused" ? PRICE.refused.text : "Add it."}`,
          ),
        ]
      : [];
  if (shape.holds(value)) return [];
  const { severity, text } = PRICE[wrong];
  return [problemAt(document, nodeAt(document, [key]), severity, `${quote(key)} must be ${shape.must}. ${text}`)];
}
