/** TodoWrite: the plan of a longer piece of work. The whole list comes each time, and stands in the answer: the log holds it. */
import * as z from "zod/mini";
import type { JsonObject, Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { said } from "../define/said.ts";
import { createBoard, lineOf, type TaskState, type Todo } from "../tasks/board.ts";
import type { BlockKit } from "./kit.ts";

const DESCRIPTION = `Keeps the list of steps of the work, which the user sees. Use it when there are three or more.
- Send the whole list each time; what isn't in it is gone.
- Mark a step in_progress before you begin it and completed as soon as it is done; one at a time.`;

const MOST_TODOS = 200;
const LONGEST_TODO = 2_000; // characters

const words = (about: string) => z.string().check(z.minLength(1), z.maxLength(LONGEST_TODO), z.describe(about));
const todo = z.object({
  content: words("The step, as an order"),
  status: z.enum(["pending", "in_progress", "completed"]),
  activeForm: z.optional(words("The same while it is done: Running the tests")),
});
const input = z.object({ todos: z.array(todo).check(z.maxLength(MOST_TODOS)) });
type Input = z.infer<typeof input>;

const SIGN: Readonly<Record<TaskState, string>> = { pending: "[ ]", in_progress: "[>]", completed: "[x]" };

export function todoWriteBlock({ board = createBoard(), agent = "" }: BlockKit): Tool {
  return defineTool<Input>({
    name: "TodoWrite",
    description: DESCRIPTION,
    input,
    effects: () => [],
    readOnly: true, // the list is the session's, not the world's
    concurrencySafe: true,
    replay: "safe",
    async *run({ todos }) {
      const oldTodos = board.listed(agent).map(print);
      board.list(agent, todos);
      const newTodos = todos.map(print);
      const shown = todos.map(({ content, status }) => `${SIGN[status]} ${content}`).join("\n");
      const listed = new Set(Object.values(board.state().lists).flat());
      const others = board.all().filter(({ id }) => !listed.has(id)); // what other agents have listed is theirs to know
      const also = others.length === 0 ? "" : `\nAlso on the board:\n${others.map((task) => lineOf(task, board)).join("\n")}`;
      return said(`${shown || "The list is empty."}${also}`, { data: { oldTodos, newTodos }, display: { kind: "todos", todos: newTodos } });
    },
  });
}

function print({ content, status, activeForm }: Todo): JsonObject {
  return { content, status, ...(activeForm !== undefined && { activeForm }) };
}
