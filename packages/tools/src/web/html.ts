/** HTML as plain text: what a reader would see of it, line by line. Rule: scripts, styles, comments and what is hidden are gone. */

const UNSEEN =
  /<!--[\s\S]*?(?:-->|$)|<(script|style|template|noscript|svg|iframe|head)\b(?:[^>"']|"[^"]*"|'[^']*')*>[\s\S]*?(?:<\/\1\s*>|$)/gi;
const BREAKS =
  /<\/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tr|ul)\b[^>]*>/gi;
const TAG = /<\/?[a-z!](?:[^>"']|"[^"]*"|'[^']*')*>/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** `base`: what its links are relative to. */
export function markdownOf(html: string, _base: string): string {
  const words = html.replace(UNSEEN, " ").replace(/\s+/g, " ").replace(BREAKS, "\n").replace(TAG, "");
  const read = words.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
  return read.replace(/[ \t]*\n\s*/g, "\n").trim();
}
