/**
 * What a kind of agents asks for and doesn't get, in words: tools that nobody knows, rules where only names count, a model that isn't known.
 * Rule: the same words when a plugin is validated and when an agent of the kind starts; nothing else comes of them.
 */
import { lookUp } from "@keelson/model";
import type { AgentDecl, Problem } from "@keelson/protocol";
import { blocks } from "@keelson/tools";
import { unmet, wished } from "../dials.ts";
import type { Limits } from "../limits.ts";
import { isAll, meantBy, namedBy } from "./tool-names.ts";

type Asked = { readonly tools?: readonly string[]; readonly disallowedTools?: readonly string[] };
const KNOWN = Object.keys(blocks);
const MOST_NAMES = 10;
const OF_A_SERVER = /^mcp__/;

/** Of an agent's file, before anybody knows which servers and models a session has. */
export function unheldIn({ file, name, tools = [], disallowedTools = [], model }: AgentDecl): readonly Problem[] {
  const others = { tools: tools.filter(isOurs), disallowedTools: disallowedTools.filter(isOurs) };
  const about = [
    ...unheldTools(others, []),
    ...(model === undefined || model === "inherit" || lookUp(model).known
      ? []
      : [`It asks for the model ${model}, which isn't known: the session's own does it.`]),
  ];
  return about.map((text) => ({ severity: "warning", code: "agent_unheld", file, line: 1, text: `The agent ${name}: ${text}` }));
}

const isOurs = (name: string): boolean => !OF_A_SERVER.test(name);

/** `there`: the tools of its parent. `model`: what is asked for, by whomever. */
export type Start = {
  readonly there: readonly string[];
  readonly model: string | undefined;
  readonly models: readonly string[];
  readonly limits: Pick<Limits, "maxBudgetUsd">;
};

/** Of one that starts now: one line, or none. */
export function unheldAtStart(kind: Asked & { readonly name: string }, { there, model, models, limits }: Start): readonly Problem[] {
  const about = [
    ...unheldTools(kind, there),
    ...(model === undefined || wished(model, models, limits) !== undefined ? [] : [`It ${unmet(model, models)}`]),
  ];
  return about.length === 0 ? [] : [{ severity: "warning", code: "agent_unheld", file: `agent ${kind.name}`, text: about.join(" ") }];
}

/** Why it can't be started, for the model. A tool of ours that isn't there comes with a plugin that isn't on. */
export function noneLeft({ name, tools = [] }: Asked & { readonly name: string }): string {
  const named = tools.length > 0 ? ` It names ${listed(tools)}.` : "";
  const asleep = meantBy(tools, KNOWN);
  const wake = asleep.length > 0 ? ` A plugin that isn't on brings ${listed(asleep)}: name it, as in --plugin-dir web.` : "";
  return `No tool is left for an agent of the kind ${name}.${named}${wake}`;
}

function unheldTools({ tools = [], disallowedTools = [] }: Asked, there: readonly string[]): readonly string[] {
  const known = [...KNOWN, ...there];
  const isKnown = (name: string): boolean => namedBy(name, known).length > 0;
  const wanted = tools.some(isAll) ? [] : tools; // beside all of them the others say nothing
  const [unknown, rules] = [[...wanted, ...disallowedTools].filter((name) => !isKnown(name)), wanted.filter(isRule).filter(isKnown)];
  const taken = disallowedTools.filter(isRule).filter(isKnown);
  return [
    ...(unknown.length === 0 ? [] : [`Nobody knows these tools: ${listed(unknown)}. Correct or leave out their names.`]),
    ...(rules.length === 0
      ? []
      : [`It has the whole tool, what stands in brackets isn't held: ${listed(rules)}. Deny the rest by a rule.`]),
    ...(taken.length === 0 ? [] : [`The whole tool is taken from it, whatever stands in brackets: ${listed(taken)}.`]),
  ];
}

const isRule = (name: string): boolean => name.includes("(");

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}
