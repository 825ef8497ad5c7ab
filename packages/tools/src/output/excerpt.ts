/** The head and the tail of a text of any length; memory is bounded by what is kept. */
import { clean, cut, looksBinary } from "./clean.ts";

export type Excerpt = {
  add(words: string): void;
  /** Characters added so far. */
  readonly length: number;
  /** True once something in the middle was left out. */
  readonly short: boolean;
  readonly binary: boolean;
  /** It is binary, and nothing that comes will change that. */
  readonly hopeless: boolean;
  /** Cleaned; `gap` stands where something was left out, and is told how many characters. */
  show(gap: (left: number) => string): string;
};

const LINE_REACH = 1_000; // how far a cut moves to meet the end of a line

export function createExcerpt(limit: number): Excerpt {
  const half = Math.floor(limit / 2);
  let head = "";
  let tail = "";
  let length = 0;
  let binary: boolean | undefined; // once the head is full
  const isBinary = (): boolean => (head.length < half ? looksBinary(head) : (binary ??= looksBinary(head)));
  return {
    add(words) {
      length += words.length;
      const room = half - head.length;
      if (room > 0) head += words.slice(0, room);
      tail = (tail + words.slice(Math.max(room, 0)).slice(-half)).slice(-half);
    },
    get length() {
      return length;
    },
    get short() {
      return length > half * 2;
    },
    get binary() {
      return isBinary();
    },
    get hopeless() {
      return head.length >= half && isBinary();
    },
    show(gap) {
      if (length <= half * 2) return clean(head + tail);
      const first = wholeLines(head);
      const last = wholeLinesFrom(tail);
      return `${clean(first)}${gap(length - first.length - last.length)}${clean(last)}`;
    },
  };
}

function wholeLines(words: string): string {
  const end = words.lastIndexOf("\n") + 1;
  return end > words.length - LINE_REACH && end > 0 ? words.slice(0, end) : cut(words, words.length);
}

function wholeLinesFrom(words: string): string {
  const start = words.indexOf("\n") + 1;
  return start > 0 && start < LINE_REACH ? words.slice(start) : cut(words, -words.length);
}
