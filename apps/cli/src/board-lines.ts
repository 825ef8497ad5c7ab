import type { Session } from "@keelson/harness";
import { shorten, visible } from "./clean.ts";

type Board = Session["board"];
const SIGNS: Readonly<Record<Board["tasks"][number]["status"], string>> = { pending: "☐", in_progress: "▶", completed: "☑" };

/** A line for each; none where nothing is on the board. `whose`: how an owner is called. */
export function boardLines({ tasks, lists }: Board, whose: (owner: string) => string): readonly string[] {
  const inLists = new Set(Object.values(lists).flat());
  const listed = Object.entries(lists).flatMap(([owner, ids]) =>
    listLines(
      owner,
      ids.flatMap((id) => tasks.find((task) => task.id === id) ?? []),
      whose,
    ),
  );
  return [...tasks.filter(({ id }) => !inLists.has(id)).map((task) => taskLine(task, whose)), ...listed];
}

function taskLine({ id, subject, status, owner, blockedBy }: Board["tasks"][number], whose: (owner: string) => string): string {
  const about = [...(owner === "" ? [] : [whose(owner)]), ...(blockedBy.length === 0 ? [] : [`after ${blockedBy.join(", ")}`])].join(", ");
  return `${SIGNS[status]} ${id} ${words(subject)}${about === "" ? "" : ` (${about})`}`;
}

function listLines(owner: string, steps: Board["tasks"], whose: (owner: string) => string): readonly string[] {
  const lines = steps.map(({ status, subject }) => `${SIGNS[status]} ${words(subject)}`);
  return owner === "" || lines.length === 0 ? lines : [`${whose(owner)}:`, ...lines.map((line) => `  ${line}`)];
}

const words = (text: string): string => shorten(visible(text), 100);
