import { once } from "node:events";
import { request as open, type IncomingMessage } from "node:http";

/** A client for the tests: as strict about the stream's grammar as a client can be. */
export const PROMPT = { role: "user", content: "fix the test" };

export const bodyOf = (messages: readonly unknown[] = [PROMPT], more: object = {}): object => ({
  model: "claude-x",
  max_tokens: 100,
  stream: true,
  messages,
  ...more,
});

export const ask = (url: string, body: object = bodyOf()): Promise<Response> => post(`${url}/v1/messages`, JSON.stringify(body));

export const post = (url: string, body: string): Promise<Response> => fetch(url, { method: "POST", body });

/** A conversation in which each of these calls was made and answered, one after the other. */
export function conversation(...calls: readonly { readonly tool: string; readonly result: unknown }[]): readonly unknown[] {
  const turns = calls.flatMap(({ tool, result }, at) => [
    { role: "assistant", content: [{ type: "tool_use", id: `c${at}`, name: tool, input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: `c${at}`, content: result }] },
  ]);
  return [PROMPT, ...turns];
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely
export type Loose = any;

/** The events of a stream; throws at the first byte that isn't part of one. */
export function eventsIn(text: string): readonly Loose[] {
  const events: Loose[] = [];
  const frame = /event: ([a-z_]+)\ndata: ([^\n]*)\n\n/y;
  while (frame.lastIndex < text.length) {
    const at = frame.lastIndex;
    const match = frame.exec(text);
    if (!match) throw new Error(`No event stands at byte ${at}: ${JSON.stringify(text.slice(at, at + 80))}`);
    const data = JSON.parse(match[2] ?? "");
    if (data.type !== match[1]) throw new Error(`The event ${match[1]} carries a ${data.type}`);
    events.push(data);
  }
  return events;
}

/** The blocks that a client puts together from events; the input of a tool as the text that was sent. */
export function blocksIn(events: readonly Loose[]): readonly Loose[] {
  const blocks: Loose[] = [];
  for (const { type, index, content_block, delta } of events) {
    if (type === "content_block_start") blocks[index] = { ...content_block };
    if (type !== "content_block_delta") continue;
    const block = blocks[index];
    if (delta.type === "text_delta") block.text += delta.text;
    if (delta.type === "thinking_delta") block.thinking += delta.thinking;
    if (delta.type === "signature_delta") block.signature += delta.signature;
    if (delta.type === "input_json_delta") block.sent = (block.sent ?? "") + delta.partial_json;
  }
  return blocks;
}

export const typesOf = (events: readonly Loose[]): readonly string[] => events.map(({ type }) => type);

export const errorOf = async (response: Response): Promise<string> => {
  const body: Loose = await response.json();
  return body.error.message;
};

/** Reads what arrives until the answer ends or breaks. */
export async function arrived(response: Response): Promise<{ readonly text: string; readonly broken: boolean }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), broken: false };
  } catch {
    return { text: Buffer.concat(chunks).toString(), broken: true };
  }
}

/** A POST whose answer is read by hand: it stands still until someone reads on. */
export async function hold(url: string, body: object = bodyOf()): Promise<IncomingMessage> {
  const request = open(`${url}/v1/messages`, { method: "POST", agent: false });
  request.end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(request, "response");
  if (!response) throw new Error("There is no answer.");
  response.on("error", () => undefined); // a test that leaves doesn't care how
  return response;
}
