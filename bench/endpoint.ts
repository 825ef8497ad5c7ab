import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A Messages API endpoint that writes its events exactly when the bench says, and notes when. Loopback only. */
export type Endpoint = AsyncDisposable & {
  readonly url: string;
  readonly arrivals: readonly number[];
  /** The body of the first request, once it has come. */
  readonly first: Promise<string>;
};
/** Plays the n-th request; `write` returns the moment the bytes were handed to the socket. */
export type Play = (reply: Wire, at: number) => Promise<void>;
export type Wire = {
  begin(): void;
  text(words: string): void;
  call(name: string, input: object): number;
  end(stop: "tool_use" | "end_turn"): number;
};

export async function listen(play: Play): Promise<Endpoint> {
  const arrivals: number[] = [];
  let tell: (body: Promise<string>) => void = () => {};
  const first = new Promise<string>((done) => (tell = done));
  const server = createServer((request, response) => {
    const at = arrivals.push(performance.now()) - 1;
    if (at === 0) tell(text(request));
    else request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    void play(wire(response, at), at);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    first,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done()))),
  };
}

function wire(response: ServerResponse, at: number): Wire {
  let index = 0;
  const send = (event: { readonly type: string }): number => {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    return performance.now();
  };
  const block = (start: object, ...deltas: readonly object[]): number => {
    send({ type: "content_block_start", index, content_block: start } as { type: string });
    for (const delta of deltas) send({ type: "content_block_delta", index, delta } as { type: string });
    return send({ type: "content_block_stop", index: index++ } as { type: string });
  };
  return {
    begin: () =>
      void send({
        type: "message_start",
        message: {
          id: `msg_${at}`,
          type: "message",
          role: "assistant",
          model: "bench",
          content: [],
          stop_reason: null,
          usage: { input_tokens: 10, output_tokens: 1 },
        },
      } as { type: string }),
    text: (words) => void block({ type: "text", text: "" }, { type: "text_delta", text: words }),
    call: (name, input) =>
      block(
        { type: "tool_use", id: `toolu_${at}_${index}`, name, input: {} },
        { type: "input_json_delta", partial_json: JSON.stringify(input) },
      ),
    end: (stop) => {
      send({ type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 10 } } as { type: string });
      const last = send({ type: "message_stop" });
      response.end();
      return last;
    },
  };
}
