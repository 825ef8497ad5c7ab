import { read, type Line } from "./line.ts";

export function readDemo(line: Line): void {
  read(line.program("A simulated model fixes a failing test with real tools, in a copy in a temporary folder. Needs no key."), line);
}
