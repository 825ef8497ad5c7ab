/**
 * An answer is a list of steps, decided before the first byte is sent: the same request gets the same list.
 * `block` says where in the reply a step stands (0 is before the first block, none is after the last); `delta` marks a piece of a block.
 */
export type Step = Act & { readonly block?: number; readonly delta?: true };
type Act =
  | { readonly do: "head"; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly do: "send"; readonly bytes: Buffer }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "stall" } // until the reader leaves
  | { readonly do: "cut" }; // the socket is destroyed

/** One event of the stream. */
export function event(data: { readonly type: string; readonly [key: string]: unknown }): Step {
  return { do: "send", bytes: Buffer.from(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`) };
}

/** A whole JSON answer. */
export function json(status: number, requestId: string, body: unknown, headers: Readonly<Record<string, string>> = {}): readonly Step[] {
  const bytes = Buffer.from(JSON.stringify(body));
  const all = { "content-type": "application/json", "content-length": String(bytes.length), "request-id": requestId, ...headers };
  return [
    { do: "head", status, headers: all },
    { do: "send", bytes },
  ];
}
