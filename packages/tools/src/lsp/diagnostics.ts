/** What a language server finds wrong in a file, as it is kept and told. Rule: what doesn't fit is left out, and how much is kept has a bound. */
import * as z from "zod/mini";
import { clean, cut } from "../output/clean.ts";

export const SEVERITIES = ["error", "warning", "information", "hint"] as const;
export type Severity = (typeof SEVERITIES)[number];
/** `line`, `column`: from 1, `column` in UTF-16 units. `message`: one line. */
export type Diagnostic = {
  readonly severity: Severity;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly source?: string;
  readonly code?: string;
};

const MOST_KEPT = 1_000; // of one file
const LONGEST_MESSAGE = 400; // characters
const LONGEST_WORD = 60;

const wire = z.object({
  range: z.object({ start: z.object({ line: z.int(), character: z.int() }) }),
  severity: z.optional(z.number()),
  message: z.union([z.string(), z.object({ value: z.string() })]),
  source: z.optional(z.string()),
  code: z.optional(z.union([z.string(), z.number()])),
});

export function diagnosticsIn(items: unknown): readonly Diagnostic[] {
  if (!Array.isArray(items)) return [];
  return items.slice(0, MOST_KEPT).flatMap((item: unknown): readonly Diagnostic[] => {
    const parsed = z.safeParse(wire, item);
    if (!parsed.success) return [];
    const { range, severity = 1, message, source, code } = parsed.data;
    return [
      {
        severity: SEVERITIES[severity - 1] ?? "error",
        line: range.start.line + 1,
        column: range.start.character + 1,
        message: oneLine(typeof message === "string" ? message : message.value, LONGEST_MESSAGE),
        ...(source !== undefined && { source: oneLine(source, LONGEST_WORD) }),
        ...(code !== undefined && { code: oneLine(String(code), LONGEST_WORD) }),
      },
    ];
  });
}

const oneLine = (words: string, most: number): string => cut(clean(words).replaceAll(/\s+/g, " ").trim(), most);
