import type { OutgoingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import { lostTo, refusedBy, type Proxy } from "./proxy.ts";

/** A connection through the proxy to `target` (host:port), as if straight (CONNECT, RFC 9110 section 9.3.6). Rejects with a `NetworkError`. */
export function tunnel(
  proxy: Proxy,
  target: string,
  { secureContext, left }: { readonly secureContext: SecureContext | undefined; readonly left: AbortSignal | undefined },
): Promise<Duplex> {
  const { request: open } = process.getBuiltinModule(proxy.secure ? "node:https" : "node:http");
  const headers: OutgoingHttpHeaders = { host: target, ...(proxy.login !== undefined && { "proxy-authorization": proxy.login }) };
  return new Promise((resolve, reject) => {
    const request = open({
      host: proxy.host,
      port: proxy.port,
      method: "CONNECT",
      path: target,
      headers,
      agent: false,
      ...(secureContext && { secureContext }),
    });
    left?.addEventListener("abort", () => request.destroy()); // does nothing to a tunnel that stands
    request.once("connect", ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(refusedBy(proxy, statusCode, target));
    });
    request.on("error", (error) => reject(lostTo(proxy, target, error)));
    request.end();
  });
}
