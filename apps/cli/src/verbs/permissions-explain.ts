import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { inspectPermissions, type CallExplained, type RulesView } from "@keelson/harness";
import type { JsonObject, Opinion } from "@keelson/protocol";
import { DONE } from "../exit.ts";
import type { Machine } from "../machine.ts";
import { complain, say } from "../tell.ts";
import type { ExplainAsked } from "./lines/permissions.ts";
import { placeOf, rulesIn } from "./permissions.ts";

/** `keel permissions explain`: what each stage says of one call. A verdict is an answer: the exit code is 0 whatever it is. */
export async function explain(asked: ExplainAsked, machine: Machine): Promise<number> {
  const base = machine.cwd ?? machine.home;
  const cwd = asked.cwd === undefined ? base : resolve(base, asked.cwd);
  if (
    !(await stat(cwd).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  )
    await complain(`warning: ${cwd} isn't a folder that is there; the call is judged as if it were.`, machine, DONE);
  const view = await rulesIn(cwd, asked, machine);
  if (typeof view === "number") return view;
  const { explainCall } = await inspectPermissions();
  const said = await explainCall(view, asked, new AbortController().signal);
  return await say(
    asked.json ? JSON.stringify(printed(asked, view, said), null, 2) : shown(asked, view, said, machine.home),
    machine,
    DONE,
  );
}

type Stage = CallExplained["stages"][number];

function printed(
  { tool, input }: ExplainAsked,
  { mode, ground }: RulesView,
  { decision, stages, effects, by, refused, proposed }: CallExplained,
): JsonObject {
  return {
    tool,
    input,
    cwd: ground.cwd,
    mode,
    verdict: decision.behavior,
    stage: stageOf(decision, stages),
    ...opinionOf(decision),
    stages: stages.map(({ stage, heard, opinion }) => ({
      stage,
      heard,
      verdict: opinion?.behavior ?? null,
      ...(opinion && { explicit: opinion.explicit, ...opinionOf(opinion) }),
    })),
    effects,
    boundBy: by,
    ...(refused !== undefined && { refused }),
    ...(proposed.length > 0 && { wouldAllow: proposed }),
  };
}

/** Where no stage said anything, the user would. */
const stageOf = ({ stage }: CallExplained["decision"], stages: readonly Stage[]): string =>
  stages.some(({ opinion }) => opinion !== undefined) ? stage : "user";

const opinionOf = ({ reason, rule }: Opinion): JsonObject => ({
  reason,
  ...(rule && {
    rule: rule.text,
    source: rule.source,
    ...(rule.file !== undefined && { file: rule.file }),
    ...(rule.line !== undefined && { line: rule.line }),
  }),
});

function shown(
  { tool }: ExplainAsked,
  { mode }: RulesView,
  { decision, stages, effects, by: bound, refused, proposed }: CallExplained,
  home: string,
): string {
  const by = stageOf(decision, stages);
  const words = (text: string): string => text.replaceAll(/\s+/g, " ");
  const place = ({ rule, reason }: Opinion): string =>
    rule && !reason.includes(rule.text) ? `  [${rule.text}, ${placeOf(rule, home)}]` : "";
  return [
    `${decision.behavior.toUpperCase()}  ${tool} in mode ${mode}, ${by === "user" ? "left to the user" : `decided by ${by}`}: ${words(decision.reason)}${place(decision)}`,
    "",
    "Stages, in their order:",
    ...stages.map(
      (one) =>
        `  ${one.stage.padEnd(10)} ${one.opinion ? `${one.opinion.behavior.padEnd(5)} ${words(one.opinion.reason)}${place(one.opinion)}` : silence(one, mode, decision.behavior)}`,
    ),
    "",
    ...(effects.length === 0 ? ["Effects: none are known."] : ["Effects:", ...effects.map((effect) => `  ${effect}`)]),
    ...(bound === "name"
      ? [
          refused === undefined
            ? "(By the tool's name: it isn't one of ours.)"
            : `(By the tool's name. The tool itself would refuse this input: ${words(refused)})`,
        ]
      : []),
    ...(proposed.length === 0 ? [] : ["", `Would allow it: ${proposed.join(", ")}`]),
  ].join("\n");
}

/** Why a stage says nothing. Here nobody is asked and no hook runs. */
function silence({ stage, heard }: Stage, mode: string, verdict: string): string {
  if (!heard) return "-     not reached: it is decided before";
  if (stage === "hooks") return "-     hooks aren't run here; in a session they may tighten it";
  if (stage === "classifier" && mode === "auto") return "-     not safe by itself; in a session a model is asked, here it isn't";
  if (stage === "classifier") return "-     speaks in mode auto only";
  return stage === "user" && verdict === "ask" ? "-     would be asked" : "-     no opinion";
}
