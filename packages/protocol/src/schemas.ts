/** The edge: what others write and we read. Loose about keys that aren't ours. The root entry doesn't import this file. */
import { z } from "zod";

const rules = z.array(z.string());

/** A settings file. Unknown keys are kept: other programs read the same file. */
export const settingsSchema = z.looseObject({
  model: z.string().min(1).optional(),
  fallbackModel: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  env: z.record(z.string(), z.string()).optional(),
  permissions: z
    .looseObject({
      allow: rules.optional(),
      ask: rules.optional(),
      deny: rules.optional(),
      additionalDirectories: z.array(z.string()).optional(),
      defaultMode: z.string().optional(),
    })
    .optional(),
  keel: z
    .strictObject({
      baseUrl: z.url().optional(),
      dialect: z.string().optional(),
      maxTurns: z.int().positive().optional(),
      maxBudgetUsd: z.number().positive().optional(),
    })
    .optional(),
});
