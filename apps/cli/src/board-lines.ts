import type { Envelope, Json, JsonObject } from "@keelson/protocol";
import { shorten, visible } from "./clean.ts";
import { isObject, listIn, objectIn, stringIn } from "./json.ts";

/** The session's tasks and lists as its log tells them; undefined where the envelope doesn't. */
export function boardIn({ event }: Envelope): JsonObject | undefined {
  return event.type === "session.changed" ? objectIn(event.change, "board") : undefined;
}

const SIGNS: Readonly<Record<string, string>> = { pending: "☐", in_progress: "▶", completed: "☑" };

/** A line for each; none where nothing is on the board. `whose`: how an owner is called. */
export function boardLines(board: JsonObject | undefined, whose: (owner: string) => string): readonly string[] {
  const tasks = board
    ? listIn(board, "tasks")
        .filter(isObject)
        .map((task) => taskLine(task, whose))
    : [];
  const lists = Object.entries((board && objectIn(board, "lists")) ?? {}).flatMap(([owner, list]) => listLines(owner, list, whose));
  return [...tasks, ...lists];
}

function taskLine(task: JsonObject, whose: (owner: string) => string): string {
  const owner = stringIn(task, "owner") ?? "";
  const waits = listIn(task, "blockedBy").map(String);
  const about = [...(owner === "" ? [] : [whose(owner)]), ...(waits.length === 0 ? [] : [`after ${waits.join(", ")}`])].join(", ");
  return `${sign(task)} ${stringIn(task, "id") ?? ""} ${words(stringIn(task, "subject"))}${about === "" ? "" : ` (${about})`}`;
}

function listLines(owner: string, list: Json | undefined, whose: (owner: string) => string): readonly string[] {
  const todos = Array.isArray(list) ? list.filter(isObject) : [];
  const lines = todos.map((todo) => `${sign(todo)} ${words(stringIn(todo, "content"))}`);
  return owner === "" || lines.length === 0 ? lines : [`${whose(owner)}:`, ...lines.map((line) => `  ${line}`)];
}

const sign = (task: JsonObject): string => SIGNS[stringIn(task, "status") ?? ""] ?? "☐";
const words = (text = ""): string => shorten(visible(text), 100);
