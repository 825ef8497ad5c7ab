import { explain, networkError, reasonOf, type NetworkError } from "./network-error.ts";

/** Where requests go instead. `name`: for people, without the login. `login`: the header's value. */
export type Proxy = {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly name: string;
  readonly login: string | undefined;
};

/** Throws a `NetworkError` (`settings`). Without a scheme it is `http:`; the login's signs may be written as `%40`. */
export function readProxy(address: string): Proxy {
  const url = URL.parse(address.includes("://") ? address : `http://${address}`);
  if (!url || url.hostname === "")
    throw networkError(
      "settings",
      "The proxy's address can't be read. Write it as http://user:password@host:port in HTTPS_PROXY or http_proxy, with signs like @ and # as %40 and %23.",
    );
  const name = `${url.protocol}//${url.host}`;
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:")
    throw networkError("settings", `The proxy ${name} can't be used: only http: and https: proxies are known. Set HTTPS_PROXY to one.`);
  const login = url.username === "" && url.password === "" ? undefined : `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    name,
    login: login && `Basic ${Buffer.from(login).toString("base64")}`,
  };
}

/** It didn't let us through. */
export function refusedBy({ name, login }: Proxy, status: number, target: string): NetworkError {
  if (status === 407)
    return networkError(
      "proxy_login",
      login === undefined
        ? `The proxy ${name} wants a login (407). Write it into HTTPS_PROXY or http_proxy: http://user:password@host:port.`
        : `The proxy ${name} refuses the login (407). Check user and password in HTTPS_PROXY or http_proxy.`,
    );
  return networkError(
    "proxy",
    `The proxy ${name} doesn't connect to ${target} (${status}). Ask who runs it, or add ${target.replace(/:\d+$/, "")} to NO_PROXY.`,
  );
}

/** It couldn't be asked. */
export function lostTo({ name }: Proxy, target: string, error: unknown): NetworkError {
  const told = explain(error, `the proxy ${name}`);
  if (told === error || !["unreachable", "dns"].includes(told.code)) return told;
  return networkError(
    "proxy",
    `Can't reach the proxy ${name} (${reasonOf(error)}). Check HTTPS_PROXY or http_proxy, or add ${target.replace(/:\d+$/, "")} to NO_PROXY.`,
    error,
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % is meant
  }
}
