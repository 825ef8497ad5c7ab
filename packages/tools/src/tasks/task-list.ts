/** TaskCreate, TaskGet, TaskList, TaskUpdate: single tasks of the board that a session shares with its agents. */
import * as z from "zod/mini";
import type { JsonObject, Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";
import { createBoard, lineOf, TASK_STATES, type Board, type Task, type TaskChange } from "./board.ts";

const LONGEST = 10_000; // characters
const MOST_TASKS = 1_000;
const words = (about: string) => z.string().check(z.minLength(1), z.maxLength(LONGEST), z.describe(about));
const ids = z.optional(z.array(z.string()));
const metadata = z.optional(z.record(z.string(), z.json()));

const creation = z.object({
  subject: words("The task, as an order, in a few words"),
  description: words("What is to be done, and how one sees that it is"),
  activeForm: z.optional(words("The same while it is done: Running the tests")),
  metadata,
});
const lookup = z.object({ taskId: z.string().check(z.minLength(1)) });
const update = z.object({
  taskId: z.string().check(z.minLength(1)),
  status: z.optional(z.enum([...TASK_STATES, "deleted"])),
  subject: z.optional(words("The task, as an order")),
  description: z.optional(words("What is to be done")),
  activeForm: z.optional(words("The same while it is done")),
  owner: z.optional(z.string().check(z.describe("The agent that works on it; empty for nobody"))),
  addBlockedBy: ids,
  addBlocks: ids,
  metadata,
});

const common = { effects: () => [], readOnly: true, concurrencySafe: true, replay: "safe" } as const; // the board is the session's, not the world's

export function taskCreateBlock({ board = createBoard() }: BlockKit): Tool {
  return defineTool<z.infer<typeof creation>>({
    name: "TaskCreate",
    description:
      "Adds a task to the session's board, which you share with your agents. For work with parts that depend on one another or go to others; for a plain list of steps use TodoWrite.",
    input: creation,
    ...common,
    replay: "never", // twice would be two tasks
    async *run({ subject, description, activeForm, metadata: more = {} }) {
      if (board.all().length >= MOST_TASKS)
        return failed(`There are ${MOST_TASKS} tasks already. Delete those that are done, by TaskUpdate.`);
      const task = board.create({
        subject,
        description,
        ...(activeForm !== undefined && { activeForm }),
        owner: "",
        blockedBy: [],
        metadata: more,
      });
      return said(`Task ${task.id} is on the board: ${subject}`, { data: { task: { id: task.id, subject } } });
    },
  });
}

export function taskGetBlock({ board = createBoard() }: BlockKit): Tool {
  return defineTool<z.infer<typeof lookup>>({
    name: "TaskGet",
    description: "Shows one task of the board with all that is known of it.",
    input: lookup,
    ...common,
    async *run({ taskId }) {
      const task = board.find(taskId);
      return task ? said(describe(task, board), { data: { task: print(task) } }) : failed(unknown(taskId, board));
    },
  });
}

export function taskListBlock({ board = createBoard() }: BlockKit): Tool {
  return defineTool<Record<string, never>>({
    name: "TaskList",
    description: "Lists the tasks of the board: who works on them, and what they wait for.",
    input: z.object({}),
    ...common,
    async *run() {
      const tasks = board.all();
      const shown = tasks.map((task) => lineOf(task, board)).join("\n");
      return said(shown || "There are no tasks on the board.", {
        data: { tasks: tasks.map(print) },
        display: { kind: "tasks", tasks: tasks.map(print) },
      });
    },
  });
}

export function taskUpdateBlock({ board = createBoard() }: BlockKit): Tool {
  return defineTool<z.infer<typeof update>>({
    name: "TaskUpdate",
    description:
      "Changes a task of the board. Take one by setting owner and in_progress before you begin it; set completed as soon as it is done; deleted takes it off the board.",
    input: update,
    ...common,
    async *run({ taskId, status, addBlocks = [], addBlockedBy = [], metadata: more, ...plain }) {
      const before = board.find(taskId);
      const missing = [taskId, ...addBlocks, ...addBlockedBy].find((id) => !board.find(id));
      if (!before || missing !== undefined) return failed(unknown(missing ?? taskId, board));
      if (status === "deleted") {
        board.remove(taskId);
        return said(`Task ${taskId} is off the board.`);
      }
      const circle = [...addBlockedBy.map((id) => [id, taskId]), ...addBlocks.map((id) => [taskId, id])].find(
        ([first = "", then = ""]) => first === then || waitsFor(first, then, board),
      );
      if (circle) return failed(`Nothing changed: task ${circle[0]} waits for task ${circle[1]} already, so it can't come before it.`);
      const set = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as TaskChange;
      const blockedBy = [...new Set([...before.blockedBy, ...addBlockedBy])];
      const after = board.change(taskId, {
        ...set,
        ...(status !== undefined && { status }),
        blockedBy,
        ...(more && { metadata: { ...before.metadata, ...more } }),
      });
      for (const id of addBlocks) board.change(id, { blockedBy: [...new Set([...(board.find(id)?.blockedBy ?? []), taskId])] });
      return said(after ? lineOf(after, board) : "", { data: { taskId, status: after?.status ?? null } });
    },
  });
}

/** `first` can't begin before `then` is completed. */
function waitsFor(first: string, then: string, board: Board): boolean {
  const direct = board.find(first)?.blockedBy ?? [];
  return direct.includes(then) || direct.some((id) => waitsFor(id, then, board));
}

function describe(task: Task, board: Board): string {
  return [
    lineOf(task, board),
    ...(task.description === "" ? [] : [task.description]),
    ...(Object.keys(task.metadata).length > 0 ? [JSON.stringify(task.metadata)] : []),
  ].join("\n");
}

function unknown(id: string, board: Board): string {
  const known = board.all().map((task) => task.id);
  return `No task has the id ${id}. ${known.length === 0 ? "There are none on the board." : `There are ${known.join(", ")}.`}`;
}

function print({ activeForm, ...task }: Task): JsonObject {
  return { ...task, ...(activeForm !== undefined && { activeForm }) };
}
