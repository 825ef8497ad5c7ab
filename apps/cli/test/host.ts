import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text as readText } from "node:stream/consumers";
import { BIN, scrubbed, type scene } from "./keel.ts";

/** A message on the wire, as a program reads it. */
export type Wire = {
  readonly type: string;
  readonly subtype?: string;
  readonly request_id?: string;
  readonly request: { readonly input: { readonly file_path?: string }; readonly permission_suggestions: unknown };
  readonly response: { readonly subtype: string; readonly request_id: string; readonly response?: unknown; readonly error?: string };
  readonly event?: { readonly type: string };
  readonly usage: { readonly input_tokens: number };
  readonly total_cost_usd: number;
  readonly [field: string]: unknown;
};
type Wanted = (message: Wire) => boolean;

/** A program that drives the real command over its streams, by what is documented of them and nothing else. */
export class Host implements AsyncDisposable {
  /** All that came, in its order. */
  readonly heard: Wire[] = [];
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  readonly #child;
  #seen = 0;
  #requests = 0;
  #look = (): void => {};
  #over = false;

  constructor(the: Awaited<ReturnType<typeof scene>>, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const flags = ["--output-format", "stream-json", "--input-format", "stream-json", "--verbose", ...args];
    const child = spawn(process.execPath, [BIN, ...flags], {
      cwd: the.cwd,
      env: scrubbed({ home: the.home, env: { ANTHROPIC_BASE_URL: the.model.url, ...env } }),
    });
    this.#child = child;
    child.stdin.on("error", () => {}); // it may leave without reading
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      this.heard.push(JSON.parse(line) as Wire);
      this.#look();
    });
    const closed = new Promise<number | null>((resolve) => void child.on("close", resolve));
    this.ended = Promise.all([closed, readText(child.stderr)]).then(([code, stderr]) => {
      this.#over = true;
      this.#look();
      return { code, stderr };
    });
  }

  /** Waits for the next message of the kind, behind the one that was waited for before. */
  next(wanted: Wanted | string): Promise<Wire> {
    const isIt: Wanted = typeof wanted === "string" ? ({ type, subtype }) => [type, subtype].includes(wanted) : wanted;
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const at = this.heard.findIndex((message, index) => index >= this.#seen && isIt(message));
        const found = this.heard[at];
        if (!found) {
          if (this.#over) reject(new Error(`It left without it. It said: ${JSON.stringify(this.heard.slice(this.#seen))}`));
          return;
        }
        this.#seen = at + 1;
        this.#look = () => {};
        resolve(found);
      };
      this.#look();
    });
  }

  raw(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  send(message: object): void {
    this.raw(JSON.stringify(message));
  }

  say(content: unknown, more: object = {}): void {
    this.send({ type: "user", message: { role: "user", content }, parent_tool_use_id: null, session_id: "", ...more });
  }

  /** The response, success or not. */
  async request(subtype: string, fields: object = {}): Promise<Wire["response"]> {
    const id = `req-${++this.#requests}`;
    this.send({ type: "control_request", request_id: id, request: { subtype, ...fields } });
    const isIt = ({ type, response }: Wire): boolean => type === "control_response" && response.request_id === id;
    const before = this.#seen;
    const { response } = await this.next(isIt);
    this.#seen = before; // what came in between is still to be seen
    return response;
  }

  /** Waits for a question, and gives the answer. */
  async answer(response: object): Promise<Wire["request"]> {
    const asked = await this.next("control_request");
    this.respond(asked, response);
    return asked.request;
  }

  respond({ request_id }: Wire, response: object): void {
    this.send({ type: "control_response", response: { subtype: "success", request_id, response } });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Has nothing more to say. */
  async leave(): Promise<{ readonly code: number | null; readonly stderr: string }> {
    this.#child.stdin.end();
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
