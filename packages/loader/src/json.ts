/**
 * JSON that knows where each value stands. Comments and trailing commas only in the dialect that has them.
 * Rule: bad content is a value with words and a line; it never throws, however deep or strange it is.
 */
import type { Json, JsonObject, Problem } from "@keelson/protocol";
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { quote } from "./words.ts";

export type { Node };
export type Dialect = "json" | "jsonc";
export type Path = readonly PropertyKey[];
/** `starts`: the offset of each line. `gone`: nodes that don't count; what reads the document leaves them out. */
export type Document = {
  readonly file: string;
  readonly starts: readonly number[];
  readonly root: Node;
  readonly gone: ReadonlySet<Node>;
};
export type Parsed =
  | { readonly ok: true; readonly document: Document; readonly repeated: readonly Problem[] }
  | { readonly ok: false; readonly line?: number; readonly why: string };

const DEEPEST = 100;
const SPELLED = { json: "JSON", jsonc: "JSON (comments are allowed)" };

/** The text of a file whose whole is one object. In jsonc, nothing but space and comments is an empty one. */
export function parseDocument(file: string, text: string, dialect: Dialect): Parsed {
  const starts = lineStarts(text);
  const errors: ParseError[] = [];
  const root = treeOf(text, dialect, errors);
  const error = errors[0];
  if (error) {
    const line = lineOf(starts, error.offset);
    const what = printParseErrorCode(error.error)
      .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
      .toLowerCase();
    return {
      ok: false,
      line,
      why: `is not ${SPELLED[dialect]}: ${what} (line ${line}, column ${error.offset - (starts[line - 1] ?? 0) + 1})`,
    };
  }
  if (!root || isDeeper(root, DEEPEST)) return { ok: false, why: `is nested more than ${DEEPEST} levels deep` };
  if (root.type !== "object") return { ok: false, line: 1, why: "holds no JSON object: it must begin with { and end with }" };
  const document = { file, starts, root, gone: new Set<Node>() };
  return { ok: true, document, repeated: repeats(document) };
}

/** Of a key that stands twice, the last counts. `__proto__` is a key like any other. */
export function valueOf({ root, gone }: Pick<Document, "root" | "gone">): Json {
  const parts = partsOf(root, gone);
  if (root.type === "array") return parts.map((part) => valueOf({ root: part, gone }));
  if (root.type === "object") return Object.fromEntries(parts.flatMap((part) => entryOf(part, gone)));
  const value: unknown = root.value;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

export function objectOf(document: Document): JsonObject {
  const value = valueOf(document);
  return isObject(value) ? value : {};
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path; paths count as `valueOf` does. */
export function nodeAt({ root, gone }: Document, path: Path): Node | undefined {
  return path.reduce<Node | undefined>((node, step) => {
    const parts = node ? partsOf(node, gone) : [];
    if (node?.type === "array") return typeof step === "number" ? parts[step] : undefined;
    return parts.findLast((part) => part.children?.[0]?.value === step)?.children?.[1];
  }, root);
}

/** The items of the list at a path, each with its line. */
export function itemsAt(document: Document, path: Path): readonly { readonly value: Json; readonly line: number }[] {
  const list = nodeAt(document, path);
  if (list?.type !== "array") return [];
  return partsOf(list, document.gone).map((root) => ({
    value: valueOf({ root, gone: document.gone }),
    line: lineOf(document.starts, root.offset),
  }));
}

/** From 1; undefined where nothing stands. */
export function lineAt(document: Document, path: Path): number | undefined {
  const node = nodeAt(document, path);
  return node && lineOf(document.starts, node.offset);
}

export function problemAt(document: Document, node: Node | undefined, severity: Problem["severity"], text: string): Problem {
  return { severity, file: document.file, ...(node && { line: lineOf(document.starts, node.offset) }), text };
}

function treeOf(text: string, dialect: Dialect, errors: ParseError[]): Node | undefined {
  const jsonc = dialect === "jsonc";
  try {
    const root = parseTree(text, errors, { disallowComments: !jsonc, allowTrailingComma: jsonc, allowEmptyContent: jsonc });
    return root ?? { type: "object", offset: 0, length: 0 };
  } catch {
    return undefined; // the parser recurses: far too deep for the stack
  }
}

function isDeeper(node: Node, levels: number): boolean {
  if (levels < 0) return true;
  return (node.children ?? []).some((child) => isDeeper(child, child.type === "property" ? levels : levels - 1));
}

/** Children that count: a member without its value doesn't. */
function partsOf(node: Node, gone: ReadonlySet<Node>): readonly Node[] {
  return (node.children ?? []).filter((child) => !gone.has(child.type === "property" ? (child.children?.[1] ?? child) : child));
}

function entryOf(property: Node, gone: ReadonlySet<Node>): readonly [string, Json][] {
  const [key, root] = property.children ?? [];
  return key && root ? [[String(key.value), valueOf({ root, gone })]] : [];
}

/** At most ten: a file made of one key would fill the screen. */
function repeats(document: Document): readonly Problem[] {
  const problems: Problem[] = [];
  const look = (node: Node): void => {
    const seen = new Set<string>();
    for (const child of node.children ?? []) {
      const key = child.type === "property" ? String(child.children?.[0]?.value) : undefined;
      if (key !== undefined && seen.has(key) && problems.length < 10)
        problems.push({
          ...problemAt(document, child, "warning", `${quote(key)} stands twice; only the last one counts. Remove one.`),
          code: "json_repeated",
        });
      if (key !== undefined) seen.add(key);
      look(child);
    }
  };
  look(document.root);
  return problems;
}

function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

/** From 1; halving, since a large file may hold a rule on each line. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
