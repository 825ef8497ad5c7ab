/** A PDF as a document that the model sees page by page. What the API would refuse stays out of the log. */
import { basename } from "node:path";
import { text, type ToolOutput } from "@keelson/protocol";
import { failed } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";

/** Bytes. The API takes 32 MB in a request; a result must fit into a record of the log, in base64 and with room to spare. */
const MOST_BYTES = 5.5 * 1024 * 1024;
const MOST_PAGES = 100;
const MAGIC = "%PDF-";
const ENCRYPTED = /\/Encrypt\s*(<<|\d+\s+\d+\s+R)/; // ISO 32000-1, table 15
const REACH = 1024; // where its end may stand

export function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") === MAGIC;
}

export function showPdf(path: string, bytes: Uint8Array): ToolOutput | undefined {
  if (!isPdf(bytes)) return undefined;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!all.includes("%%EOF", -REACH)) return failed(`${path} begins as a PDF, but is damaged or cut: see where it comes from.`);
  const words = all.toString("latin1");
  if (ENCRYPTED.test(words)) return failed(`${path} is an encrypted PDF: decrypt a copy in Bash ("qpdf --decrypt IN OUT") and read that.`);
  const pages = pagesIn(words);
  if (bytes.length > MOST_BYTES || (pages ?? 0) > MOST_PAGES) return failed(pdfTooLarge(path, bytes.length, pages));
  const what = `PDF${pages === undefined ? "" : `, ${pages} pages`}, ${sizeOf(bytes.length)}`;
  const source = { type: "base64", media_type: "application/pdf", data: all.toString("base64") };
  return {
    content: [text(`[${path}: ${what}]`), { type: "document", source, title: basename(path) }],
    display: { kind: "document", path, type: "application/pdf", bytes: bytes.length, ...(pages !== undefined && { pages }) },
  };
}

export function pdfTooLarge(path: string, bytes: number, pages?: number): string {
  const size = `${sizeOf(bytes)}${pages === undefined ? "" : ` and ${pages} pages`}`;
  const limits = `${sizeOf(MOST_BYTES)} and ${MOST_PAGES} pages`;
  return `${path} is a PDF of ${size}, more than can be shown (${limits}). In Bash take a part of it ("qpdf IN --pages . 1-20 -- OUT"), or its text ("pdftotext IN -").`;
}

/** Undefined where they may stand in compressed parts: looking there costs more than it is worth. */
function pagesIn(words: string): number | undefined {
  const pages = words.match(/\/Type\s*\/Page(?![a-zA-Z])/g)?.length;
  return words.includes("/ObjStm") ? undefined : pages;
}
