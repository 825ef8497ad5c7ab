/** Skill: starts one of the skills by name. Loading a text isn't judged for what it tells to do: each call that follows is. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";

const LONGEST_ARGS = 100_000; // characters

const input = z.object({
  skill: z.string().check(z.minLength(1), z.maxLength(200), z.describe("Its name, as it is listed")),
  args: z.optional(z.string().check(z.maxLength(LONGEST_ARGS), z.describe("What it is to work on"))),
});

export function skillBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof input>>({
    name: "Skill",
    description:
      "Starts a skill: a text that tells how to do one kind of work. Call it with the name of one that fits before you begin that work, and follow what it says. A name that doesn't exist is answered with those that come near.",
    input,
    // Under the name that a rule may speak of, whatever the model called it by.
    effects: ({ skill }) => [{ do: "spawn", agent: kit.skills?.find(skill)?.id ?? skill }],
    async *run({ skill, args = "" }, ctx) {
      if (!kit.skills) return failed("Nothing was started: there are no skills here. Do the work without one.");
      return yield* kit.skills.invoke(skill, args, ctx);
    },
  });
}
