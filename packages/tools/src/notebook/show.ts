/** A notebook as a model reads it: its cells with what they have put out; pictures as pictures, as far as they fit. */
import { text, type Block, type ToolOutput } from "@keelson/protocol";
import { failed } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";
import type { Window } from "../files/page.ts";
import { imageBlock } from "../media/image.ts";
import { createExcerpt } from "../output/excerpt.ts";
import { nameOf, parseNotebook, textOf, type Cell, type Output } from "./parse.ts";

const MOST_SHOWN = 100_000; // characters of one answer
const MOST_SOURCE = 40_000; // of a cell
const MOST_OUTPUT = 8_000; // of one output
const MOST_IMAGES = 10;
const MOST_IMAGE_BYTES = 4 * 1024 * 1024; // of all in one answer

/** Undefined for what is no notebook. The window counts cells. */
export function showNotebook(path: string, bytes: Uint8Array, { from, count }: Window): ToolOutput | undefined {
  const notebook = path.endsWith(".ipynb") ? parseNotebook(new TextDecoder().decode(bytes)) : undefined;
  if (!notebook) return undefined;
  const { cells } = notebook;
  if (cells.length === 0) return { content: [text(`[${path} is a notebook without cells.]`)] };
  if (from > cells.length) return failed(`${path} has ${cells.length} cells: offset must be one of them.`);
  const page = createPage();
  let next = from;
  for (; next < from + count && next <= cells.length && (next === from || page.length < MOST_SHOWN); next++) {
    const cell = cells[next - 1];
    if (cell) showCell(cell, next - 1, page);
  }
  if (from > 1 || next <= cells.length)
    page.add(`[Cells ${from} to ${next - 1} of ${cells.length}.${next <= cells.length ? ` Go on with offset ${next}.` : ""}]`);
  return { content: page.blocks(), display: { kind: "notebook", path, from, cells: next - from } };
}

type Page = {
  add(words: string): void;
  /** `type`: as the notebook calls it. */
  addImage(type: string, data: string): void;
  readonly length: number;
  blocks(): readonly Block[];
};

function createPage(): Page {
  const blocks: Block[] = [];
  let words: string[] = [];
  let length = 0;
  let images = 0;
  let imageBytes = 0;
  const flush = (): void => {
    if (words.length > 0) blocks.push(text(words.join("\n")));
    words = [];
  };
  const add = (more: string): void => {
    words.push(more);
    length += more.length;
  };
  return {
    add,
    addImage(type, data) {
      const bytes = Buffer.from(data, "base64");
      const shown = imageBlock(bytes);
      if (shown === undefined || typeof shown === "string")
        return add(`[${type}, ${sizeOf(bytes.length)}: it ${shown ?? "can't be shown"}]`);
      if (images >= MOST_IMAGES || imageBytes + bytes.length > MOST_IMAGE_BYTES)
        return add(`[${shown.what}: left out, for there are many. Read its cell alone with offset and limit.]`);
      images++;
      imageBytes += bytes.length;
      add(`[${shown.what}]`);
      flush();
      blocks.push(shown.block);
    },
    get length() {
      return length;
    },
    blocks() {
      flush();
      return blocks;
    },
  };
}

function showCell(cell: Cell, at: number, page: Page): void {
  const run = typeof cell.execution_count === "number" ? `, run ${cell.execution_count}` : "";
  page.add(`[cell ${nameOf(cell, at)}: ${cell.cell_type}${run}]`);
  const source = short(textOf(cell.source) ?? "", MOST_SOURCE);
  if (source !== "") page.add(source);
  const before = page.length;
  for (const [nth, output] of (cell.outputs ?? []).entries()) {
    if (page.length - before > MOST_SHOWN) return page.add(`[${(cell.outputs?.length ?? 0) - nth} further outputs left out]`);
    showOutput(output, page);
  }
}

function showOutput(output: Output, page: Page): void {
  const { output_type: kind, name, data, ename, evalue, traceback } = output;
  if (kind === "stream")
    return page.add(`[${name === "stderr" ? "stderr" : "output"}]\n${short(textOf(output["text"]) ?? "", MOST_OUTPUT)}`);
  if (kind === "error") {
    const trace = Array.isArray(traceback) ? traceback.map(String).join("\n") : "";
    return page.add(`[error]\n${short(trace || `${String(ename)}: ${String(evalue)}`, MOST_OUTPUT)}`);
  }
  const bundle = typeof data === "object" && data !== null ? Object.entries(data) : [];
  const picture = bundle.find(([type]) => PICTURES.includes(type));
  const plain = bundle.find(([type]) => type === "text/plain") ?? bundle.find(([type]) => type.startsWith("text/"));
  if (plain) page.add(`[output]\n${short(textOf(plain[1]) ?? "", MOST_OUTPUT)}`);
  if (picture) page.addImage(picture[0], textOf(picture[1]) ?? "");
  else if (!plain) page.add(`[output: ${bundle.map(([type]) => type).join(", ") || kind}]`);
}

const PICTURES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function short(words: string, most: number): string {
  const excerpt = createExcerpt(most);
  excerpt.add(words);
  return excerpt.show((left) => `\n[… ${left} characters left out]\n`).trimEnd();
}
