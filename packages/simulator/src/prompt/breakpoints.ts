import type { JsonObject } from "@keelson/protocol";
import { markOf, type Lifetime, type Prompt } from "./prompt.ts";

/** Where a request wants its prompt kept, in the order of the prompt: the marked units, and the last one where the whole request is marked. */
export type Breakpoint = { readonly index: number; readonly lifetime: Lifetime };

export function breakpointsOf({ units }: Prompt, body: JsonObject): readonly Breakpoint[] {
  const [automatic] = markOf(body["cache_control"], "");
  const last = automatic ? units.length - 1 : -1;
  return units.flatMap(({ marks }, index) => {
    const lifetime = marks.at(-1)?.lifetime ?? (index === last ? automatic?.lifetime : undefined);
    return lifetime === undefined ? [] : [{ index, lifetime }];
  });
}

const MOST_MARKS = 4;

/** What the API refuses about the marks of a request, in its words where they are known. */
export function refuseMarks({ units }: Prompt, body: JsonObject): string | undefined {
  const explicit = units.flatMap(({ marks }) => marks);
  const automatic = markOf(body["cache_control"], "").map((mark) => ({ ...mark, path: "cache_control" }));
  const last = units.at(-1)?.marks.at(-1); // a request doesn't end in thinking, which takes no mark
  const found = explicit.length + (last ? 0 : automatic.length);
  if (found > MOST_MARKS) return `A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${found}.`;
  const unknown = [...explicit, ...automatic].find(({ lifetime }) => lifetime === undefined);
  if (unknown) return `${unknown.path}: Input should be {"type": "ephemeral"}, with a ttl of '5m' or '1h'`;
  const thinking = units.find(({ kind, marks }) => isThought(kind) && marks.length > 0);
  if (thinking) return `${thinking.path}.${thinking.kind}.cache_control: Extra inputs are not permitted`;
  if (last && automatic.some(({ lifetime }) => lifetime !== last.lifetime))
    return "cache_control: the last block has a cache_control with another ttl.";
  const inOrder = [...explicit, ...automatic];
  const late = inOrder.find(({ lifetime }, at) => lifetime === "1h" && inOrder.slice(0, at).some((mark) => mark.lifetime === "5m"));
  return (
    late &&
    `${late.path}.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`
  );
}

export const isThought = (kind: string): boolean => kind === "thinking" || kind === "redacted_thinking";
