import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { loop } from "@keelson/core";
import { connect, DIALECTS } from "@keelson/model";
import { isToolResult, type ModelRequest, type Tool } from "@keelson/protocol";
import { effect, fresh, named, OPTIONS, player, ports, realClock, tool } from "@keelson/testing";
import { blocks, createSeen, diskFiles, scrub, startProcess } from "@keelson/tools";
import { listen } from "./endpoint.ts";
import { ratio, type Bench } from "./row.ts";

const CALL_MS = 1_000;

/** Calls that may overlap do; shells run one after the other, in the order asked. Baseline: the longest call, waited for by a bare timer in the same process. */
export const overlap: Bench = async (short) => {
  const runs = short ? 1 : 5;
  const folder = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    for (let n = 0; n < 4; n++) await writeFile(join(folder, `${n}.txt`), `file ${n}\n`.repeat(200));
    const tools = named(pause, ...realTools(folder));
    const gaps: number[] = [];
    const ideals: number[] = [];
    for (let n = 0; n < runs; n++) {
      const began = performance.now();
      await wait(CALL_MS);
      ideals.push(performance.now() - began);
      gaps.push(
        await gap(tools, [
          ...[0, 1, 2, 3].map((at) => ["Read", { file_path: join(folder, `${at}.txt`) }] as const),
          ...[0, 1, 2].map(() => ["pause", {}] as const),
        ]),
      );
    }
    const serial = await gap(
      tools,
      [1, 2, 3].map((at) => ["Bash", { command: `sleep 0.2; echo ${at} >> order.txt; sleep 0.1` }] as const),
    );
    const beside = { measured: gaps, baseline: ideals, unit: "ms", of: "one bare 1 s timer" };
    const inOrder = { measured: [serial], baseline: [900], unit: "ms", of: "their sum" };
    return [
      ratio("4 reads + 3 safe 1 s calls: message stop to next request", { atMost: 1.03 }, beside),
      ratio("3 Bash calls of 300 ms, one after the other, in order", { atLeast: 1 }, inOrder),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const pause = tool(
  "pause",
  effect(() => wait(CALL_MS)),
  { concurrencySafe: true },
);

function realTools(cwd: string): readonly Tool[] {
  const env = scrub(process.env, process.platform);
  const kit = {
    files: diskFiles(),
    run: startProcess,
    seen: createSeen(),
    shell: { cwd },
    env,
    home: tmpdir(),
    roots: () => [cwd],
    spillDir: join(cwd, "outputs"),
  };
  return ["Bash", "Read"].flatMap((name) => blocks[name]?.(kit) ?? []);
}

/** From the last byte of the reply that asked for the calls to the request that carries their results. */
async function gap(tools: ReadonlyMap<string, Tool>, calls: readonly (readonly [string, object])[]): Promise<number> {
  let stopped = 0;
  await using endpoint = await listen(async (reply, at) => {
    reply.begin();
    if (at > 0) return void reply.end("end_turn");
    for (const [name, input] of calls) reply.call(name, input);
    stopped = reply.end("tool_use");
  });
  const requests: ModelRequest[] = [];
  const client = connect({ dialect: DIALECTS.compatible, baseUrl: endpoint.url, clock: realClock });
  const model: typeof client = (request, signal) => (requests.push(request), client(request, signal));
  await player(loop)(ports(model, tools), fresh(), OPTIONS);
  const results = requests[1]?.messages.at(-1)?.content.filter(isToolResult) ?? [];
  if (results.length !== calls.length || results.some((result) => result["is_error"]))
    throw new Error(`The calls didn't all succeed: ${JSON.stringify(results).slice(0, 400)}`);
  return (endpoint.arrivals[1] ?? Number.NaN) - stopped;
}
