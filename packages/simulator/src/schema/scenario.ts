import { z } from "zod";
import { name, replySchema } from "./reply.ts";

/** The scenario file. What is missing in it is filled in: a file with sessions needs no replies for all others. */
const repliesSchema = z.array(replySchema).min(1, { error: "needs at least one reply" });
const after = z.enum(["error", "repeat_last"]).exactOptional();

const sessionSchema = z.strictObject({
  match: z
    .strictObject({
      promptIncludes: name.exactOptional(),
      systemIncludes: name.exactOptional(),
      header: z.record(name, z.string()).exactOptional(),
    })
    .exactOptional(),
  replies: repliesSchema,
  after,
});
type Session = z.output<typeof sessionSchema>;

export const scenarioFile = z
  .strictObject({
    $schema: z.string().exactOptional(), // for editors
    "keel-scenario": z.literal(1, { error: "must be 1, the version of the format that this keelson plays" }),
    description: z.string().exactOptional(),
    model: name.exactOptional(),
    models: z.array(name).min(1, { error: "needs at least one name; without it, every model is there" }).exactOptional(),
    window: z.int().min(1).exactOptional(),
    checkThinking: z.boolean().exactOptional(),
    replies: repliesSchema.exactOptional(),
    sessions: z.array(sessionSchema).min(1, { error: "needs at least one session" }).superRefine(sessionsAreReached).exactOptional(),
    after,
  })
  .superRefine(({ replies, sessions }, context) => {
    if (replies === undefined && sessions === undefined)
      context.addIssue({ code: "custom", path: ["replies"], message: "is missing: a scenario has replies, or sessions that have them" });
  });

/** The format as a JSON Schema, for editors: completion, and mistakes under the cursor. What only a play can tell isn't in it. */
export function scenarioSchema(): object {
  return { title: "keel scenario", ...z.toJSONSchema(scenarioFile, { unrepresentable: "any", io: "output" }) };
}

function sessionsAreReached(sessions: readonly Session[], context: z.RefinementCtx): void {
  for (const [at, { match = {} }] of sessions.entries()) {
    if (Object.keys(match).length === 0 && at < sessions.length - 1)
      context.addIssue({
        code: "custom",
        path: [at],
        message: "every conversation fits it, so what stands behind it is never played; make it the last",
      });
  }
}
