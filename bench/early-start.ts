import { loop } from "@keelson/core";
import { connect, DIALECTS } from "@keelson/model";
import type { Model, ModelPart } from "@keelson/protocol";
import { effect, fresh, named, OPTIONS, player, ports, realClock, tool } from "@keelson/testing";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "./endpoint.ts";
import { median, type Bench } from "./measure.ts";

/** A call whose block is complete starts while the reply still streams. Baseline: the same house with a client that holds calls back until the message stops. */
export const earlyStart: Bench = async (short) => {
  const replyMs = short ? 600 : 3_000;
  const runs = short ? 3 : 5;
  const eager = await repeat(runs, () => once(replyMs, (model) => model));
  const late = await repeat(runs, () => once(replyMs, heldBack));
  return [
    {
      what: "tool start after its block is complete",
      measured: eager.start,
      baseline: late.start,
      of: "started at message_stop",
      target: "≤ 10 ms",
    },
    {
      what: `turn with a ${replyMs} ms call and ${replyMs} ms of reply after it`,
      measured: eager.wall,
      baseline: late.wall,
      of: "started at message_stop",
      target: "ratio ≤ 0.70",
    },
  ];
};

type Timing = { readonly start: number; readonly wall: number };

async function repeat(runs: number, run: () => Promise<Timing>): Promise<Timing> {
  const all: Timing[] = [];
  for (let n = 0; n < runs; n++) all.push(await run());
  return { start: median(all.map(({ start }) => start)), wall: median(all.map(({ wall }) => wall)) };
}

async function once(replyMs: number, change: (model: Model) => Model): Promise<Timing> {
  let complete = 0;
  let started = 0;
  await using endpoint = await listen(async (reply, at) => {
    reply.begin();
    if (at > 0) return void reply.end("end_turn");
    complete = reply.call("mark", {});
    for (let left = replyMs; left > 0; left -= 50) {
      await wait(50);
      reply.text("and so on ");
    }
    reply.end("tool_use");
  });
  const mark = tool(
    "mark",
    effect(async () => {
      started = performance.now();
      await wait(replyMs);
    }),
    { concurrencySafe: true },
  );
  const model = change(connect({ dialect: DIALECTS.compatible, baseUrl: endpoint.url, clock: realClock }));
  const began = performance.now();
  await player(loop)(ports(model, named(mark)), fresh(), OPTIONS);
  return { start: started - complete, wall: performance.now() - began };
}

function heldBack(model: Model): Model {
  return async function* (request, signal) {
    const held: ModelPart[] = [];
    for await (const part of model(request, signal)) {
      if (part.type === "block.completed" && part.block.type === "tool_use") {
        held.push(part);
        continue;
      }
      if (part.type === "done") yield* held;
      yield part;
    }
  };
}
