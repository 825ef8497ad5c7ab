/** Read: a file as what it is: a picture, a document, a notebook, or numbered lines. What was looked at is remembered, for a change needs a look before it. */
import { basename, dirname } from "node:path";
import * as z from "zod/mini";
import { isFileError, type FileError, type Tool, type ToolOutput } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";
import type { Window } from "../files/page.ts";
import { imageIn, MAGIC_BYTES } from "../media/header.ts";
import { showImage, tooLarge } from "../media/image.ts";
import { isPdf, pdfTooLarge, showPdf } from "../media/pdf.ts";
import { showNotebook } from "../notebook/show.ts";
import { mostAlike } from "../text/likeness.ts";
import { WIDTH } from "../text/lines.ts";
import { refuseBinary, showLines, showText } from "../text/show.ts";
import type { BlockKit } from "./kit.ts";

/** Bytes; a larger file is read in parts. */
export const MOST_READ = 10 * 1024 * 1024;
const LINES = 2_000;
const ALIKE = 0.5;
const MOST_NAMES = 5;

const DESCRIPTION = `Reads a file. Text is shown with line numbers; images (PNG, JPEG, GIF, WebP) and PDFs as they are; notebooks (.ipynb) as cells with their outputs.
- Without offset and limit it shows the first 2000 lines; lines over 2000 characters are cut. In a notebook they count cells.
- A file must be read before Edit or Write may change it.
- Several files can be read in one reply.
- It doesn't list folders: use Glob, or ls in Bash.`;

const input = z.object({
  file_path: systemText("The file to read; best as an absolute path"),
  offset: z.optional(z.int().check(z.gte(0), z.describe("The first line to show, from 1"))),
  limit: z.optional(z.int().check(z.gte(1), z.describe("How many lines to show"))),
});
type Input = z.infer<typeof input>;

/** The first that knows what it is shows it. */
type View = (path: string, bytes: Uint8Array, window: Window) => ToolOutput | undefined;
const VIEWS: readonly View[] = [showImage, showPdf, showNotebook];

export function readBlock({ files, seen, home }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Read",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "read", path: file_path }],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run(asked, { signal }) {
      const path = asked.file_path;
      const inPart = asked.offset !== undefined || asked.limit !== undefined;
      const window: Window = { from: Math.max(asked.offset ?? 1, 1), count: asked.limit ?? LINES, width: WIDTH };
      try {
        const { bytes, state } = await files.read(path, MOST_READ);
        seen.remember(path, state);
        for (const view of VIEWS) {
          const shown = view(path, bytes, window);
          if (shown) return shown;
        }
        return showText(path, bytes, window);
      } catch (error) {
        if (!isFileError(error)) throw error;
        if (error.code !== "too_large" || !inPart) return failed(await explain(error, files));
        const page = await files.page(path, window, signal);
        return page.binary ? refuseBinary(path) : showLines(page, window.from);
      }
    },
  });
}

async function explain(error: FileError, files: BlockKit["files"]): Promise<string> {
  if (error.code === "directory") return `${error.message} List it with Glob, or with ls in Bash.`;
  if (error.code === "too_large") return explainSize(error, files);
  if (error.code !== "missing") return error.message;
  const near = mostAlike(basename(error.path), await files.names(dirname(error.path)), ALIKE).slice(0, MOST_NAMES);
  return near.length === 0 ? error.message : `${error.message} In the same folder: ${near.join(", ")}.`;
}

async function explainSize({ message, path }: FileError, files: BlockKit["files"]): Promise<string> {
  const head = await files.head(path, MAGIC_BYTES);
  const size = (await files.stat(path))?.size ?? 0;
  const image = imageIn(head);
  if (image) return `${path} ${tooLarge(`${image.name} image of ${sizeOf(size)}`)}.`;
  if (isPdf(head)) return pdfTooLarge(path, size);
  return `${message} Read a part of it with offset and limit, or search it with Grep.`;
}
