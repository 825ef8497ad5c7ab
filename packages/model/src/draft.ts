// The body of one conversation's requests, kept from turn to turn. What was written once isn't written again:
// a turn adds its own messages, moves the marks and puts a new end, so its cost doesn't grow with the history.
// Order: model, tools, system, messages, then what may differ between two requests of a conversation.
import { isToolUse, type Block, type Json, type Message, type ModelRequest } from "@keelson/protocol";
import { isMarked, MARK_BYTES, marksIn, roomBeside, takesMark } from "./marks.ts";
import { Paper, type Lent } from "./paper.ts";

/** Offsets count from where the messages begin, marks left out. `markAt`: before the closing brace of the block that takes the mark; -1 for none. */
type Row = { message: Message; end: number; markAt: number; ownMarks: number };
type Head = { readonly model: string; readonly tools: Json | undefined; readonly system: Json | undefined };

/** Not among what stands behind the messages: it stands before them, or the loop says it. */
const ELSEWHERE = ["model", "tools", "system", "messages", "max_tokens", "stream"];
const CLOSED = "]}"; // ends a message

export class Draft {
  readonly #paper: Paper;
  readonly #callIds: Set<string>;
  readonly #rows: Row[];
  #head: Head | undefined;
  /** Where the messages begin. */
  #start = 0;
  #headMarks = 0;
  #ownMarks = 0;
  /** Where marks stand now, the first one first, each offset without the marks before it. */
  #marks: readonly number[] = [];

  constructor(paper = new Paper(), rows: Row[] = [], callIds = new Set<string>()) {
    this.#paper = paper;
    this.#rows = rows;
    this.#callIds = callIds;
  }

  /** Ids of the calls that were ever written; possibly of some that are in the conversation no more. */
  get callIds(): ReadonlySet<string> {
    return this.#callIds;
  }
  /** Messages. */
  get length(): number {
    return this.#rows.length;
  }
  /** Bytes of memory. */
  get room(): number {
    return this.#paper.room;
  }

  /** How many messages from the first on are the same objects, or made of the same blocks. Compares identities: nothing is read. */
  shares(messages: readonly Message[]): number {
    let at = 0;
    for (const row of this.#rows) {
      const message = messages[at];
      if (!message || !isSame(row.message, message)) break;
      row.message = message;
      at++;
    }
    return at;
  }

  /** A conversation that goes its own way behind the first `shared` messages. */
  branch(shared: number): Draft {
    this.#clear();
    const rows = this.#rows.slice(0, shared).map((row) => ({ ...row }));
    const draft = new Draft(this.#paper.copy(this.#start + (rows.at(-1)?.end ?? 0)), rows, this.#callIds);
    draft.#head = this.#head;
    draft.#start = this.#start;
    draft.#headMarks = this.#headMarks;
    draft.#ownMarks = rows.reduce((sum, { ownMarks }) => sum + ownMarks, 0);
    return draft;
  }

  /** The whole body, of which the first `shared` messages stand already. */
  write({ model, messages, maxTokens, body }: ModelRequest, shared: number, marked: boolean): Lent {
    this.#clear();
    this.#begin({ model, tools: body["tools"], system: body["system"] });
    for (const message of messages.slice(this.#keep(messages, shared))) this.#append(message);
    if (marked) this.#mark(roomBeside(Number(isMarked(body)) + this.#headMarks + this.#ownMarks));
    const rest = Object.fromEntries(Object.entries(body).filter(([key]) => !ELSEWHERE.includes(key)));
    this.#paper.add(`],${JSON.stringify({ ...rest, max_tokens: maxTokens, stream: true }).slice(1)}`);
    return this.#paper.lend();
  }

  /** Takes away the end and the marks of the request before. */
  #clear(): void {
    const paper = this.#paper;
    const end = this.#start + (this.#rows.at(-1)?.end ?? 0);
    paper.cut(Math.min(paper.length, end + this.#marks.length * MARK_BYTES.length));
    for (const at of this.#marks) paper.remove(at, MARK_BYTES.length);
    this.#marks = [];
  }

  #begin(head: Head): void {
    const known = this.#head;
    if (known && known.model === head.model && known.tools === head.tools && known.system === head.system) return;
    const bytes = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"messages":[`);
    this.#head = head;
    this.#paper.remove(0, this.#start);
    this.#paper.insert(0, bytes);
    this.#start = bytes.length;
    this.#headMarks = marksIn(head.tools) + marksIn(head.system);
  }

  /** Leaves the shared rows, and the next one as far as its message only grew; says which message comes next. */
  #keep(messages: readonly Message[], shared: number): number {
    const grown = messages[shared];
    const row = this.#rows[shared];
    const grows = grown !== undefined && row !== undefined && growsFrom(row.message, grown);
    const kept = grows ? shared + 1 : shared;
    for (const { ownMarks } of this.#rows.splice(kept)) this.#ownMarks -= ownMarks;
    this.#paper.cut(this.#start + (this.#rows.at(-1)?.end ?? 0));
    if (!grows) return kept;
    this.#paper.cut(this.#paper.length - CLOSED.length);
    this.#addBlocks(row, grown.content, row.message.content.length);
    row.message = grown;
    return kept;
  }

  #append(message: Message): void {
    this.#paper.add(`${this.#rows.length === 0 ? "" : ","}{"role":${JSON.stringify(message.role)},"content":[`);
    const row = { message, end: 0, markAt: -1, ownMarks: 0 };
    this.#rows.push(row);
    this.#addBlocks(row, message.content, 0);
  }

  #addBlocks(row: Row, blocks: readonly Block[], from: number): void {
    const paper = this.#paper;
    for (const [at, block] of blocks.slice(from).entries()) {
      if (from + at > 0) paper.add(",");
      paper.add(JSON.stringify(block));
      if (isToolUse(block)) this.#callIds.add(block.id);
      if (isMarked(block)) {
        row.ownMarks++;
        this.#ownMarks++;
      }
      if (takesMark(block)) row.markAt = isMarked(block) ? -1 : paper.length - this.#start - 1;
    }
    paper.add(CLOSED);
    row.end = paper.length - this.#start;
  }

  #mark(most: number): void {
    const marks: number[] = [];
    for (let at = this.#rows.length - 1, left = most; at >= 0 && left > 0; at--) {
      const row = this.#rows[at];
      if (row?.message.role !== "user") continue;
      left--;
      if (row.markAt < 0) continue;
      this.#paper.insert(this.#start + row.markAt, MARK_BYTES); // the last one first: those before it keep their places
      marks.unshift(this.#start + row.markAt);
    }
    this.#marks = marks;
  }
}

function isSame(known: Message, message: Message): boolean {
  if (known === message) return true;
  return known.content.length === message.content.length && growsFrom(known, message);
}

function growsFrom(known: Message, message: Message): boolean {
  if (known.role !== message.role || known.content.length > message.content.length) return false;
  return known.content === message.content || known.content.every((block, at) => block === message.content[at]);
}
