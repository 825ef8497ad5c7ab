import type { Json, JsonObject } from "@keelson/protocol";
import { isObject, listIn, stringIn } from "./json.ts";

/** A choice that a person is asked to make, as AskUserQuestion's input has it. */
export type Choice = {
  readonly question: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
  /** Several may be taken. */
  readonly several: boolean;
};

/** None where the call is another's. */
export function questionsIn(tool: string, input: JsonObject): readonly Choice[] {
  return tool === "AskUserQuestion" ? listIn(input, "questions").flatMap(choiceOf) : [];
}

function choiceOf(entry: Json): readonly Choice[] {
  const question = isObject(entry) ? stringIn(entry, "question") : undefined;
  if (!isObject(entry) || question === undefined) return [];
  const options = listIn(entry, "options").flatMap((option) => {
    const label = isObject(option) ? stringIn(option, "label") : undefined;
    return isObject(option) && label !== undefined ? [{ label, description: stringIn(option, "description") ?? "" }] : [];
  });
  return [{ question, options, several: entry["multiSelect"] === true }];
}

/** `2`, `1,3` where several may be taken, a label in any case; anything else is an answer in words of one's own. Undefined: no option has that number. */
export function pickIn(words: string, { options, several }: Choice): string | undefined {
  const said = words.trim();
  const numbers = several ? said.split(/[\s,]+/) : [said];
  if (numbers.every((number) => /^\d{1,2}$/.test(number))) {
    const labels = numbers.map((number) => options[Number(number) - 1]?.label);
    return labels.every((label) => label !== undefined) ? [...new Set(labels)].join(", ") : undefined;
  }
  return options.find(({ label }) => label.toLowerCase() === said.toLowerCase())?.label ?? said;
}
