import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Clock } from "@keelson/protocol";
import type { Step } from "./step.ts";

/** Takes the steps one by one, no faster than they are read. `signal`: the reader left, or the server closed; it ends in silence then. */
export async function send(
  response: ServerResponse,
  steps: AsyncIterable<Step> | readonly Step[],
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for await (const step of steps) {
    if (signal.aborted) return;
    switch (step.do) {
      case "head":
        response.writeHead(step.status, step.headers).flushHeaders();
        break;
      case "send":
        if (!response.write(step.bytes)) await once(response, "drain", { signal }).catch(() => undefined); // aborted: the top of the loop
        break;
      case "wait":
        await clock.sleep(step.ms, signal);
        break;
      case "stall":
        if (!signal.aborted) await once(signal, "abort");
        break;
      case "cut":
        response.socket?.destroySoon(); // what was sent before the cut still arrives
        return;
    }
  }
  response.end();
}
