/** Hands a program what it reads. Rule: one that stops reading, or ends, is no fault of whoever writes. */
import { pipeline } from "node:stream/promises";
import type { ProcessSpec } from "@keelson/protocol";
import type { Launched } from "./launch.ts";

export function feedStdin({ child: { stdin } }: Launched, input: ProcessSpec["stdin"]): void {
  if (!stdin) return;
  if (input === undefined || typeof input === "string") stdin.end(input);
  else pipeline(input, stdin).catch(() => {}); // its end tells what became of it
}
