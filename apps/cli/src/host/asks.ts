import { randomUUID } from "node:crypto";
import type { JsonObject } from "@keelson/protocol";
import type { Message } from "../wire.ts";
import type { Heard } from "./incoming.ts";

/** Requests of ours that the host has to answer; several may stand open at once. `gone`: it can't answer any more. */
export class Asks {
  readonly #send: (message: Message) => Promise<void>;
  readonly #open = new Map<string, (heard: Heard | "gone") => void>();
  #gone = false;

  constructor(send: (message: Message) => Promise<void>) {
    this.#send = send;
  }

  /** An abort takes the request back, and rejects. */
  async put(request: JsonObject, signal: AbortSignal): Promise<Heard | "gone"> {
    signal.throwIfAborted();
    if (this.#gone) return "gone";
    const id = randomUUID();
    const heard = this.#listen(id, signal);
    await this.#send({ type: "control_request", request_id: id, request });
    const answer = await heard;
    if (answer) return answer;
    await this.#send({ type: "control_cancel_request", request_id: id });
    signal.throwIfAborted();
    return "gone";
  }

  /** Undefined when it was aborted. */
  #listen(id: string, signal: AbortSignal): Promise<Heard | "gone" | undefined> {
    return new Promise((resolve) => {
      const end = (heard?: Heard | "gone"): void => {
        this.#open.delete(id);
        signal.removeEventListener("abort", leave);
        resolve(heard);
      };
      const leave = (): void => end();
      this.#open.set(id, end);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** An answer to nothing that is open means nothing. */
  settle(id: string, heard: Heard): void {
    this.#open.get(id)?.(heard);
  }

  close(): void {
    this.#gone = true;
    for (const resolve of this.#open.values()) resolve("gone");
  }
}
