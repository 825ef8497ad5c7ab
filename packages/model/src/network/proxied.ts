// Requests by a proxy: for http: the proxy is asked for the whole address, for https: it makes a tunnel and sees nothing of what is said.
import type { SecureContext } from "node:tls";
import { KEPT, type Way } from "./direct.ts";
import { explain } from "./network-error.ts";
import { lostTo, readProxy, refusedBy, type Proxy } from "./proxy.ts";
import { tunnel } from "./tunnel.ts";

/** Throws a `NetworkError` (`settings`) when the proxy's address can't be used. */
export function proxied(address: string, secure: boolean, secureContext: SecureContext | undefined): Way {
  const proxy = readProxy(address);
  return secure ? tunnelled(proxy, secureContext) : forwarded(proxy, secureContext);
}

function forwarded(proxy: Proxy, secureContext: SecureContext | undefined): Way {
  const { urlToHttpOptions } = process.getBuiltinModule("node:url");
  const { Agent, request } = process.getBuiltinModule(proxy.secure ? "node:https" : "node:http");
  const agent = new Agent({ ...KEPT, ...(secureContext && { secureContext }) });
  return {
    route: (url) => {
      const { auth } = urlToHttpOptions(url);
      const path = `${url.origin}${url.pathname}${url.search}`;
      return {
        whom: `${url.host} by the proxy ${proxy.name}`,
        secure: proxy.secure,
        headers: { host: url.host, ...(proxy.login !== undefined && { "proxy-authorization": proxy.login }) },
        open: (options) => request({ ...options, host: proxy.host, port: proxy.port, path, agent, ...(auth != null && { auth }) }),
        explain: (error) => lostTo(proxy, url.host, error),
        refused: (status) => (status === 407 ? refusedBy(proxy, status, url.host) : undefined),
      };
    },
    close: () => agent.destroy(),
  };
}

function tunnelled(proxy: Proxy, secureContext: SecureContext | undefined): Way {
  const { urlToHttpOptions } = process.getBuiltinModule("node:url");
  const { isIP, Socket } = process.getBuiltinModule("node:net");
  const { Agent, request } = process.getBuiltinModule("node:https");
  const { connect } = process.getBuiltinModule("node:tls");
  const agent = new Agent(KEPT);
  // Node's own way to say where connections come from: a kept one is found again by its target, like any other.
  agent.createConnection = (options, done) => {
    const host = options.host ?? "";
    const left = "left" in options && options.left instanceof AbortSignal ? options.left : undefined;
    const secured = {
      host,
      ALPNProtocols: ["http/1.1"],
      ...(isIP(host) === 0 && { servername: host }),
      ...(secureContext && { secureContext }),
    };
    tunnel(proxy, `${bracketed(host)}:${options.port}`, { secureContext, left }).then(
      (socket) => done?.(null, connect({ ...secured, socket })),
      (error) => done?.(error, new Socket()), // nothing reads the second where there is a first
    );
    return undefined;
  };
  return {
    route: (url) => ({
      whom: `${url.host} by the proxy ${proxy.name}`,
      secure: true,
      headers: {},
      open: (options) => request({ ...urlToHttpOptions(url), ...options, agent }),
      explain: (error) => explain(error, url.host),
      refused: () => undefined,
    }),
    close: () => agent.destroy(),
  };
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);
