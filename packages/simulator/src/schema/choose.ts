import { z } from "zod";

/** A union told apart by which key is there, so that a mistake is reported where it stands. The first key that is there decides. */
export function choose<Schema extends z.ZodType>(what: string, options: Readonly<Record<string, Schema>>) {
  const chosen = z.any().superRefine((value: unknown, context) => {
    const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
    const schema = Object.entries(options).find(([key]) => keys.includes(key))?.[1];
    const parsed = schema?.safeParse(value);
    if (parsed?.success) return;
    const found = keys.length > 0 ? `has ${keys.join(", ")}` : `is ${JSON.stringify(value)}`;
    const message = `${what} has one of ${Object.keys(options).join(", ")}; this one ${found}`;
    for (const issue of parsed?.error.issues ?? []) context.issues.push({ ...issue, input: value, code: "custom" });
    if (!parsed) context.addIssue({ code: "custom", message });
  });
  return chosen.pipe(z.union(Object.values(options)));
}
