/** The way from within a network of one's own to the proxy outside: socat takes what comes to a port and hands it to the socket. */
import { dirname } from "node:path";
import type { NetworkBounds } from "@keelson/protocol";
import { plainName } from "./hosts.ts";
import { FD } from "./bubblewrap.ts";

const PORT = 3128;
const MOST_CHILDREN = 128;

/**
 * The bridge stands before the command starts, and outside of its filter, which forbids that kind of socket. `$1` is socat, `$2` the socket,
 * what follows is run. It ends with the command, since its world does.
 */
const SCRIPT = [
  `"$1" TCP-LISTEN:${PORT},bind=127.0.0.1,reuseaddr,fork,max-children=${MOST_CHILDREN} UNIX-CONNECT:"$2" </dev/null >/dev/null 2>&1 3>&- ${FD.filter}>&- ${FD.inner}>&- ${FD.status}>&- &`,
  `until { : >/dev/tcp/127.0.0.1/${PORT}; } 2>/dev/null; do kill -0 $! || exit; sleep 0.002; done`,
  'shift 2; exec "$@"',
].join("\n");

type Bridge = { readonly args: readonly string[]; readonly shown: readonly string[] };

export function bridgeTo(socket: string, { bash, socat }: { readonly bash: string; readonly socat: string }): Bridge {
  const folder = dirname(socket);
  return {
    args: [bash, "--noprofile", "--norc", "-c", SCRIPT, "bridge", socat, socket],
    shown: ["--ro-bind", folder, folder, "--setenv", "PATH", "/usr/bin:/bin"],
  };
}

const HERE = ["localhost", "127.0.0.1", "::1"];

/** Servers of the command's own are spoken to without the proxy, unless this machine's are meant. */
export function proxied({ allowed }: Exclude<NetworkBounds, "open">): Readonly<Record<string, string>> {
  const url = `http://127.0.0.1:${PORT}`;
  const direct = allowed.some((rule) => HERE.includes(plainName(rule))) ? "" : HERE.join(",");
  const lower = { http_proxy: url, https_proxy: url, all_proxy: url, no_proxy: direct };
  const upper = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name.toUpperCase(), value]));
  return { ...lower, ...upper, NODE_USE_ENV_PROXY: "1" };
}
