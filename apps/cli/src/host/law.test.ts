import { expect, test } from "vitest";
import { messagesOf, scene } from "../../test/keel.ts";

/** Lines as a host might send them, and as none should. */
const PIECES = [
  '{"type":"user","message":{"role":"user","content":"hi"}}',
  '{"type":"user","message":{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","source":{}}]},"uuid":"u"}',
  '{"type":"user","message":{"role":"user","content":"aside"},"shouldQuery":false}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"interrupt"}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"set_model","model":["m"]}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"set_permission_mode"}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"get_context_usage"}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"get_settings"}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"initialize","hooks":null,"systemPrompt":[1],"jsonSchema":[]}}',
  '{"type":"control_request","request_id":"ID","request":{"subtype":"__proto__"}}',
  '{"type":"control_request","request_id":"ID","request":null}',
  '{"type":"control_request","request_id":"ID"}',
  '{"type":"control_response","response":{"request_id":"none"}}',
  '{"type":"control_cancel_request"}',
  '{"type":"keep_alive"}',
  '{"type":"assistant"}',
  '{"type":7}',
  "null",
];

/** The same numbers for the same seed (Park and Miller). */
function* numbers(seed: number): Generator<number> {
  for (let n = seed; ; n = (n * 48_271) % 2_147_483_647) yield n;
}

test.each([1, 2, 3])("whatever comes in, each request gets one answer and each run one result (%i)", async (seed) => {
  const pick = numbers(seed + 1_000);
  const next = (below: number): number => pick.next().value % below;
  const lines = Array.from({ length: 60 }, (_, at) => {
    const line = (PIECES[next(PIECES.length)] ?? "").replace("ID", `r${at}`);
    if (next(5) > 0) return line;
    const from = next(line.length + 1);
    return line.slice(0, from) + line.slice(from + 1 + next(9)); // with a hole in it
  });
  await using the = await scene(() => ({ blocks: [{ text: "Hello." }] }));
  const args = ["--input-format", "stream-json", "--output-format", "stream-json", "--model", "m"];
  const ran = await the.inside(args, { stdin: lines.join("\n") });
  const messages = messagesOf(ran);
  const answered = messages.flatMap(({ type, response }) => (type === "control_response" ? [idIn(response)] : []));
  const asked = lines.flatMap((line) => idIn(parsed(line, "control_request")) ?? []);
  expect(answered).toEqual(asked);
  const count = (kind: string): number => messages.filter(({ type, subtype }) => kind === type || kind === subtype).length;
  expect(count("result")).toBe(count("init"));
  expect(count("result")).toBeGreaterThan(0);
  expect(ran.code === 0).toBe(messages.findLast(({ type }) => type === "result")?.["is_error"] === false);
});

function parsed(line: string, type: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value && value.type === type ? value : undefined;
  } catch {
    return undefined;
  }
}

function idIn(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && "request_id" in value && typeof value.request_id === "string"
    ? value.request_id
    : undefined;
}
