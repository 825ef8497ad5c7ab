import { failure, refused } from "./failure.ts";
import type { ApiRequest } from "./request.ts";
import type { Step } from "./step.ts";

/** What a scenario's own limits refuse: a model that isn't there, and a prompt that doesn't fit. A refused request takes no reply. */
type Limits = { readonly models?: readonly string[] | undefined; readonly window?: number | undefined };

export function unknownModel(model: string, { models }: Limits, requestId: string): readonly Step[] | undefined {
  return models === undefined || models.includes(model) ? undefined : failure({ status: 404, message: `model: ${model}` }, requestId);
}

/** `tokens`: of the prompt, without the thinking that the model doesn't read. */
export function tooLong(tokens: number, { maxTokens }: ApiRequest, { window }: Limits, requestId: string): readonly Step[] | undefined {
  if (window === undefined) return undefined;
  if (tokens > window) return refused(`prompt is too long: ${tokens} tokens > ${window} maximum`, requestId);
  if (tokens + maxTokens <= window) return undefined;
  const sum = `${tokens} + ${maxTokens} > ${window}`;
  return refused(
    `input length and \`max_tokens\` exceed context limit: ${sum}, decrease input length or \`max_tokens\` and try again`,
    requestId,
  );
}
