import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { Machine, Screen } from "./machine.ts";

/** What a person did at a prompt. `interrupt` is Ctrl-C, `end` is Ctrl-D or a terminal that went away. */
export type Said = { readonly said: "words"; readonly text: string } | { readonly said: "interrupt" } | { readonly said: "end" };
/** `fresh`: what was typed before the prompt stood there is no answer to it. `secret`: it isn't shown. Neither is remembered as history. */
export type Manner = { readonly fresh?: true; readonly secret?: true };

/** Who hears what is typed while nothing is asked. `begin`: what is to be written first, when a line begins. */
export type Listener = { readonly prompt: string; readonly heard: (words: string) => void; readonly begin: () => string };

const CONTINUED = "… ";
const ERASE = "\r\u001b[K"; // the line that the cursor is on
const PASTE_MARKS = { on: "\u001b[?2004h", off: "\u001b[?2004l" }; // xterm's bracketed paste

/**
 * The keyboard, line by line, for as long as the program lasts. Between two prompts nothing that is typed is drawn: it waits
 * for the next prompt, except Ctrl-C, which acts at once. A listener gets it at once, too; while a line for it is composed,
 * nobody else draws (see `composed`).
 */
export class Terminal implements Disposable {
  readonly #gate: Gate;
  readonly #lines: Interface;
  readonly #marks: boolean;
  #typed: string[] = [];
  #answer: ((said: Said) => void) | undefined;
  #manner: Manner = {};
  #prompt = "";
  #pasting = false;
  #due = false; // what is typed is to be handed on
  #closed = false;
  #interrupt: () => void = () => {};
  #listener: Listener | undefined;
  #composing = false;
  #composed: () => void = () => {};

  constructor({ stdin, stdout, env }: Pick<Machine, "stdin" | "stdout" | "env">) {
    this.#marks = env["TERM"] !== "dumb";
    this.#gate = new Gate(stdout);
    this.#lines = createInterface({ input: stdin, output: this.#gate, terminal: true, historySize: 200 });
    stdin.on("keypress", (_: unknown, key?: { readonly name?: string }) => {
      if (key?.name === "paste-start") this.#pasting = true;
      if (key?.name === "paste-end") this.#pasting = false;
      this.#compose();
    });
    this.#lines.on("line", (line) => this.#take(line));
    this.#lines.on("SIGINT", () => this.#interrupted());
    this.#lines.on("history", (history) => this.#forget(history));
    this.#lines.on("close", () => {
      this.#closed = true;
      if (this.#answer) this.#gate.raw("\n");
      this.#settle({ said: "end" });
    });
    if (this.#marks) this.#gate.raw(PASTE_MARKS.on);
  }

