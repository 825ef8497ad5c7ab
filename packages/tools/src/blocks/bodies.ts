/** The blocks as they are written, by name. Nothing imports it when keelson starts: catalogue.ts loads it at the first call, with zod and all else that a call needs. */
import type { Tool } from "@keelson/protocol";
import { agentBlock } from "../agents/agent.ts";
import { sendMessageBlock } from "../agents/send-message.ts";
import { enterWorktreeBlock, exitWorktreeBlock } from "../agents/worktree.ts";
import { askUserBlock } from "../person/ask-user.ts";
import { lspBlock } from "../lsp/lsp.ts";
import { enterPlanModeBlock, exitPlanModeBlock } from "../person/plan-mode.ts";
import { skillBlock } from "../skills/skill.ts";
import { taskCreateBlock, taskGetBlock, taskListBlock, taskUpdateBlock } from "../tasks/task-list.ts";
import { taskOutputBlock, taskStopBlock } from "../tasks/task-output.ts";
import { webFetchBlock } from "../web/web-fetch.ts";
import { webSearchBlock } from "../web/web-search.ts";
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
  Agent: agentBlock,
  AskUserQuestion: askUserBlock,
  Bash: bashBlock,
  BashOutput: bashOutputBlock,
  Edit: editBlock,
  EnterPlanMode: enterPlanModeBlock,
  EnterWorktree: enterWorktreeBlock,
  ExitPlanMode: exitPlanModeBlock,
  ExitWorktree: exitWorktreeBlock,
  Glob: globBlock,
  Grep: grepBlock,
  KillShell: killShellBlock,
  LS: lsBlock,
  LSP: lspBlock,
  MultiEdit: multiEditBlock,
  NotebookEdit: notebookEditBlock,
  Read: readBlock,
  SendMessage: sendMessageBlock,
  Skill: skillBlock,
  TaskCreate: taskCreateBlock,
  TaskGet: taskGetBlock,
  TaskList: taskListBlock,
  TaskOutput: taskOutputBlock,
  TaskStop: taskStopBlock,
  TaskUpdate: taskUpdateBlock,
  TodoWrite: todoWriteBlock,
  WebFetch: webFetchBlock,
  WebSearch: webSearchBlock,
  Write: writeBlock,
};
