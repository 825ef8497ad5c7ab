// Commands that are for measuring must not be trained on, not even when somebody writes one of them by chance. Their fingerprints stand in
// commands/kept-out.txt; `node scripts/classifier/kept-out.ts COMMANDS.jsonl` writes it anew.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = join(import.meta.dirname, "commands/kept-out.txt");

export const readKeptOut = (): ReadonlySet<string> => new Set(readFileSync(FILE, "utf8").split("\n").filter(Boolean));

/** The same for texts that differ in blanks and in the kind of their quotes. */
export function fingerprint(text: string): string {
  const plain = text.trim().replaceAll(/\s+/g, " ").replaceAll('"', "'");
  return createHash("sha256").update(plain).digest("hex").slice(0, 16);
}

const [from] = process.argv.slice(2);
if (import.meta.main && from !== undefined) {
  const commands = readFileSync(from, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly command: string });
  const prints = [...new Set(commands.map(({ command }) => fingerprint(command)))].toSorted((a, b) => (a < b ? -1 : 1));
  writeFileSync(FILE, `${prints.join("\n")}\n`);
  console.log(`Kept out: ${prints.length} commands.`);
}
