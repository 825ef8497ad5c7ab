/** A Jupyter notebook (nbformat 4) as data: https://nbformat.readthedocs.io/en/latest/format_description.html. Loose about what it doesn't use. */
import * as z from "zod/mini";

const lines = z.union([z.string(), z.array(z.string())]);
const output = z.looseObject({ output_type: z.string() });
const cell = z.looseObject({
  cell_type: z.string(),
  id: z.optional(z.string()),
  source: lines,
  outputs: z.optional(z.array(output)),
  execution_count: z.optional(z.nullable(z.number())),
});
const notebook = z.looseObject({ nbformat: z.literal(4), nbformat_minor: z.number(), cells: z.array(cell) });

export type Notebook = z.infer<typeof notebook>;
export type Cell = z.infer<typeof cell>;
export type Output = z.infer<typeof output>;

/** Undefined for what is none. */
export function parseNotebook(words: string): Notebook | undefined {
  try {
    return z.safeParse(notebook, JSON.parse(words)).data;
  } catch {
    return undefined; // not even JSON
  }
}

/** What the model calls a cell: by its id, or by its place where it has none. */
export function nameOf({ id }: Pick<Cell, "id">, at: number): string {
  return id ?? `cell-${at}`;
}

/** Text stands as one string or as a list of lines; undefined for what is neither. */
export function textOf(value: unknown): string | undefined {
  const parsed = z.safeParse(lines, value);
  return parsed.success ? [parsed.data].flat().join("") : undefined;
}
