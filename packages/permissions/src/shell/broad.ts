// Rules so wide that in mode auto nothing would be left to weigh: every command, or whatever an interpreter is handed.
import type { CommandPattern } from "./pattern.ts";
import { STAR } from "./pattern.ts";
import { isInterpreter, runsArguments } from "./runners.ts";

export const isBroad = (tool: string): boolean => tool === "Bash" || tool === "Monitor";

export const isBroadPattern = ({ program, exact }: CommandPattern): boolean =>
  !exact && (program.includes(STAR) || isInterpreter(program) || runsArguments(program));