  /** Waits for a line. Lines that are pasted together, or end in a backslash, are one answer. */
  async ask(prompt: string, manner: Manner, signal: AbortSignal): Promise<Said> {
    if (this.#closed) return { said: "end" };
    if (signal.aborted) return { said: "interrupt" };
    this.interject();
    const begun = this.#clearLine();
    if (manner.fresh) this.#typed = [];
    this.#manner = manner;
    this.#draw(prompt);
    if (!manner.fresh) this.#lines.write(begun);
    const leave = (): void => this.#settle({ said: "interrupt" });
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await new Promise<Said>((resolve) => {
        this.#answer = resolve;
        if (this.#typed.length > 0) this.#takeAhead();
      });
    } finally {
      signal.removeEventListener("abort", leave);
      this.#gate.open = false;
      if (manner.fresh && this.#listener) this.#lines.write(begun); // it was for somebody else: the next key shows it again
    }
  }

  /** Until the undo is called, lines that are typed while nothing is asked go to `listener`. */
  listen(listener: Listener): () => void {
    this.#listener = listener;
    return () => {
      this.interject();
      this.#listener = undefined;
    };
  }

  get composing(): boolean {
    return this.#composing;
  }

  /** What is to be done when others may draw again. */
  onComposed(act: () => void): void {
    this.#composed = act;
  }

  /** Takes a line that is being composed from the screen; what was typed isn't lost. */
  interject(): void {
    if (!this.#composing) return;
    this.#gate.open = false;
    this.#gate.raw(this.#marks ? ERASE : "\n");
    this.#rest();
  }

  #rest(): void {
    this.#composing = false;
    this.#composed();
  }

  /** A line begins with its first letter, and is over when the last one is taken back. */
  #compose(): void {
    if (this.#answer || !this.#listener || this.#closed) return;
    const { line } = this.#lines;
    if (this.#composing && line === "" && this.#typed.length === 0) return this.interject();
    if (this.#composing || line === "") return;
    this.#composing = true;
    this.#manner = {};
    this.#gate.raw(this.#listener.begin());
    this.#gate.open = true;
    this.#lines.setPrompt(this.#listener.prompt);
    this.#lines.prompt(true);
  }

  /** What Ctrl-C does while nothing is asked. */
  onInterrupt(act: () => void): void {
    this.#interrupt = act;
  }

  get width(): number {
    return this.#gate.columns;
  }

  [Symbol.dispose](): void {
    if (this.#marks) this.#gate.raw(PASTE_MARKS.off);
    this.#lines.close();
  }

  #take(line: string): void {
    if (this.#manner.secret && this.#answer) this.#gate.raw("\n");
    this.#typed.push(line);
    if (this.#pasting) this.#draw(CONTINUED);
    else this.#flushSoon();
  }

  /** What was typed while nothing was asked wasn't shown then. */
  #takeAhead(): void {
    this.#gate.raw(`${this.#typed.join("\n")}\n`);
    this.#flushSoon();
  }

  /** After what came in the same piece: a paste into a terminal that doesn't mark it. */
  #flushSoon(): void {
    this.#due = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (!this.#due || this.#pasting || this.#typed.length === 0 || !(this.#answer ?? this.#listener)) return;
    this.#due = false;
    const text = this.#typed.join("\n");
    if (!text.endsWith("\\")) return this.#answer ? this.#settle({ said: "words", text }) : this.#hear(text);
    this.#typed[this.#typed.length - 1] = this.#typed.at(-1)?.slice(0, -1) ?? "";
    this.#draw(CONTINUED);
  }

  #hear(text: string): void {
    this.#typed = [];
    this.#gate.open = false;
    if (this.#composing) this.#rest();
    if (text.trim() !== "") this.#listener?.heard(text.trim());
  }

  /** Ctrl-C while nothing is asked: what was begun for the listener waits at the next prompt, to be changed or thrown away there. */
  #stopped(): void {
    if (this.#listener) {
      this.#flush();
      this.interject();
      const begun = [...this.#typed, this.#clearLine()].filter((line) => line !== "").join(" ");
      this.#typed = [];
      this.#lines.write(begun);
    }
    this.#interrupt();
  }

  #interrupted(): void {
    if (!this.#answer) return this.#stopped();
    this.#gate.open = false;
    const begun = this.#clearLine() !== "" || this.#typed.length > 0;
    this.#typed = [];
    this.#gate.raw("\n");
    if (begun && !this.#manner.fresh) this.#draw(this.#prompt);
    else this.#settle({ said: "interrupt" });
  }

  #settle(said: Said): void {
    const answer = this.#answer;
    if (!answer) return;
    this.#answer = undefined;
    this.#typed = [];
    this.#gate.open = false;
    answer(said);
  }

  #draw(prompt: string): void {
    if (prompt !== CONTINUED) this.#prompt = prompt;
    if (this.#manner.secret) return this.#gate.raw(prompt);
    this.#gate.open = true;
    this.#lines.setPrompt(prompt);
    this.#lines.prompt();
  }

  /** Takes what is typed so far out of the line. */
  #clearLine(): string {
    const { line } = this.#lines;
    this.#lines.setPrompt(""); // readline counts the rows of the one before, and would go up by them over what was written since
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    return line;
  }

  #forget(history: string[]): void {
    if ((this.#answer === undefined && !this.#composing) || this.#manner.fresh || this.#manner.secret) history.shift();
  }
}

/** What readline draws, let through only while a prompt stands. */
class Gate extends Writable {
  readonly #screen: Screen;
  open = false;

  constructor(screen: Screen) {
    super({ decodeStrings: false });
    this.#screen = screen;
    screen.on("resize", () => this.emit("resize"));
  }

  get columns(): number {
    return this.#screen.columns || 80;
  }

  raw(text: string): void {
    this.#screen.write(text);
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    if (this.open) this.#screen.write(text);
    done();
  }
}
