/** Tasks of the board and the hooks that watch over them: one may take a new task away, or keep one open that was to be completed. */
import type { Task } from "@keelson/tools";
import { text, type HookEvent, type HookPayloads, type Json, type JsonObject, type ToolOutput } from "@keelson/protocol";
import type { Hooking } from "./hooking.ts";

type Asked = { readonly name: string; readonly input: JsonObject };

/** Before the call runs; undefined lets it. */
export async function keptOpen({ name, input }: Asked, hooking: Hooking, signal: AbortSignal): Promise<ToolOutput | undefined> {
  if (name !== "TaskUpdate" || input["status"] !== "completed") return undefined;
  const task = hooking.board.find(String(input["taskId"]));
  if (!task || task.status === "completed") return undefined;
  const why = await refusal("TaskCompleted", task, hooking, signal);
  return why === undefined ? undefined : failed(`Nothing changed, task ${task.id} stays open. ${why}`);
}

/** After it ran. */
export async function takenBack({ name }: Asked, output: ToolOutput, hooking: Hooking, signal: AbortSignal): Promise<ToolOutput> {
  const { board } = hooking;
  const task = name === "TaskCreate" && output.isError !== true ? board.find(idIn(output.data)) : undefined;
  if (!task) return output;
  const why = await refusal("TaskCreated", task, hooking, signal);
  if (why === undefined) return output;
  board.remove(task.id);
  return failed(`Task ${task.id} was taken off the board again. ${why}`);
}

type Watched = Extract<HookEvent, "TaskCreated" | "TaskCompleted">;

async function refusal(
  event: Watched,
  { id, subject, description }: Task,
  hooking: Hooking,
  signal: AbortSignal,
): Promise<string | undefined> {
  const payload: HookPayloads[Watched] = {
    task_id: id,
    task_subject: subject,
    ...(description !== "" && { task_description: description }),
  };
  const outcome = await hooking.fire(event, payload, signal);
  if (outcome?.stop) return outcome.stop.reason;
  return outcome?.decision?.behavior === "deny" ? `${outcome.decision.by.name}: ${outcome.decision.reason}` : undefined;
}

const failed = (words: string): ToolOutput => ({ content: [text(words)], isError: true });

function idIn(data: Json | undefined): string {
  const { task } = isObject(data) ? data : {};
  return isObject(task) ? String(task["id"]) : "";
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
