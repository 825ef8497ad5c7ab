import { direct, type Way } from "./direct.ts";
import type { Fetch } from "./fetch.ts";
import { networkError, type NetworkError } from "./network-error.ts";
import { LIMITS } from "./phases.ts";
import { send, type Order } from "./send.ts";
import type { NetworkSettings } from "./settings.ts";

/** The one way to the outside. Dispose closes all of its connections, and ends what is under way. */
export type Network = AsyncDisposable & {
  /** Rejects with a `NetworkError`, or with the signal's reason. */
  readonly fetch: Fetch;
  /** Does a proxy stand before it? Then the proxy resolves its name and connects. */
  readonly proxied: (url: URL) => Promise<boolean>;
};

/** Reads and connects nothing until it is asked; what only proxies and certificates need is loaded with the first request that needs it. */
export function openNetwork(settings: NetworkSettings = {}): Network {
  const ways = new Ways(settings);
  const limits = { ...LIMITS, ...settings.limits };
  const ends: Order["ends"] = new Set();
  const ask = async (url: URL, init: Order["init"]) => send({ url, init, limits, ends, route: (await ways.to(url)).route(url) });
  return {
    fetch: async (address, init = {}) => {
      const url = read(address);
      const response = await ask(url, init);
      if (init.redirect === undefined || init.redirect === "manual") return response;
      const { follow } = await import("./follow.ts");
      return follow(response, init, ask);
    },
    proxied: async (url) => (await ways.proxyFor(url)) !== undefined,
    [Symbol.asyncDispose]: async () => {
      await ways.close();
      for (const end of ends) end(closed());
    },
  };
}

const closed = (): NetworkError => networkError("closed", "The network is closed. Open a new one.");

/** At most four: http and https, each straight and by a proxy. */
class Ways {
  readonly #settings: NetworkSettings;
  readonly #open = new Map<string, Promise<Way>>();
  #goesAround: Promise<(url: URL) => boolean> | undefined;
  #closed = false;

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
  }

  async to(url: URL): Promise<Way> {
    if (this.#closed) throw closed();
    const secure = url.protocol === "https:";
    const address = await this.proxyFor(url);
    const name = `${secure} ${address !== undefined}`;
    const way = this.#open.get(name) ?? this.#make(secure, address);
    this.#open.set(name, way);
    way.catch(() => this.#open.delete(name)); // a file that couldn't be read may be there the next time
    return way;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const way of await Promise.allSettled(this.#open.values())) if (way.status === "fulfilled") way.value.close();
  }

  async proxyFor(url: URL): Promise<string | undefined> {
    const { proxy, noProxy } = this.#settings;
    const address = url.protocol === "https:" ? proxy?.https : proxy?.http;
    if (address === undefined || noProxy === undefined) return address;
    this.#goesAround ??= import("./no-proxy.ts").then(({ goesAround }) => goesAround(noProxy));
    return (await this.#goesAround)(url) ? undefined : address;
  }

  async #make(secure: boolean, address: string | undefined): Promise<Way> {
    const { ca, clientCert, clientKey } = this.#settings;
    const plain = ca === undefined && clientCert === undefined && clientKey === undefined;
    const secureContext = plain || (!secure && address === undefined) ? undefined : (await import("./trust.ts")).readTrust(this.#settings);
    return address === undefined ? direct(secure, secureContext) : (await import("./proxied.ts")).proxied(address, secure, secureContext);
  }
}

function read(address: string | URL): URL {
  const url = typeof address === "string" ? URL.parse(address) : address;
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw networkError(
    "settings",
    `Not an http: or https: address: ${url ? `${url.protocol}//${url.host}` : String(address)}. Write it out in full.`,
  );
}
