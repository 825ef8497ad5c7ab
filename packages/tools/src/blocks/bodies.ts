/** The blocks as they are written, by name. Nothing imports it when keelson starts: catalogue.ts loads it at the first call, with zod and all else that a call needs. */
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

export const bodies: Readonly<Record<string, (kit: BlockKit) => Tool>> = {
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
