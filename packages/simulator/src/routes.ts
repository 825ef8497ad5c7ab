import type { Cursor } from "./cursor.ts";
import { failure, refused } from "./failure.ts";
import { DEFAULT_MODEL, describeModel } from "./models.ts";
import { streamed, whole } from "./play.ts";
import type { SeenRequest } from "./reply.ts";
import { readRequest } from "./request.ts";
import { json, type Step } from "./step.ts";
import { promptTokens } from "./tokens.ts";

/** What answers a request: the steps are decided here, all of them, before one is taken. */
export type House = { readonly next: Cursor; readonly model: string | undefined };
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
  const next = await house.next(request, seen);
  if (!next.ok) return refused(next.error, requestId);
  const { reply, number } = next;
  if ("error" in reply) return failure(reply.error, requestId);
  const facts = { number, requestId, model: house.model ?? request.model, inputTokens: promptTokens(request.body) };
  return request.stream ? streamed(reply, facts) : whole(reply, facts);
}

function count({ seen, requestId }: Asked): readonly Step[] {
  const read = readRequest(seen, "count");
  return read.ok ? json(200, requestId, { input_tokens: promptTokens(read.request.body) }) : refused(read.error, requestId);
}

function listModels({ requestId }: Asked, { model = DEFAULT_MODEL }: House): readonly Step[] {
  return json(200, requestId, { data: [describeModel(model)], has_more: false, first_id: model, last_id: model });
}

/** A script that names its model has no other; one that doesn't answers for any. */
function oneModel({ requestId, id }: Asked, { model }: House): readonly Step[] {
  const asked = decodeURIComponent(id);
  return model === undefined || model === asked
    ? json(200, requestId, describeModel(asked))
    : failure({ status: 404, message: `model: ${asked}` }, requestId);
}
