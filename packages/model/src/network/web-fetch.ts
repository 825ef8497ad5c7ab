import type { Fetch } from "./fetch.ts";

/** For libraries that want the web's own `Response` and `ReadableStream`. Its first call loads them, which costs 33 ms. */
export function webFetch(fetch: Fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const body = asked.body === null ? null : new Uint8Array(await asked.arrayBuffer());
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined); // not `asked.signal`: nothing holds that one
    const { method, headers, redirect } = asked;
    const response = await fetch(asked.url, { method, headers, body, redirect, ...(signal && { signal }) });
    const { status, statusText, url } = response;
    const answer = new Response(response.body && ReadableStream.from(response.body), {
      status,
      statusText,
      headers: [...response.headers],
    });
    return Object.defineProperty(answer, "url", { value: url });
  };
}
