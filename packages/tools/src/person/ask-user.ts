/** AskUserQuestion: a choice that only a person can make. The person's answers come back inside the input; what runs is reading them out. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";

const short = (most: number, about: string) => z.string().check(z.minLength(1), z.maxLength(most), z.describe(about));
const option = z.object({ label: short(200, "The choice, in one to five words"), description: z.optional(short(2_000, "What it means")) });
const question = z.object({
  question: short(2_000, "The whole question, with its question mark"),
  header: short(40, "A word or two that stand for it"),
  options: z.array(option).check(z.minLength(2), z.maxLength(4)),
  multiSelect: z.optional(z.boolean()),
});
const input = z.object({
  questions: z.array(question).check(z.minLength(1), z.maxLength(4)),
  answers: z.optional(z.record(z.string(), z.string()).check(z.describe("Filled in by the user, by question; leave it out"))),
});

export function askUserBlock(_kit: BlockKit): Tool {
  return defineTool<z.infer<typeof input>>({
    name: "AskUserQuestion",
    description:
      "Asks the user to choose, when the work can go on in different ways and only they can decide. They may always answer in words of their own. Don't ask what you can find out, nor whether you may use a tool.",
    input,
    effects: () => [],
    readOnly: true,
    asksUser: true,
    async *run({ questions, answers }) {
      if (!answers) return failed("Nobody answered. Go on with what seems best, and say what you assumed.");
      const told = questions.map(({ question: asked }) => `${asked}\n  ${answers[asked] ?? "(no answer)"}`);
      return said(`The user answered:\n${told.join("\n")}`, {
        data: { questions: questions.map(({ question: asked }) => asked), answers },
      });
    },
  });
}
