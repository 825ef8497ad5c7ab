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
  /** All that `owner` has listed by TodoWrite, in place of what it listed before: tasks of its own, which keep their ids while they are listed. */
  list(owner: string, todos: readonly Todo[]): void;
  listed(owner: string): readonly Todo[];
  /** As it was kept. */
  restore(state: BoardState): void;
  state(): BoardState;
};
/** `lists`: by owner, the ids of what it listed, in order. */
export type BoardState = {
  readonly tasks: readonly Task[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
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
      const after = without(state, [id]);
      if (after.tasks.length === state.tasks.length) return false;
      set(after);
      return true;
    },
    list: (owner, todos) => set(withList(state, owner, todos)),
    listed: (owner) => listedIn(state, owner).map(todoOf),
    restore: (kept) => void (state = joined(kept)),
    state: () => state,
  };
}

/** The tasks that `owner` has listed by TodoWrite, in the order of its list. */
function listedIn({ tasks, lists }: BoardState, owner: string): readonly Task[] {
  const ids = lists[owner] ?? [];
  return ids.flatMap((id) => tasks.find((task) => task.id === id) ?? []);
}

const todoOf = ({ subject, status, activeForm }: Task): Todo => ({
  content: subject,
  status,
  ...(activeForm !== undefined && { activeForm }),
});

/** A step of the same words is the same task. */
function withList(state: BoardState, owner: string, todos: readonly Todo[]): BoardState {
  const free = [...listedIn(state, owner)];
  let { last } = state;
  const listed = todos.map(({ content: subject, status, activeForm: form }): Task => {
    const at = free.findIndex((task) => task.subject === subject);
    const { activeForm: _, ...same } = (at < 0 ? undefined : free.splice(at, 1)[0]) ?? stepOf(String(++last), owner);
    return { ...same, subject, status, ...(form !== undefined && { activeForm: form }) };
  });
  const { tasks, lists } = without(
    state,
    free.map(({ id }) => id),
  );
  const byId = new Map(listed.map((task) => [task.id, task]));
  const kept = tasks.map((task) => byId.get(task.id) ?? task);
  const fresh = listed.filter(({ id }) => Number(id) > state.last);
  return { tasks: [...kept, ...fresh], lists: { ...lists, [owner]: [...byId.keys()] }, last };
}

const stepOf = (id: string, owner: string): Task => ({
  id,
  subject: "",
  description: "",
  status: "pending",
  owner,
  blockedBy: [],
  metadata: {},
});

function without({ tasks, lists, last }: BoardState, gone: readonly string[]): BoardState {
  const isKept = (id: string): boolean => !gone.includes(id);
  return {
    tasks: tasks.filter(({ id }) => isKept(id)).map((task) => ({ ...task, blockedBy: task.blockedBy.filter(isKept) })),
    lists: Object.fromEntries(Object.entries(lists).map(([owner, ids]) => [owner, ids.filter(isKept)])),
    last,
  };
}

/** Lists once stood apart from the tasks, whole. */
function joined({ tasks, lists, last }: BoardState): BoardState {
  let state: BoardState = { tasks, lists: {}, last };
  for (const [owner, list] of Object.entries(lists as Readonly<Record<string, readonly (string | Todo)[]>>)) {
    const todos = list.filter((one) => typeof one === "object");
    const ids = list.filter((one) => typeof one === "string");
    state = todos.length > 0 ? withList(state, owner, todos) : { ...state, lists: { ...state.lists, [owner]: ids } };
  }
  return state;
}

/** In one line: who works on it, and what it waits for. */
export function lineOf({ id, status, subject, owner, blockedBy }: Task, board: Pick<Board, "find">): string {
  const waits = blockedBy.filter((other) => board.find(other)?.status !== "completed");
  return `${id} [${status}] ${subject}${owner === "" ? "" : ` (${owner})`}${waits.length === 0 ? "" : `, waits for ${waits.join(", ")}`}`;
}
