import type { Envelope, Event, ToolUse } from "@keelson/protocol";
import { isToolUse } from "@keelson/protocol";
import { changedLine } from "./change-line.ts";
import { nameOf, resultLines, titleOf, type Look } from "./call-lines.ts";
import { visible } from "./clean.ts";
import type { Crew } from "./crew.ts";
import { CrewLines } from "./crew-lines.ts";
import { waitingLine } from "./recovery-line.ts";

/** Turns envelopes into the text that a terminal shows for them: plain lines, one after the other, nothing drawn twice. */
export class Renderer {
  readonly #look: () => Look;
  readonly #words: boolean;
  #calls = new Map<string, ToolUse>();
  #titled = new Set<string>();
  #lastTitle = "";
  #block: string | undefined;
  #shown: "nothing" | "text" | "line" = "nothing";
  #atLineStart = true;
  readonly #agents: CrewLines;
  #later: readonly string[] = [];

  /** `words: false` leaves out what the model says: only what is done. */
  constructor(look: () => Look, words: boolean) {
    this.#look = look;
    this.#words = words;
    this.#agents = new CrewLines(look);
  }

  /** What sub-agents do doesn't break into a sentence: it waits for the end of the block. */
  show(envelope: Envelope): string {
    this.#later = [...this.#later, ...this.#agents.show(envelope)];
    const shown = envelope.path.length > 0 ? "" : this.#show(envelope.event);
    return shown + (this.#block === undefined ? this.#caughtUp() : "");
  }

  get crew(): Crew {
    return this.#agents.crew;
  }

  /** The same with room above it. */
  apart(text: string): string {
    const gap = this.#newLine() + (this.#shown === "nothing" ? "" : "\n");
    this.#shown = "nothing";
    return gap + this.#lines([text]);
  }

  /** Ends the line that is open, for what isn't drawn here. */
  rest(): string {
    return this.#newLine();
  }

  #caughtUp(): string {
    const lines = this.#later;
    this.#later = [];
    return lines.length === 0 ? "" : this.#lines(lines);
  }

  /** A line of the program's own, in its place among the others. */
  line(text: string): string {
    return this.#lines([text]);
  }

  #show(event: Event): string {
    const { paint } = this.#look();
    switch (event.type) {
      case "block.delta":
        return event.kind === "text" ? this.#say(`${event.messageId}/${event.index}`, event.delta) : "";
      case "block.completed":
        return this.#completed(event);
      case "reply.dropped":
        return this.#shown === "text" ? this.#lines([paint.dim("(that answer was cut; the model is asked again)")]) : "";
      case "call.started":
        return this.#title(event.callId, this.#calls.get(event.callId));
      case "call.completed":
        return this.#result(event);
      case "recovery.attempted":
        return this.#lines([paint.warning(waitingLine(event))]);
      case "catalog.changed":
        return this.#lines([paint.dim(changedLine(event))]);
      case "notice.raised":
        return event.severity === "error"
          ? ""
          : this.#lines([(event.severity === "info" ? paint.dim : paint.warning)(visible(event.text))]);
      case "run.ended":
        return this.#newLine();
    }
    return ""; // errors are told once, at the end; the rest is for machines
  }

  #completed({ messageId, index, block }: Extract<Event, { type: "block.completed" }>): string {
    if (isToolUse(block)) this.#calls.set(block.id, block);
    const { type, text } = block;
    if (type !== "text" || typeof text !== "string") return "";
    const key = `${messageId}/${index}`;
    const all = this.#block === key ? "" : this.#say(key, text); // it wasn't streamed
    this.#block = undefined;
    return all + this.#newLine();
  }

  #say(key: string, text: string): string {
    const words = visible(text);
    if (!this.#words || (this.#block !== key && words.trim() === "")) return "";
    const first = this.#block !== key;
    const before = first ? this.#newLine() + (this.#shown === "nothing" ? "" : "\n") : "";
    const said = first ? words.trimStart() : words;
    this.#block = key;
    this.#shown = "text";
    this.#atLineStart = said.endsWith("\n");
    return before + said;
  }

  #title(callId: string, use: ToolUse | undefined): string {
    if (!use) return "";
    this.#lastTitle = callId;
    this.#titled.add(callId);
    return this.#lines([titleOf(use, this.#look())]);
  }

  /** A call that never started has no title yet; a result that comes behind another call's title says whose it is. */
  #result(event: Extract<Event, { type: "call.completed" }>): string {
    const { callId } = event;
    const look = this.#look();
    const use = this.#calls.get(callId);
    const title = this.#titled.has(callId) ? "" : this.#title(callId, use);
    const whose = this.#lastTitle === callId || !use ? "" : look.paint.dim(`${nameOf(use, look)} → `);
    const [first = "", ...others] = resultLines(event, use?.name ?? "", look);
    return title + this.#lines([`  ${look.paint.dim("└")} ${whose}${first}`, ...others.map((line) => `    ${line}`)]);
  }

  #lines(lines: readonly string[]): string {
    const gap = this.#newLine() + (this.#shown === "text" ? "\n" : "");
    this.#block = undefined;
    this.#shown = "line";
    return `${gap}${lines.join("\n")}\n`;
  }

  #newLine(): string {
    const end = this.#atLineStart ? "" : "\n";
    this.#atLineStart = true;
    return end;
  }
}
