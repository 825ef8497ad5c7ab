/** Which blocks have what they work with. One that hasn't isn't offered: a model would call it and be told so, again and again. */
import type { BlockKit } from "./kit.ts";

const NEEDS: Readonly<Record<string, (kit: BlockKit) => boolean>> = {
  LSP: ({ lsp }) => lsp !== undefined,
  WebFetch: ({ web }) => web !== undefined,
  WebSearch: ({ web }) => web?.search !== undefined,
};

export function isAvailable(name: string, kit: BlockKit): boolean {
  return !Object.hasOwn(NEEDS, name) || NEEDS[name]?.(kit) === true;
}
