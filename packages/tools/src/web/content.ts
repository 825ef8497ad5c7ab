/** What was fetched, as blocks that a model can be shown: the first view that fits the content type shows it. */
import { text, type Block } from "@keelson/protocol";
import { sizeOf } from "../files/because.ts";
import { imageBlock } from "../media/image.ts";
import { showPdf } from "../media/pdf.ts";
import { clean, cut, looksBinary } from "../output/clean.ts";
import { decode } from "./charset.ts";
import { markdownOf } from "./html.ts";
import { visible } from "./visible.ts";

/** `type`: as the server wrote it. */
export type Fetched = { readonly url: string; readonly type: string; readonly bytes: Uint8Array; readonly whole: boolean };
export type Content = { readonly ok: true; readonly blocks: readonly Block[] } | { readonly ok: false; readonly error: string };

/** Characters of one page that any model is given. */
const MOST_CHARACTERS = 100_000;

type View = { readonly fits: RegExp; readonly show: (fetched: Fetched) => Content };
const VIEWS: readonly View[] = [
  { fits: /^(?:text\/html|application\/xhtml\+xml)$/, show: (fetched) => words(fetched, markdownOf(textOf(fetched), fetched.url)) },
  {
    fits: /^(?:text\/[\w.+-]+|[\w.-]+\/[\w.+-]*(?:json|xml|yaml|toml|javascript|ecmascript)|application\/(?:x-sh|sql|graphql|x-ndjson))$/,
    show: (fetched) => words(fetched, textOf(fetched)),
  },
  { fits: /^application\/(?:x-)?pdf$/, show: pdf },
  { fits: /^image\/(?:png|jpeg|gif|webp)$/, show: image },
];

export function contentOf(fetched: Fetched): Content {
  const type = fetched.type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const kind = type === "" || type === "application/octet-stream" ? sniff(fetched.bytes) : type;
  const view = VIEWS.find(({ fits }) => fits.test(kind));
  if (view) return view.show(fetched);
  return {
    ok: false,
    error: `It is of ${/^[\w.-]+\/[\w.+-]{1,60}$/.test(kind) ? `the type ${kind}` : "no known type"} (${sizeOf(fetched.bytes.length)}), which can't be shown. Download it with Bash if it is needed.`,
  };
}

/** For servers that don't say. */
function sniff(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1_024)).toString("latin1");
  if (head.startsWith("%PDF-")) return "application/pdf";
  if (/^\s*<(?:!doctype html|html)\b/i.test(head)) return "text/html";
  return head.includes("\0") ? "application/octet-stream" : "text/plain";
}

const textOf = ({ bytes, type }: Fetched): string => decode(bytes, type);

function words({ url, bytes, whole }: Fetched, read: string): Content {
  if (looksBinary(read.slice(0, 4_096)))
    return { ok: false, error: "It calls itself a text, but is none. Download it with Bash if it is needed." };
  const shown = clean(visible(read.replaceAll("\r\n", "\n"))).trim();
  if (shown === "")
    return { ok: false, error: `It has no text (${sizeOf(bytes.length)}): perhaps ${url} is made by a script in a browser.` };
  const part = cut(shown, MOST_CHARACTERS);
  const rest = part.length < shown.length || !whole ? `\n\n[The page goes on; this is its beginning, ${part.length} characters.]` : "";
  return { ok: true, blocks: [text(part + rest)] };
}

function pdf({ url, bytes, whole }: Fetched): Content {
  if (!whole) return { ok: false, error: `It is a PDF of more than ${sizeOf(bytes.length)}. Download it with Bash and take a part of it.` };
  const shown = showPdf(url, bytes);
  if (!shown) return { ok: false, error: "It calls itself a PDF, but is none." };
  const [first] = shown.content;
  return shown.isError ? { ok: false, error: String(first?.["text"]) } : { ok: true, blocks: shown.content };
}

function image({ bytes }: Fetched): Content {
  const shown = imageBlock(bytes);
  if (shown === undefined) return { ok: false, error: "It calls itself an image, but is none." };
  return typeof shown === "string" ? { ok: false, error: `It ${shown}.` } : { ok: true, blocks: [shown.block] };
}
