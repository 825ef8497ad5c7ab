/** The way of messages to a server that speaks over a socket. Rule: it is of this machine alone, the first that connects is taken, and with the program it ends. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Readable } from "node:stream";

/** `port`: what the program is told. */
export type Line = {
  readonly port: number;
  /** What comes over the socket, once somebody has connected. `printed`: of the program, which is read to its end beside it. */
  messages(printed: AsyncIterable<Uint8Array>, input: Readable): AsyncGenerator<Uint8Array>;
};

export async function openLine(): Promise<Line> {
  const server = createServer({ pauseOnConnect: true });
  server.maxConnections = 1;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async *messages(printed, input) {
      const over = drain(printed);
      const socket = await Promise.race([connected, over]);
      server.close();
      if (!socket) return;
      input.pipe(socket);
      void over.then(() => socket.destroy());
      try {
        yield* socket;
      } catch {
        // the program's end tells what became of it
      }
    },
  };
}

/** Settles at the end of the program, however it ends. */
async function drain(printed: AsyncIterable<Uint8Array>): Promise<undefined> {
  try {
    for await (const _ of printed);
  } catch {
    return undefined; // it was ended
  }
  return undefined;
}
