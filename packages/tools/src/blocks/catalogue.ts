/** The blocks by name. A plugin enables them by naming them; none is there by itself. */
import type { Tool } from "@keelson/protocol";
import { bashBlock } from "./bash.ts";
import { editBlock } from "./edit.ts";
import { globBlock } from "./glob.ts";
import { grepBlock } from "./grep.ts";
import type { BlockKit } from "./kit.ts";
import { readBlock } from "./read.ts";
import { writeBlock } from "./write.ts";

export const blocks: Readonly<Record<string, (kit: BlockKit) => Tool>> = {
  Bash: bashBlock,
  Edit: editBlock,
  Glob: globBlock,
  Grep: grepBlock,
  Read: readBlock,
  Write: writeBlock,
};
