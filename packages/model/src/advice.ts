import { nearest, type ModelErrorCode } from "@keelson/protocol";
import type { Dialect } from "./dialect.ts";
import type { Failure } from "./failure.ts";
import { modelNames } from "./catalog.ts";

/** Whom was asked, for what. `secrets` are never shown. */
export type Where = { readonly dialect: Dialect; readonly url: string; readonly model: string; readonly secrets: readonly string[] };

/** One row per way to fail: what happened, then what to do next. */
const ADVICE: Readonly<Record<ModelErrorCode, (failure: Failure, where: Where) => string>> = {
  rate_limited: (failure, { url }) =>
    `${url} takes no more requests for now${said(failure)}. Wait${howLong(failure)}, or use another key or model.`,
  overloaded: (failure, { url }) => `${url} is overloaded${said(failure)}. Wait${howLong(failure)}, or use another model.`,
  server: (failure, { url }) => `${url} failed${said(failure)}. Try again${request(failure)}.`,
  network: (failure, { url, dialect }) =>
    `Can't reach ${url}${said(failure)}. Check ${dialect.home === url ? "the network" : "that the server runs and that the base URL is right"}.`,
  stream_cut: (_, { url }) => `The connection to ${url} broke in the middle of the reply. Try again.`,
  stalled: (_, { url }) => `${url} has said nothing for too long, and the request was given up. Try again.`,
  prompt_too_long: (failure, { model }) => `The conversation is too long for ${model}${said(failure)}. Compact it, or begin a new one.`,
  context_overflow: (failure, { model }) =>
    `Conversation and reply together don't fit ${model}${said(failure)}. Ask for a shorter reply, or compact.`,
  media_too_large: (failure, { model }) =>
    `${model} can't take an image or document of the conversation${said(failure)}. Remove it, or make it smaller.`,
  thinking_rejected: (failure, { model }) =>
    `${model} refuses earlier thinking in the conversation${said(failure)}. Send it without thinking.`,
  model_not_found: (_, where) => `${where.url} has no model named ${where.model}. ${whichModel(where)}`,
  auth: (failure, { url, dialect }) =>
    `${url} refuses the key${said(failure)}. Check ${dialect.needsKey ? "ANTHROPIC_API_KEY, and that the key may use this model" : "the key"}.`,
  spend_limit: (failure, { url }) =>
    `The account at ${url} has no credit left${said(failure)}. Add credit or raise its limit, then try again.`,
  invalid_request: (failure, where) => `${where.url} ${refused(failure)}`,
};

/** Shorter secrets are placeholders (`none`, `ollama`), and ordinary words. */
const LEAST_SECRET = 8;

export function advise(code: ModelErrorCode, failure: Failure, where: Where): string {
  return redact(ADVICE[code](failure, where), where);
}

export function redact(line: string, { secrets }: Where): string {
  return secrets.filter(({ length }) => length >= LEAST_SECRET).reduce((shown, secret) => shown.replaceAll(secret, "***"), line);
}

function refused(failure: Failure): string {
  const { status, words } = failure;
  if (status === 404 || status === 405) return `has no Messages API at /v1/messages (${status}). Check the base URL: it ends before /v1.`;
  if (status !== undefined && status < 400) return `redirects${said(failure)}, and isn't followed. Set the new place as base URL.`;
  if (status === undefined) return `can't serve the request: ${words}. Check the base URL.`;
  return `refuses the request${said(failure)}. Check the model's settings and its tools${request(failure)}.`;
}

/** The endpoint's own words, in brackets: they are for people who look closer. */
function said({ status, words }: Failure): string {
  const facts = [status, words.replace(/[.\s]+$/, "")].filter((fact) => fact !== undefined && fact !== "");
  return facts.length === 0 ? "" : ` (${facts.join(": ")})`;
}

const request = ({ requestId }: Failure): string => (requestId === "" ? "" : `; if it persists, report request ${requestId}`);
const howLong = ({ retryAfterMs }: Failure): string => (retryAfterMs === undefined ? "" : ` ${Math.ceil(retryAfterMs / 1_000)} s`);

function whichModel({ dialect, model }: Where): string {
  if (dialect.name === "compatible") return "Name one that this server offers.";
  const close = nearest(
    model,
    modelNames().filter((name) => name !== model),
  );
  return close === undefined ? "Check its name." : `Did you mean ${close}?`;
}
