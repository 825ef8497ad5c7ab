/** What a reader is shown of the model's words where MessageDisplay hooks may show others. Rule: the log and the model keep what was said. */
import { randomUUID } from "node:crypto";
import type { Envelope } from "@keelson/protocol";
import type { Hooking } from "./hooking.ts";

/** A text is held back until it is whole, and then shown at once; without such hooks nothing changes. */
export async function* displayed(
  envelopes: AsyncGenerator<Envelope, void>,
  hooking: Pick<Hooking, "hears" | "fire">,
  running: () => AbortSignal,
): AsyncGenerator<Envelope, void> {
  let turn = randomUUID();
  for await (const envelope of envelopes) {
    const { event, path } = envelope;
    if (path.length > 0 || !hooking.hears("MessageDisplay")) yield envelope;
    else if (event.type === "block.delta" && event.kind === "text") continue;
    else if (event.type === "block.completed" && typeof event.block["text"] === "string" && event.block.type === "text") {
      const { messageId, index, block } = event;
      const told = { turn_id: turn, message_id: messageId, index, final: true, delta: String(block["text"]) };
      const outcome = await hooking.fire("MessageDisplay", told, running()).catch(() => undefined); // an abort ends the run by itself
      const text = outcome?.said.displayContent;
      yield text === undefined ? envelope : { ...envelope, event: { ...event, block: { ...block, text } } };
    } else {
      if (event.type === "turn.started") turn = randomUUID();
      yield envelope;
    }
  }
}
