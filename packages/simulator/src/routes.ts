import type { Clock } from "@keelson/protocol";
import type { Cursor } from "./cursor.ts";
import { failure, refused } from "./failure.ts";
import { threaded, tooLong, unknownModel } from "./limits.ts";
import { DEFAULT_MODEL, describeModel } from "./models.ts";
import { messageIdOf, streamed, whole, type Facts } from "./play.ts";
import { openCache, uncached, type Cache } from "./prompt/cache.ts";
import { openDiagnosis, type Diagnose } from "./prompt/diagnosis.ts";
import { checkThinking, reportsDrops, signer, type Checked } from "./prompt/thinking.ts";
import type { MessageReply } from "./reply.ts";
import { readRequest, type ApiRequest } from "./request.ts";
import type { Script, SeenRequest } from "./script.ts";
import { dealerOf } from "./sessions.ts";
import { json, type Step } from "./step.ts";
import { namesInput } from "./usage.ts";

/** What answers a request: the steps are decided here, all of them, before one is taken. */
export type House = { readonly script: Script; readonly next: Cursor; readonly cache: Cache; readonly diagnose: Diagnose };
type Asked = { readonly seen: SeenRequest; readonly requestId: string; readonly id: string };
type Route = {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (asked: Asked, house: House) => readonly Step[] | Promise<readonly Step[]>;
};

const ROUTES: readonly Route[] = [
  { method: "POST", path: /^\/v1\/messages$/, answer: message },
  { method: "POST", path: /^\/v1\/messages\/count_tokens$/, answer: count },
  { method: "GET", path: /^\/v1\/models$/, answer: listModels },
  { method: "GET", path: /^\/v1\/models\/([^/]+)$/, answer: oneModel },
];

export function openHouse(script: Script, variables: Readonly<Record<string, string>>, clock: Clock): House {
  return { script, next: dealerOf(script, variables), cache: openCache(clock), diagnose: openDiagnosis() };
}

export async function answer(seen: SeenRequest, requestId: string, house: House): Promise<readonly Step[]> {
  const here = ROUTES.filter(({ path }) => path.test(seen.path));
  const route = here.find(({ method }) => method === seen.method);
  if (route) return route.answer({ seen, requestId, id: route.path.exec(seen.path)?.[1] ?? "" }, house);
  if (here.length > 0) return failure({ status: 405, message: "Method Not Allowed" }, requestId);
  return failure({ status: 404, message: `Not found: ${seen.method} ${seen.path}` }, requestId);
}

async function message({ seen, requestId }: Asked, house: House): Promise<readonly Step[]> {
  const read = readRequest(seen, "message");
  if (!read.ok) return refused(read.error, requestId);
  const { request } = read;
  const checked = checkedBy(house, request, seen);
  if (!checked.ok) return refused(checked.error, requestId);
  const limited =
    unknownModel(request.model, house.script, requestId) ??
    threaded(request, requestId) ??
    tooLong(checked.prompt.tokens, request, house.script, requestId);
  if (limited) return limited;
  const next = request.maxTokens === 0 ? WARMED : await house.next(request, seen);
  if (!next.ok) return refused(next.error, requestId);
  if ("error" in next.reply) return failure(next.reply.error, requestId);
  const facts = factsOf(next.reply, next.place, { request, requestId, checked, house, beta: betaOf(seen) });
  return request.stream ? streamed(next.reply, facts) : whole(next.reply, facts);
}

/** A request for nothing (`max_tokens: 0`) only fills the cache, and takes no reply. */
const WARMED = { ok: true, place: "warm", reply: { blocks: [], stop: "max_tokens", usage: { output_tokens: 0 } } } as const;

type Background = {
  readonly request: ApiRequest;
  readonly requestId: string;
  readonly checked: Extract<Checked, { ok: true }>;
  readonly house: House;
  readonly beta: string;
};

function factsOf(reply: MessageReply, place: string, { request, requestId, checked, house, beta }: Background): Facts {
  const { model, body } = request;
  const { prompt, dropped } = checked;
  const diagnostics = house.diagnose(model, prompt, body, messageIdOf(place));
  return {
    place,
    requestId,
    model: house.script.model ?? model,
    input: namesInput(reply) ? uncached(prompt) : house.cache(model, prompt, body),
    sign: (said) => signer(model, request.prompt, said),
    ...(diagnostics !== undefined && { diagnostics }),
    ...(house.script.checkThinking === true && reportsDrops(beta) && { input_transformations: dropped }),
  };
}

function checkedBy({ script }: House, { prompt, model, body }: ApiRequest, seen: SeenRequest): Checked {
  return script.checkThinking === true ? checkThinking(prompt, model, body, betaOf(seen)) : { ok: true, prompt, dropped: [] };
}

const betaOf = ({ headers }: SeenRequest): string => headers["anthropic-beta"] ?? "";

function count({ seen, requestId }: Asked, { script }: House): readonly Step[] {
  const read = readRequest(seen, "count");
  if (!read.ok) return refused(read.error, requestId);
  const { model, prompt } = read.request;
  return unknownModel(model, script, requestId) ?? json(200, requestId, { input_tokens: prompt.tokens });
}

function listModels({ requestId }: Asked, { script }: House): readonly Step[] {
  const names = script.models ?? [script.model ?? DEFAULT_MODEL];
  const data = names.map((name) => describeModel(name, script.window));
  return json(200, requestId, { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null });
}

/** A script that names its model, or all of them, has no other; one that doesn't answers for any. */
function oneModel({ requestId, id }: Asked, { script }: House): readonly Step[] {
  const asked = decodeURIComponent(id);
  const { model, models = model === undefined ? undefined : [model], window } = script;
  return unknownModel(asked, { models }, requestId) ?? json(200, requestId, describeModel(asked, window));
}
