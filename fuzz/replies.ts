import type { Reply, ReplyBlock, ReplyTo } from "@keelson/simulator";
import type { Dice } from "./random.ts";

type Place = NonNullable<Extract<Reply, { readonly blocks: unknown }>["cut"]>;

/** An endpoint where anything may go wrong at any time. Each command that is asked for has a name of its own, so that one that ran twice is seen. */
export function wildReplies(seed: number, { roll, pick }: Dice): ReplyTo {
  let calls = 0;
  const command = (): string => `echo ${seed}-${calls++} >> ran.txt`;
  const block = (): ReplyBlock => {
    switch (roll(11)) {
      case 0:
      case 1:
        return { text: pick(["I look. ", "naïve ✓ \u{1F6F6}", "and then"]) };
      case 2:
        return { thinking: "hm" };
      case 3:
        return { tool: "Read", input: { file_path: pick(["a.txt", "missing.txt", "."]) } };
      case 4:
        return { tool: "Glob", input: { pattern: "*" } };
      case 5:
        return { tool: pick(["Nobody", "Edit"]), input: { odd: true } };
      case 6:
        return { tool: "Bash", rawInput: pick(['{"command": "ls', "[]", "nonsense", ""]) };
      case 7:
        return { pause: 1 };
      default:
        return { tool: "Bash", input: { command: command() } };
    }
  };
  return (_, at): Reply => {
    if (at > 30) return { blocks: [{ text: "enough" }] };
    const kind = roll(12);
    if (kind < 2)
      return { error: { status: pick([429, 529, 500, 503, 408, 400, 413, 401, 404]), ...(roll(3) === 0 && { retryAfter: roll(60) }) } };
    if (kind === 2)
      return {
        error: {
          status: 400,
          message: pick([
            "prompt is too long: 210000 tokens > 200000 maximum",
            "messages.1.content.0: prefix_binding_mismatch: `thinking` block",
          ]),
        },
      };
    const blocks = [{ text: "So. " }, ...Array.from({ length: roll(5) }, block)];
    const place: Place = pick<Place>([{ afterBlock: roll(3) }, { inBlock: 1 + roll(2) }, { atByte: roll(1_500) }]);
    const end = roll(9);
    return {
      blocks,
      ...(end === 0 && { cut: { ...place, clean: roll(2) === 0 } }),
      ...(end === 1 && {
        errorEvent: {
          type: pick(["overloaded_error", "api_error", "invalid_request_error"]),
          message: "something broke",
          afterBlock: roll(3),
        },
      }),
      ...(end === 2 && {
        stop: pick(["max_tokens", "pause_turn", "refusal", "model_context_window_exceeded", "stop_sequence", "brand_new"]),
      }),
    };
  };
}
