/** The blocks by name. A plugin enables them by naming them; none is there by itself. */
import type { Tool } from "@keelson/protocol";
import { bashBlock } from "./bash.ts";
import { bashOutputBlock } from "./bash-output.ts";
import { editBlock } from "./edit.ts";
import { globBlock } from "./glob.ts";
import { grepBlock } from "./grep.ts";
import { killShellBlock } from "./kill-shell.ts";
import type { BlockKit } from "./kit.ts";
import { lsBlock } from "./ls.ts";
import { multiEditBlock } from "./multi-edit.ts";
import { notebookEditBlock } from "./notebook-edit.ts";
import { readBlock } from "./read.ts";
import { todoWriteBlock } from "./todo.ts";
import { writeBlock } from "./write.ts";

export const blocks: Readonly<Record<string, (kit: BlockKit) => Tool>> = {
  Bash: bashBlock,
  BashOutput: bashOutputBlock,
  Edit: editBlock,
  Glob: globBlock,
  Grep: grepBlock,
  KillShell: killShellBlock,
  LS: lsBlock,
  MultiEdit: multiEditBlock,
  NotebookEdit: notebookEditBlock,
  Read: readBlock,
  TodoWrite: todoWriteBlock,
  Write: writeBlock,
};
