/**
 * Cuts what a language server prints into messages. Rule: both parts of a message have a bound, which the library's own reader doesn't
 * keep; what can't be a message ends the reading with a reason.
 * LSP 3.17, base protocol: `Content-Length: n`, an empty line, n bytes of JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { AbstractMessageReader, type DataCallback, Disposable, Message } from "vscode-jsonrpc/node";

const MOST_HEADER = 64 * 1024; // bytes
const MOST_BODY = 32 * 1024 * 1024; // bytes
const LENGTH = /^content-length:[ \t]*(\d{1,12})[ \t]*\r?$/im;
const BREATH = { each: 50, ms: 5 } as const; // messages; a server that talks without end must not take the processor

export class FrameReader extends AbstractMessageReader {
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    super();
    this.#source = source;
  }

  listen(callback: DataCallback): Disposable {
    void this.#read(callback);
    return Disposable.create(() => {});
  }

  async #read(callback: DataCallback): Promise<void> {
    let heard = 0;
    try {
      for await (const message of framesOf(this.#source)) {
        callback(message);
        if (++heard % BREATH.each === 0) await sleep(BREATH.ms);
      }
    } catch (error) {
      this.fireError(error);
    }
    this.fireClose();
  }
}

/** Rejects with what is wrong, in words. */
async function* framesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  let held: readonly Uint8Array[] = [];
  let size = 0;
  let wanted: number | undefined; // bytes of the body
  for await (const piece of source) {
    held = [...held, piece];
    size += piece.length;
    for (;;) {
      if (wanted === undefined) {
        const whole = Buffer.concat(held);
        const end = whole.subarray(0, MOST_HEADER + 4).indexOf("\r\n\r\n");
        held = [whole];
        if (end < 0 && size > MOST_HEADER) throw new Error(`It printed ${MOST_HEADER / 1024} KiB without a message: its output isn't LSP.`);
        if (end < 0) break;
        wanted = lengthIn(whole.subarray(0, end).toString("latin1"));
        held = [whole.subarray(end + 4)];
        size -= end + 4;
      }
      if (size < wanted) break;
      const whole = Buffer.concat(held);
      yield messageIn(whole.subarray(0, wanted));
      held = [whole.subarray(wanted)];
      size -= wanted;
      wanted = undefined;
    }
  }
}

/** Other lines before it are let pass: some programs greet whoever starts them. */
function lengthIn(header: string): number {
  const [, digits] = LENGTH.exec(header) ?? [];
  if (digits === undefined) throw new Error("It printed what isn't LSP: a message without its length.");
  if (Number(digits) > MOST_BODY) throw new Error(`It announced a message of ${digits} bytes, more than ${MOST_BODY / 1024 / 1024} MiB.`);
  return Number(digits);
}

function messageIn(bytes: Uint8Array): Message {
  const parsed: unknown = parse(new TextDecoder().decode(bytes));
  if (isMessage(parsed)) return parsed;
  throw new Error("It sent a message that isn't JSON-RPC.");
}

const isMessage = (value: unknown): value is Message =>
  Message.isRequest(value as Message) || Message.isNotification(value as Message) || Message.isResponse(value as Message);

function parse(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch (cause) {
    throw new Error("It sent a message that isn't JSON.", { cause });
  }
}
