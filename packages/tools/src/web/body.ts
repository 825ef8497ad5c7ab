/** The bytes of an answer, unpacked. Rule: no more than the limit is ever held, neither packed nor unpacked. */
import { promisify } from "node:util";
import { brotliDecompress, constants, inflate, unzip } from "node:zlib";
import type { WebAnswer } from "./ports.ts";

/** Bytes. A PDF of more can't be shown; of a text the rest is left out. */
const MOST_BYTES = 5.5 * 1024 * 1024;

/** `whole`: false when something is missing at the end. */
export type Body =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly whole: boolean }
  | { readonly ok: false; readonly error: string };

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = constants; // what was cut is unpacked as far as it goes
type Unpack = (packed: Uint8Array) => Promise<Uint8Array>;
const UNPACK: Readonly<Record<string, Unpack>> = {
  gzip: (packed) => promisify(unzip)(packed, { maxOutputLength: MOST_BYTES, finishFlush: Z_SYNC_FLUSH }),
  deflate: (packed) => promisify(inflate)(packed, { maxOutputLength: MOST_BYTES, finishFlush: Z_SYNC_FLUSH }),
  br: (packed) => promisify(brotliDecompress)(packed, { maxOutputLength: MOST_BYTES, finishFlush: BROTLI_OPERATION_FLUSH }),
};
export const ENCODINGS = "gzip, br";

export async function readBody({ headers, body }: WebAnswer): Promise<Body> {
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase().replace(/^x-/, "");
  const unpack = encoding === "identity" || encoding === "" ? undefined : UNPACK[encoding];
  if (!unpack && encoding !== "identity" && encoding !== "") return { ok: false, error: "It is packed in a way that isn't known here." };
  const { bytes, whole } = await firstBytes(body);
  if (!unpack) return { ok: true, bytes, whole };
  try {
    return { ok: true, bytes: await unpack(bytes), whole };
  } catch (error) {
    const large = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return { ok: false, error: large ? "Unpacked it is too large to be read." : `It can't be unpacked: it isn't ${encoding}.` };
  }
}

async function firstBytes(body: WebAnswer["body"]): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk.subarray(0, MOST_BYTES - size));
    size += chunk.length;
    if (size > MOST_BYTES) break;
  }
  return { bytes: Buffer.concat(chunks), whole: size <= MOST_BYTES };
}
