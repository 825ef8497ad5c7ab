import { classifyCommand, standardStages, type Stages } from "@keelson/permissions";
import type { Judge, Pending } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";
import type { Toolbox } from "../toolbox.ts";
import type { AskModel } from "../asking.ts";
import { classifying } from "./classify.ts";

/** The stages as a session has them: with its sandbox, and the models that answer in mode auto. */
export function stagesOf({ settings }: Pick<Gathered, "settings">, { box }: Pick<Toolbox, "box">, second: () => AskModel): Stages {
  const confined = ({ call: { effects } }: Pending): boolean =>
    box !== undefined && effects.length > 0 && effects.every((effect) => effect.do === "shell" && box.holds(effect.text));
  const standard = standardStages({ classifier: classifying(settings, classifyCommand, second), confined });
  const boxed = box !== undefined && settings.sandbox?.autoAllowBashIfSandboxed !== false;
  return boxed ? { ...standard, own_check: within(standard.own_check, confined) } : standard;
}

/** What runs in the sandbox needs no question that nobody asked for; a rule, a protected path or a critical removal still asks. */
function within(ownCheck: Judge, confined: (pending: Pending) => boolean): Judge {
  return async (pending, signal) =>
    (await ownCheck(pending, signal)) ??
    (confined(pending) ? { behavior: "allow", reason: "It runs in the sandbox.", explicit: false } : undefined);
}
