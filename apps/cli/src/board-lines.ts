import type { Session } from "@keelson/harness";
import { shorten, visible } from "./clean.ts";

type Board = Session["board"];
const SIGNS: Readonly<Record<Board["tasks"][number]["status"], string>> = { pending: "☐", in_progress: "▶", completed: "☑" };

/** A line for each; none where nothing is on the board. `whose`: how an owner is called. */
export function boardLines({ tasks, lists }: Board, whose: (owner: string) => string): readonly string[] {
  const listed = Object.entries(lists).flatMap(([owner, todos]) => listLines(owner, todos, whose));
  return [...tasks.map((task) => taskLine(task, whose)), ...listed];
}

function taskLine({ id, subject, status, owner, blockedBy }: Board["tasks"][number], whose: (owner: string) => string): string {
  const about = [...(owner === "" ? [] : [whose(owner)]), ...(blockedBy.length === 0 ? [] : [`after ${blockedBy.join(", ")}`])].join(", ");
  return `${SIGNS[status]} ${id} ${words(subject)}${about === "" ? "" : ` (${about})`}`;
}

function listLines(owner: string, todos: Board["lists"][string], whose: (owner: string) => string): readonly string[] {
  const lines = todos.map(({ status, content }) => `${SIGNS[status]} ${words(content)}`);
  return owner === "" || lines.length === 0 ? lines : [`${whose(owner)}:`, ...lines.map((line) => `  ${line}`)];
}

const words = (text: string): string => shorten(visible(text), 100);
