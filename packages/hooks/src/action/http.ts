/** A hook that is an address: the event is posted to it. Rule: by its status it can block nothing; only what it says counts. */
import picomatch from "picomatch";
import { isObject, parseJson } from "../json.ts";
import { deadline } from "./deadline.ts";
import { createPot } from "./pot.ts";
import { failed, type Act, type Ran, type Site } from "./ran.ts";

export const runHttp: Act<"http"> = async function* ({ url, headers, allowedEnvVars }, site) {
  const { fetch, httpUrls, clock } = site.ports;
  if (fetch === undefined) return failed("Nothing here can reach the network.");
  if (httpUrls && !httpUrls.some((glob) => picomatch.isMatch(new URL(url).href, glob, { bash: true, dot: true })))
    return failed(`allowedHttpHookUrls doesn't name ${url}. Add it there, or remove the hook.`);
  using limit = deadline(site.timeoutMs, clock, site.signal);
  try {
    const sent = Object.entries(headers).map(([name, value]) => [name, filled(value, allowedEnvVars, site)]);
    return await limit.race(
      post(fetch, url, {
        method: "POST",
        headers: { "content-type": "application/json", ...Object.fromEntries(sent) },
        body: site.stdin,
        signal: limit.signal,
        redirect: "manual",
      }),
    );
  } catch (error) {
    if (site.signal.aborted) throw error;
    if (limit.passed) return { kind: "failed", why: `${url} didn't answer in time.`, timedOut: true };
    return failed(`${url} can't be reached: ${error instanceof Error ? error.message : String(error)}`);
  }
};

type Fetch = NonNullable<Site["ports"]["fetch"]>;

async function post(fetch: Fetch, url: string, init: Parameters<Fetch>[1]): Promise<Ran> {
  const response = await fetch(url, init);
  const pot = createPot();
  for await (const chunk of response.body ?? []) {
    pot.add(chunk);
    if (pot.cut) return failed(`${url} answered with more than 1 MB.`); // leaving closes the connection
  }
  if (!response.ok) return failed(`${url} answered with status ${response.status}.`);
  const text = pot.text().trim();
  return text === "" || isObject(parseJson(text))
    ? { kind: "answered", text }
    : failed(`${url} answered with something that isn't a JSON object.`);
}

/** Only variables that the hook names; any other is empty. A line break in a value would begin another header. */
function filled(value: string, allowed: readonly string[], { ports }: Site): string {
  return value
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain ?? "";
      return allowed.includes(name) ? (ports.variable?.(name) ?? "") : "";
    })
    .replaceAll(/[\r\n]/g, "");
}
