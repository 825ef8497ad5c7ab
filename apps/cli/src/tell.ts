import { visible } from "./clean.ts";
import { outputBroken } from "./departure.ts";
import { FAILED } from "./exit.ts";
import type { Machine, Screen } from "./machine.ts";
import { outlet } from "./outlet.ts";

/** The whole output of a command that has no run. What can't be written is no success; a reader that left, as `head` does, is no mistake. */
export async function say(words: string, machine: Machine, code: number): Promise<number> {
  const { stdout } = machine;
  let why = "";
  await outlet(stdout, (error) => (why = outputBroken(error).text ?? ""), cleanFor(stdout)).write(`${words}\n`);
  return why === "" ? code : await complain(why, machine, FAILED);
}

export async function complain(words: string, { stderr }: Machine, code: number): Promise<number> {
  await outlet(stderr, () => {}, cleanFor(stderr)).write(`${words}\n`);
  return code;
}

/** What a model, an endpoint or a file says can't drive a terminal; a file or a pipe gets it as it is. */
export const cleanFor = (stream: Pick<Screen, "isTTY">): ((text: string) => string) | undefined => (stream.isTTY ? visible : undefined);
