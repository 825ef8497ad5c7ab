/**
 * The tasks of a session and all its agents, in one place. TodoWrite is its simplest face: it replaces what one agent has listed;
 * the Task tools add, change and read single ones, anybody's.
 */
import type { JsonObject } from "@keelson/protocol";

export const TASK_STATES = ["pending", "in_progress", "completed"] as const;
export type TaskState = (typeof TASK_STATES)[number];
export type Task = {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  /** The same while it is done: "Running the tests". */
  readonly activeForm?: string;
  readonly status: TaskState;
  /** The agent that works on it; empty for nobody. */
  readonly owner: string;
  /** Ids of tasks that must be completed before it. */
  readonly blockedBy: readonly string[];
  readonly metadata: JsonObject;
};
export type TaskChange = Partial<Omit<Task, "id">>;
export type Todo = { readonly content: string; readonly status: TaskState; readonly activeForm?: string | undefined };

export type Board = {
  all(): readonly Task[];
  find(id: string): Task | undefined;
  create(task: Omit<Task, "id" | "status">): Task;
  change(id: string, change: TaskChange): Task | undefined;
  remove(id: string): boolean;
  /** All that `owner` has listed by TodoWrite, in place of what it listed before. */
  list(owner: string, todos: readonly Todo[]): void;
  listed(owner: string): readonly Todo[];
  /** As it was kept. */
  restore(state: BoardState): void;
  state(): BoardState;
};
export type BoardState = {
  readonly tasks: readonly Task[];
  readonly lists: Readonly<Record<string, readonly Todo[]>>;
  readonly last: number;
};

/** `changed`: told after each change, for the log. */
export function createBoard(changed: (state: BoardState) => void = () => {}): Board {
  let state: BoardState = { tasks: [], lists: {}, last: 0 };
  const set = (next: BoardState): void => {
    state = next;
    changed(state);
  };
  return {
    all: () => state.tasks,
    find: (id) => state.tasks.find((task) => task.id === id),
    create(asked) {
      const task: Task = { ...asked, id: String(state.last + 1), status: "pending" };
      set({ ...state, tasks: [...state.tasks, task], last: state.last + 1 });
      return task;
    },
    change(id, change) {
      const before = state.tasks.find((task) => task.id === id);
      if (!before) return undefined;
      const after: Task = { ...before, ...change };
      set({ ...state, tasks: state.tasks.map((task) => (task === before ? after : task)) });
      return after;
    },
    remove(id) {
      const kept = state.tasks
        .filter((task) => task.id !== id)
        .map((task) => ({ ...task, blockedBy: task.blockedBy.filter((one) => one !== id) }));
      if (kept.length === state.tasks.length) return false;
      set({ ...state, tasks: kept });
      return true;
    },
    list: (owner, todos) => set({ ...state, lists: { ...state.lists, [owner]: todos } }),
    listed: (owner) => state.lists[owner] ?? [],
    restore: (kept) => void (state = kept),
    state: () => state,
  };
}
