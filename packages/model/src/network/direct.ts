import type { AgentOptions } from "node:http";
import type { LookupFunction } from "node:net";
import type { SecureContext } from "node:tls";
import { explain } from "./network-error.ts";
import type { Route } from "./send.ts";

/** All requests that go out alike: they share what connections are kept. */
export type Way = { readonly route: (url: URL) => Route; readonly close: () => void };

/** A connection that nobody uses for so many ms is closed; one that is used isn't, however silent. It doesn't hold the process. */
export const KEPT: AgentOptions = { keepAlive: true, timeout: 90_000 };

/** `node:https` is loaded with the first request that needs it: it costs a start 17 ms, and `import` of either costs 33. */
export function direct(secure: boolean, secureContext: SecureContext | undefined): Way {
  const { urlToHttpOptions } = process.getBuiltinModule("node:url");
  const { Agent, request } = process.getBuiltinModule(secure ? "node:https" : "node:http");
  const agent = new Agent({ ...KEPT, ...(secureContext && { secureContext }) });
  const unkept = new Agent({ ...(secureContext && { secureContext }) }); // a kept connection may lead where the name did before
  return {
    route: (url) => ({
      whom: url.host,
      secure,
      headers: {},
      open: ({ addresses, ...options }) =>
        request({ ...urlToHttpOptions(url), ...options, ...(addresses ? { agent: unkept, lookup: heldTo(addresses) } : { agent }) }),
      explain: (error) => explain(error, url.host),
      refused: () => undefined,
    }),
    close: () => {
      agent.destroy();
      unkept.destroy();
    },
  };
}

/** In place of the resolver: what a name was found to mean before. */
function heldTo(addresses: readonly string[]): LookupFunction {
  const { isIP } = process.getBuiltinModule("node:net");
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, { all: every, family }, done) => {
    const fitting = all.filter(
      (one) => one.family !== 0 && (family === undefined || family === 0 || `IPv${one.family}` === family || one.family === family),
    );
    const [first] = fitting;
    if (!first) return done(Object.assign(new Error("No address is left."), { code: "ENOTFOUND" }), []);
    return every ? done(null, fitting) : done(null, first.address, first.family);
  };
}
