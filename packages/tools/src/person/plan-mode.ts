/** EnterPlanMode and ExitPlanMode: look first, agree on a plan, then act. Leaving is the user's to allow. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";

const LONGEST_PLAN = 100_000; // characters
const leaving = z.object({ plan: z.string().check(z.minLength(1), z.maxLength(LONGEST_PLAN), z.describe("The plan, in markdown")) });

export function enterPlanModeBlock(kit: BlockKit): Tool {
  return defineTool<Record<string, never>>({
    name: "EnterPlanMode",
    description:
      "Asks the user to go into plan mode: you look around and plan, and change nothing until they agree to the plan. For work that is large or can be done in several ways.",
    input: z.object({}),
    effects: () => [],
    readOnly: true,
    asksUser: true,
    async *run() {
      if (!kit.plan) return failed("There is no plan mode here. Tell the user your plan instead.");
      kit.plan.enter();
      return said("You are in plan mode: read, search and ask; change nothing. When the plan stands, call ExitPlanMode with it.");
    },
  });
}

export function exitPlanModeBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof leaving>>({
    name: "ExitPlanMode",
    description:
      "Shows the user your plan and asks whether you may carry it out. Only in plan mode, and only when nothing is open any more.",
    input: leaving,
    effects: () => [],
    readOnly: true,
    asksUser: true,
    validate: async () => (kit.plan?.planning() ? undefined : "You aren't in plan mode: carry on, or call EnterPlanMode first."),
    async *run({ plan }) {
      kit.plan?.leave();
      return said("The user agrees to the plan. Carry it out.", { display: { kind: "plan", plan } });
    },
  });
}
