/**
 * The only way out of a sandbox without a network: an HTTP proxy on a socket of the file system that the sandbox is shown. It tunnels
 * (CONNECT) and forwards (absolute form, RFC 9112 §3.2.2) to hosts that may be spoken to, at the address that it has looked up itself.
 */
import { lookup } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type LookupFunction, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline, type Duplex } from "node:stream";
import type { NetworkBounds } from "@keelson/protocol";
import { mayReach, plainName, standingOf } from "./hosts.ts";

export type Proxy = {
  readonly socket: string;
  /** What to remove, in this order: files, then folders, which end with a slash. */
  readonly remains: readonly string[];
  close(): void;
};
type Lists = Exclude<NetworkBounds, "open">;
type Target = { readonly host: string; readonly port: number };
/** `refused`: why not, for the one who asked. */
type Way = { readonly lookup: LookupFunction } | { readonly refused: string };

const MOST_CONNECTIONS = 256;
const PATIENCE = 30_000; // milliseconds until a host has answered the call
const FORBIDDEN = 403;
const UNREACHABLE = 502;
/** Of this connection alone, RFC 9110 §7.6.1; what stands in `connection` is of it too. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "proxy-authenticate",
  "te",
  "trailer",
  "upgrade",
];

/** Resolves when it can be spoken to. */
export async function openProxy(bounds: Lists): Promise<Proxy> {
  const folder = mkdtempSync("/tmp/keel-proxy-"); // short: the path of a socket has at most 107 bytes
  const path = join(folder, "socket");
  const open = new Set<Duplex>();
  const server = createServer((asked, answer) => void forward(asked, answer, bounds));
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = 0; // an upload lasts as long as it lasts
  server.on("connection", (socket: Socket) => keep(open, socket));
  server.on("connect", (asked: IncomingMessage, socket: Duplex, head: Buffer) => void tunnel(asked, { socket, head, open }, bounds));
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  server.unref();
  return {
    socket: path,
    remains: [path, `${folder}/`],
    close() {
      server.close();
      for (const one of open) one.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function keep(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => open.delete(socket));
}

type Client = { readonly socket: Duplex; readonly head: Buffer; readonly open: Set<Duplex> };

async function tunnel({ url = "" }: IncomingMessage, { socket, head, open }: Client, bounds: Lists): Promise<void> {
  const target = targetOf(`http://${url}`);
  const way = target ? await wayTo(target, bounds) : { refused: "That is no host and port." };
  if (!target || "refused" in way) return void socket.end(refusalOf("refused" in way ? way.refused : ""));
  const far = connect({ ...target, ...way, timeout: PATIENCE });
  keep(open, far);
  far.once("timeout", () => far.destroy());
  far.once("error", () => socket.end(`HTTP/1.1 ${UNREACHABLE} Bad Gateway\r\nconnection: close\r\n\r\n`));
  far.once("connect", () => {
    far.setTimeout(0);
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    far.write(head);
    pipeline(socket, far, socket, () => {}); // whoever ends first ends both
  });
  socket.once("close", () => far.destroy());
}

async function forward(asked: IncomingMessage, answer: ServerResponse, bounds: Lists): Promise<void> {
  const target = targetOf(asked.url ?? "");
  const way = target ? await wayTo(target, bounds) : { refused: "This proxy takes http URLs, and CONNECT for all else." };
  if (!target || "refused" in way) {
    asked.resume();
    return void answer
      .writeHead(FORBIDDEN, { "content-type": "text/plain", connection: "close" })
      .end("refused" in way ? `${way.refused}\n` : "");
  }
  const { host: named, pathname, search } = new URL(asked.url ?? "");
  const far = request({
    ...target,
    ...way,
    path: pathname + search,
    method: asked.method,
    headers: { ...endToEnd(asked.headers), host: named }, // of the URL that was judged, whatever the header said
    timeout: PATIENCE,
    agent: false,
  });
  far.once("timeout", () => far.destroy(new Error("It took too long.")));
  far.once("response", (response) => {
    answer.writeHead(response.statusCode ?? UNREACHABLE, endToEnd(response.headers));
    pipeline(response, answer, () => {});
  });
  pipeline(asked, far, (error) => {
    if (!error || answer.writableEnded) return;
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(UNREACHABLE, { connection: "close" }).end();
  });
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)));
}

function targetOf(url: string): Target | undefined {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "http:" || parsed.hostname === "") return undefined;
  return { host: plainName(parsed.hostname), port: parsed.port === "" ? 80 : Number(parsed.port) };
}

/** The addresses are looked up once, judged, and then the ones that are spoken to. */
async function wayTo({ host }: Target, bounds: Lists): Promise<Way> {
  const standing = standingOf(host, bounds);
  if (standing === "denied")
    return { refused: `The sandbox doesn't let anyone speak to ${host}: allow it in sandbox.network.allowedDomains.` };
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length === 0) return { refused: `${host} has no address.` };
  const judged = found.filter(({ address }) => mayReach(address, host, standing));
  const [first] = judged;
  if (!first) return { refused: `${host} leads into a network of one's own: name it, or its address, in sandbox.network.allowedDomains.` };
  return { lookup: (_, { all }, done) => (all ? done(null, judged) : done(null, first.address, first.family)) };
}

function refusalOf(why: string): string {
  return `HTTP/1.1 ${FORBIDDEN} Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${why}\n`;
}
