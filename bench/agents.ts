import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { simulate, type ReplyBlock } from "@keelson/simulator";
import { value, type Bench } from "./row.ts";

const CREW = fileURLToPath(new URL("crew.ts", import.meta.url));
const AGENTS = 20;
const ROUNDS = 5;
const MB = 1024 * 1024;
const START: readonly ReplyBlock[] = Array.from({ length: AGENTS }, (_, at) => ({
  tool: "Agent",
  input: { description: "a part", prompt: `part ${at}` },
}));

/** A session with twenty sub-agents in the middle of a shell call each: what each costs in memory, and how long until an abort has ended them all. */
export const agents: Bench = async (short) => {
  const rounds: { readonly agents: number; readonly each: number; readonly abortMs: number; readonly lost: number }[] = [];
  for (let round = 0; round < (short ? 1 : ROUNDS); round++) {
    await using server = await simulate({
      replies: [{ blocks: START }],
      sessions: [
        { match: { promptIncludes: "part" }, replies: [{ blocks: [{ tool: "Bash", input: { command: "echo at work; sleep 20" } }] }] },
      ],
    });
    const child = spawn(process.execPath, [CREW, server.url, String(AGENTS)], { stdio: ["ignore", "pipe", "inherit"] });
    const [printed, [code]] = await Promise.all([textOf(child.stdout), once(child, "exit")]);
    if (code !== 0) throw new Error(`The session ended with ${code}.`);
    rounds.push(JSON.parse(printed));
  }
  const lost = rounds.reduce((sum, round) => sum + round.lost, 0);
  if (lost > 0) throw new Error(`${lost} events were missing or out of their order.`);
  return [
    value(
      `memory of each of ${AGENTS} sub-agents at once`,
      { atMost: 30 },
      "MB",
      rounds.map(({ each }) => each / MB),
    ),
    value(
      `an abort ends ${AGENTS} sub-agents`,
      { atMost: 300 },
      "ms",
      rounds.map(({ abortMs }) => abortMs),
    ),
  ];
};
