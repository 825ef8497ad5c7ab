// Why a call is allowed, asked about or denied: what each of the seven stages says, and the effects that were found. Nothing runs, nobody is asked.
import type { Asked, Decision, Effect } from "@keelson/protocol";
import { escaped } from "../question.ts";
import { analyseText } from "../shell/analyse.ts";
import { MARK } from "../shell/marks.ts";
import type { Touch } from "../shell/touch.ts";
import { within, type Unit } from "../shell/unit.ts";
import type { Stages } from "../stages.ts";
import { weigh, type Heard } from "../weigh.ts";

/** `effects`: one line each. `decision`: what would be asked stays an ask. */
export type Explanation = { readonly decision: Decision; readonly stages: readonly Heard[]; readonly effects: readonly string[] };

export async function explain(asked: Asked, stages: Stages, signal: AbortSignal): Promise<Explanation> {
  const heard: Heard[] = [];
  const decision = await weigh(asked, { ...stages, user: async () => undefined }, signal, (one) => heard.push(one));
  const denied = asked.mode === "dontAsk" && decision.behavior === "ask";
  return {
    decision: denied ? { ...decision, behavior: "deny", reason: `${decision.reason} Mode dontAsk denies what would be asked.` } : decision,
    stages: heard,
    effects: asked.call.effects.flatMap((effect) => describe(effect, asked.home)),
  };
}

function describe(effect: Effect, home: string): readonly string[] {
  switch (effect.do) {
    case "read":
    case "write":
    case "delete":
      return [`${effect.do} ${effect.path}${effect.do === "read" && effect.under ? " and all beneath it" : ""}`];
    case "connect":
      return [`connect ${effect.url}`];
    case "spawn":
      return [`start agent ${effect.agent}`];
    case "unknown":
      return [`unknown: ${effect.why}`];
    case "shell":
      return describeShell(effect.text, effect.cwd, home);
  }
}

function describeShell(text: string, cwd: string, home: string): readonly string[] {
  const { units, touches, opaque, broken } = analyseText(text, cwd, home);
  const lines = [
    ...(broken === undefined ? [] : [`opaque: ${broken}`]),
    ...opaque.map(({ why }) => `opaque: ${why}`),
    ...within(units).flatMap((unit) => describeUnit(unit)),
    ...touches.flatMap((touch) => describeTouch(touch)),
  ];
  return [...new Set(lines)];
}

function describeUnit({ assigns, words, facts, hides }: Unit): readonly string[] {
  return [
    ...assigns.map(({ raw }) => `set ${escaped(raw)}`),
    ...(words.length === 0 ? [] : [`run ${escaped(words.map(({ raw }) => raw).join(" "))}${facts.tells ? " (only tells)" : ""}`]),
    ...(hides === undefined ? [] : [`opaque: ${hides.why}`]),
    ...facts.touches.filter((touch) => touch.do === "net" || touch.guessed !== true).flatMap((touch) => describeTouch(touch)),
  ];
}

function describeTouch(touch: Touch): readonly string[] {
  if (touch.do === "net") return [`connect ${touch.host ?? "to a host that isn't named"}`];
  const verb = touch.kept ? "read from version control, in" : touch.do === "cd" ? "go to" : touch.do;
  const named = touch.place.paths.map(
    (path) => `${verb} ${escaped(path.replaceAll(MARK.glob, "*"))}${touch.under ? " and all beneath it" : ""}`,
  );
  return touch.place.unknown ? [...named, `${verb} a place that the text doesn't tell`] : named;
}
