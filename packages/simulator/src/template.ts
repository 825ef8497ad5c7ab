import type { Conversation } from "./conversation.ts";
import { quote } from "./quote.ts";

/**
 * Templates in a reply's strings: {{prompt}}, {{result:2}}, {{result:Read|/port (\d+)/}}, {{variable}}; \{{ stands for two braces.
 * Nothing is left standing that can't be filled: a template is filled or complained about.
 */
export type Facts = { readonly conversation: Conversation; readonly variables: Readonly<Record<string, string>> };

/** Fills text after text and keeps what it couldn't fill as `problems`. */
export function filling(facts: Facts): { readonly fill: (text: string) => string; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const fill = (text: string): string =>
    text.replace(TEMPLATE, (...match) => {
      const template = templateOf(match);
      if (template === undefined) return "{{";
      const found = "problem" in template ? template : find(template, facts);
      if ("problem" in found) problems.push(found.problem);
      return "problem" in found ? template.source : found.value;
    });
  return { fill, problems };
}

/** What is wrong with the templates of a text before any request is known: spelling only. */
export function misspelled(text: string): readonly string[] {
  return [...text.matchAll(TEMPLATE)].flatMap((match) => {
    const template = templateOf(match);
    return template !== undefined && "problem" in template ? [template.problem] : [];
  });
}

// An escape, or a whole template (name, argument, pattern, flags), or braces that open nothing.
const TEMPLATE = /\\\{\{|\{\{(?:([A-Za-z][\w-]*)(?::([^|{}]+))?(?:\|\/((?:\\.|[^\\/])+)\/([imsu]*))?\}\})?/g;
const FORMS = "{{prompt}}, {{result:1}}, {{result:Read}}, {{name}}, each with |/pattern/ if you like";

type Template = {
  readonly source: string;
  readonly name: string;
  readonly argument: string | undefined;
  readonly pick: RegExp | undefined;
};
type Wrong = { readonly source: string; readonly problem: string };
type Found = { readonly value: string } | { readonly problem: string };

function templateOf(match: readonly unknown[]): Template | Wrong | undefined {
  const [source = "", name, argument, pattern, flags] = match.slice(0, 5).map((part) => (typeof part === "string" ? part : undefined));
  if (source === "\\{{") return undefined;
  if (name === undefined) return wrong("{{", `is no template. There are ${FORMS}; write \\{{ for two braces.`);
  if (name === "prompt" ? argument !== undefined : name !== "result" && argument !== undefined)
    return wrong(source, `takes no argument: only result has one.`);
  if (name === "result" && (argument === undefined || argument === "0"))
    return wrong(source, "needs the number of a tool result, from 1, or the name of a tool: {{result:1}}, {{result:Read}}.");
  try {
    return { source, name, argument, pick: pattern === undefined ? undefined : new RegExp(pattern, flags) };
  } catch (error) {
    return wrong(source, `has a pattern that isn't a regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function find(template: Template, facts: Facts): Found {
  const whole = valueOf(template, facts);
  if ("problem" in whole || !template.pick) return whole;
  const match = template.pick.exec(whole.value);
  if (match) return { value: match[1] ?? match[0] };
  return unfilled(template.source, `${String(template.pick)} matches nothing in ${quote(whole.value)}`);
}

function valueOf({ source, name, argument }: Template, { conversation, variables }: Facts): Found {
  const { results, prompt } = conversation;
  if (name === "prompt") return prompt === undefined ? unfilled(source, "the conversation has no text of the user") : { value: prompt };
  if (name === "result") {
    const result = /^\d+$/.test(argument ?? "") ? results[Number(argument) - 1] : results.findLast(({ tool }) => tool === argument);
    if (result) return { value: result.text };
    const had = results.map(({ tool }, at) => `${at + 1} ${tool ?? "?"}`).join(", ");
    return unfilled(source, `the tool results of the conversation are: ${had || "none"}`);
  }
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined) return { value };
  return unfilled(
    source,
    `no variable has this name (there are: ${Object.keys(variables).join(", ") || "none"}). Hand it in as { variables }`,
  );
}

const wrong = (source: string, why: string): Wrong => ({ source, problem: `${source} ${why}` });
const unfilled = (source: string, why: string): Found => ({ problem: `${source} can't be filled: ${why}.` });
