import { failure, refused } from "./failure.ts";
import type { ApiRequest } from "./request.ts";
import type { Step } from "./step.ts";

/** What is refused though it is well-formed: it is more than this server, or the scenario's models, can do. A refused request takes no reply. */
type Limits = { readonly models?: readonly string[] | undefined; readonly window?: number | undefined };

export function unknownModel(model: string, { models }: Limits, requestId: string): readonly Step[] | undefined {
  return models === undefined || models.includes(model) ? undefined : failure({ status: 404, message: `model: ${model}` }, requestId);
}

/** A conversation that the server should hold (beta message-threads-2026-08-12). Clients know this answer, and send the whole of it. */
export function threaded({ body }: ApiRequest, requestId: string): readonly Step[] | undefined {
  if ((body["thread"] ?? null) === null) return undefined;
  const details = { error_code: "thread_unsupported_request", unsupported: ["thread"] };
  return failure({ status: 400, message: "thread: this server holds no conversations. Send the whole conversation.", details }, requestId);
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
