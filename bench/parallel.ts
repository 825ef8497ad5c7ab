import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { simulate } from "@keelson/simulator";
import { value, type Bench } from "./row.ts";

const MANY = fileURLToPath(new URL("many.ts", import.meta.url));
const SESSIONS = 100;
const MB = 1024 * 1024;

/** Many sessions at once in one process, each with a call and an answer of its own. Baseline: what the process holds after one. */
export const parallel: Bench = async () => {
  await using server = await simulate({
    replies: ({ text }) => {
      const secret = /the secret of (-?\d+)/.exec(text)?.[0];
      return secret === undefined ? { blocks: [{ tool: "Read", input: { file_path: "mine.txt" } }] } : { blocks: [{ text: secret }] };
    },
  });
  const child = spawn(process.execPath, [MANY, server.url, String(SESSIONS)], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed, [code]] = await Promise.all([textOf(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`The sessions ended with ${code}.`);
  const { before, after, mixedUp } = JSON.parse(printed) as { readonly before: number; readonly after: number; readonly mixedUp: number };
  if (mixedUp > 0) throw new Error(`${mixedUp} of ${SESSIONS} sessions were told what another one asked.`);
  return [value(`memory of each of ${SESSIONS} sessions at once`, { atMost: 15 }, "MB", [(after - before) / SESSIONS / MB])];
};
