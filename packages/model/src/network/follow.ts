import type { FetchInit, FetchResponse } from "./fetch.ts";
import { networkError } from "./network-error.ts";

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_HOPS = 20; // as browsers
/** Meant for whom they were written to. */
const PRIVATE = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

/** Goes where an answer points (Fetch standard, "HTTP-redirect fetch"): a POST becomes a GET unless it may not, and another host gets no credentials. */
export async function follow(
  first: FetchResponse,
  init: FetchInit,
  ask: (url: URL, init: FetchInit) => Promise<FetchResponse>,
): Promise<FetchResponse> {
  let response = first;
  let sent = init;
  for (let hops = 0; REDIRECTS.includes(response.status); hops++) {
    const from = new URL(response.url);
    const to = URL.parse(response.headers.get("location") ?? "", from.href);
    if (!response.headers.has("location")) return response;
    await leave(response);
    if (init.redirect === "error")
      throw networkError("redirected", `${from.host} redirects to ${to?.host ?? "nowhere"}, which isn't allowed here.`);
    if (hops === MOST_HOPS) throw networkError("redirected", `${from.host} redirects without end. Check the address.`);
    if (!to || !["http:", "https:"].includes(to.protocol))
      throw networkError("redirected", `${from.host} redirects to what isn't a web address. Check the address.`);
    sent = next(sent, response.status, from.origin === to.origin);
    response = await ask(to, sent);
  }
  return response;
}

function next({ body, headers, ...init }: FetchInit, status: number, same: boolean): FetchInit {
  const { method = "GET" } = init;
  const drops = (status === 303 && method !== "HEAD") || (status < 303 && method === "POST");
  const pairs = headers === undefined ? [] : Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const kept = pairs.filter(([name]) => (same || !PRIVATE.includes(name.toLowerCase())) && !(drops && /^content-/i.test(name)));
  return { ...init, headers: Object.fromEntries(kept), ...(drops ? { method: "GET" } : body !== undefined && { body }) };
}

/** Nobody reads where it only points on. */
async function leave({ body }: FetchResponse): Promise<void> {
  await body?.[Symbol.asyncIterator]().return?.();
}
