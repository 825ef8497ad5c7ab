// Writes src/blocks/shown.ts: what the model sees of each block, as the blocks themselves say it. `npm run shown` after a change of one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { shownByBodies } from "../test/shown.ts";

const FILE = join(import.meta.dirname, "..", "src", "blocks", "shown.ts");
const HEAD = `/** What the model sees of each block, in the order of the alphabet. Written by \`npm run shown\`, from what the blocks say; a test compares them. */
import type { Tool } from "@keelson/protocol";

export type Shown = Pick<Tool, "name" | "description" | "inputSchema">;

// oxfmt-ignore
export const SHOWN: readonly Shown[] = [
`;

const lines = shownByBodies().map((shown) => `  ${JSON.stringify(shown)},\n`);
writeFileSync(FILE, `${HEAD}${lines.join("")}];\n`);
