/**
 * What a session is by its command line, as its log keeps it. Rule: it comes back with the session, so that one that goes on is never freer than
 * it was; a new command line adds to what is forbidden, and only a flag that says so takes it away.
 */
import type { JsonObject, Rule, Settings } from "@keelson/protocol";
import type { Flags } from "./house.ts";

/** Of the flags. `deny`, `ask`: rules, those of `--settings` among them; their paths are meant from the session's folder. */
export type Terms = {
  readonly deny?: readonly string[];
  readonly ask?: readonly string[];
  readonly tools?: readonly string[];
  readonly systemPrompt?: string;
  readonly appendSystemPrompt?: string;
  readonly coordinator?: boolean;
  /** What stood in `--settings`, without what it allowed and without what may be a secret. */
  readonly settings?: JsonObject;
};

/** `settings`: those of the flag. */
export function termsOf(
  { tools, systemPrompt, appendSystemPrompt, coordinator }: Flags,
  rules: readonly Rule[],
  settings: Settings | undefined,
): Terms {
  const said = (behavior: Rule["behavior"]): readonly string[] => [
    ...new Set(rules.filter((rule) => rule.source === "flag" && rule.behavior === behavior).map(({ text }) => text)),
  ];
  const [deny, ask] = [said("deny"), said("ask")];
  return {
    ...(deny.length > 0 && { deny }),
    ...(ask.length > 0 && { ask }),
    ...(tools && { tools }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(appendSystemPrompt && { appendSystemPrompt }),
    ...(coordinator && { coordinator }),
    ...(settings && { settings: keepable(settings) }),
  };
}

function keepable({ env: _env, apiKeyHelper: _helper, permissions, ...others }: Settings): JsonObject {
  const { allow: _allow, ...held } = permissions ?? {};
  return JSON.parse(JSON.stringify({ ...others, ...(permissions && { permissions: held }) }));
}

/** As a log has them. */
export function readTerms({ deny, ask, tools, systemPrompt, appendSystemPrompt, coordinator, settings }: JsonObject): Terms {
  return {
    ...(isList(deny) && { deny }),
    ...(isList(ask) && { ask }),
    ...(isList(tools) && { tools }),
    ...(typeof systemPrompt === "string" && { systemPrompt }),
    ...(typeof appendSystemPrompt === "string" && { appendSystemPrompt }),
    ...(coordinator === true && { coordinator }),
    ...(isObject(settings) && { settings }),
  };
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === "string");
const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
