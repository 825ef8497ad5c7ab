/** One page: its host resolved once and held to, redirects within that host followed. Rule: another place is another call, which is judged anew. */
import { STATUS_CODES } from "node:http";
import { ENCODINGS, readBody } from "./body.ts";
import type { Fetched } from "./content.ts";
import { destinationOf, hostIn } from "./destination.ts";
import type { Web, WebAnswer } from "./ports.ts";

/** `moved`: it points elsewhere, and nothing there was asked. */
export type Page =
  | ({ readonly is: "page" } & Fetched)
  | { readonly is: "moved"; readonly to: string; readonly status: number }
  | { readonly is: "failed"; readonly why: string };

const TIMEOUT_MS = 30_000;
const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const HEADERS = {
  "user-agent": "keelson",
  accept: "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, application/json;q=0.8, */*;q=0.5",
  "accept-encoding": ENCODINGS,
};

/** Rejects only when aborted. */
export async function fetchPage(address: string, web: Web, signal: AbortSignal): Promise<Page> {
  const timeoutMs = web.timeoutMs ?? TIMEOUT_MS;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await follow(new URL(address), web, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted)
      return failed(`${new URL(address).host} didn't answer in full within ${timeoutMs / 1_000} s. Try again later, or another source.`);
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function follow(first: URL, web: Web, signal: AbortSignal): Promise<Page> {
  const destination = await destinationOf(first, web, signal);
  if (!destination.ok) return failed(destination.error);
  const { addresses } = destination;
  let url = first;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const answer = await web.fetch(url.href, { headers: HEADERS, signal, ...(addresses && { addresses }) });
    if (!REDIRECTS.includes(answer.status)) return read(url, answer);
    await leave(answer);
    const to = URL.parse(answer.headers.get("location") ?? "", url.href);
    if (!to || !answer.headers.get("location")) return failed(`${url.host} redirects (${answer.status}), but doesn't say where to.`);
    if (!isSamePlace(url, to)) return elsewhere(to, answer.status);
    url = to;
  }
  return failed(`${first.host} redirects more than ${MOST_REDIRECTS} times. Check the address.`);
}

async function read(url: URL, answer: WebAnswer): Promise<Page> {
  const { status } = answer;
  if (status < 200 || status >= 300) {
    await leave(answer);
    return failed(`${url.host} answers ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd() + (ADVICE[status] ?? "."));
  }
  const body = await readBody(answer);
  if (!body.ok) return failed(body.error);
  return { is: "page", url: url.href, type: answer.headers.get("content-type") ?? "", bytes: body.bytes, whole: body.whole };
}

const ADVICE: Readonly<Record<number, string>> = {
  401: ": it wants a login, which isn't given from here. Ask the user, or use a tool that has one.",
  403: ": it refuses. Try another source.",
  404: ": there is no such page. Check the address, or search for it.",
  429: ": it was asked too often. Wait, or try another source.",
};

/** Upgrading to https on the same host is no other place; another port is. */
function isSamePlace(from: URL, to: URL): boolean {
  if (to.username !== "" || to.password !== "" || hostIn(from) !== hostIn(to)) return false;
  return from.origin === to.origin || (from.protocol === "http:" && to.protocol === "https:" && from.port === "" && to.port === "");
}

function elsewhere(to: URL, status: number): Page {
  if (to.protocol !== "http:" && to.protocol !== "https:")
    return failed(`It redirects to what isn't a web address (${to.protocol}). Check the address.`);
  to.username = "";
  to.password = "";
  return { is: "moved", to: to.href, status };
}

/** Nobody reads what stands beside a redirect or an error: it is nobody's whom the model asked. */
async function leave({ body }: WebAnswer): Promise<void> {
  await body?.[Symbol.asyncIterator]().return?.();
}

const failed = (why: string): Page => ({ is: "failed", why });
