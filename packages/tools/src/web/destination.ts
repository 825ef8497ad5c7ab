/** Where a request may go: the addresses that its name has now, to which it is then held. A name that leads into this network is refused. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLocalName, isPublic } from "./address.ts";
import type { Web } from "./ports.ts";

/** `addresses`: absent where a proxy resolves the name. */
export type Destination = { readonly ok: true; readonly addresses?: readonly string[] } | { readonly ok: false; readonly error: string };

/** As the rules spell it: small letters, no dot at the end, an IPv6 address in brackets. */
export const hostIn = (url: URL): string => url.hostname.replace(/\.$/, "");
const bare = (host: string): string => host.replaceAll(/^\[|\]$/g, "");

/** In words why not, as far as that can be seen without asking anyone. */
export function refuseName(url: URL, { allowPrivate }: Pick<Web, "allowPrivate">): string | undefined {
  const host = hostIn(url);
  const name = bare(host);
  const inner = isIP(name) > 0 ? !isPublic(name) : /^(?:.*\.)?localhost$/.test(name);
  return inner && allowPrivate?.(host) !== true ? privately(host) : undefined;
}

export async function destinationOf(url: URL, web: Web, signal: AbortSignal): Promise<Destination> {
  const host = hostIn(url);
  const allowed = web.allowPrivate?.(host) === true;
  const refusal = refuseName(url, web);
  if (refusal !== undefined) return { ok: false, error: refusal };
  if ((await web.proxied?.(url)) === true) return !allowed && isIP(bare(host)) === 0 && isLocalName(host) ? refused(host) : { ok: true };
  if (isIP(bare(host)) > 0) return { ok: true, addresses: [bare(host)] };
  const addresses = await unlessAborted((web.resolve ?? systemResolve)(host), signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return [];
  });
  if (addresses.length === 0) return { ok: false, error: `No address is known for ${host}. Check the name and the network.` };
  // One that leads inside is enough: whoever answers for the name could choose.
  return allowed || addresses.every(isPublic) ? { ok: true, addresses } : refused(host);
}

const refused = (host: string): Destination => ({ ok: false, error: privately(host) });

function privately(host: string): string {
  return `${host} stands on this machine or in its network, which isn't fetched from unless a rule names it. The user can add the allow rule WebFetch(domain:${host}).`;
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);
}

/** The system's resolver can't be told to stop. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
