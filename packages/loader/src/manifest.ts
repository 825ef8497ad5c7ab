/** Holds a manifest against its format's list of fields. Rule: what is wrong costs as little as the list says. */
import type { Problem } from "@keelson/protocol";
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
  const wrong = Object.entries(format.fields).flatMap(([key, field]) => checkField(document, key, field));
  const unknown = format.unknown === "nothing" ? [] : Object.keys(manifest).filter((key) => !known.includes(key));
  return [
    ...wrong,
    ...unknown.map((key) =>
      problemAt(
        document,
        nodeAt(document, [key]),
        "warning",
        `${quote(key)} isn't a field of this format and isn't used: ${suggest(key, known)}`,
      ),
    ),
  ];
}

function checkField(document: Document, key: string, { shape, wrong, missing }: Field): readonly Problem[] {
  const value = objectOf(document)[key];
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
