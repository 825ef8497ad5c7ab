import { loop } from "@keelson/core";
import { connect, DIALECTS } from "@keelson/model";
import type { Model, ModelPart } from "@keelson/protocol";
import { effect, fresh, named, OPTIONS, player, ports, realClock, tool } from "@keelson/testing";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "./endpoint.ts";
import { ratio, value, type Bench } from "./row.ts";

/** A call whose block is complete starts while the reply still streams. Baseline: the same house with a client that holds calls back until the message stops. */
export const earlyStart: Bench = async (short) => {
  const replyMs = short ? 600 : 3_000;
  const runs = short ? 3 : 5;
  const eager = await repeat(runs, () => once(replyMs, (model) => model));
  const late = await repeat(runs, () => once(replyMs, heldBack));
  const pairs = { measured: wallsOf(eager), baseline: wallsOf(late), unit: "ms", of: "started at message_stop" };
  return [
    value(
      "tool start after its block is complete",
      { atMost: 10 },
      "ms",
      eager.map(({ start }) => start),
    ),
    ratio(`turn with a ${replyMs} ms call and ${replyMs} ms of reply after it`, { atMost: 0.7 }, pairs),
  ];
};

type Timing = { readonly start: number; readonly wall: number };

const wallsOf = (timings: readonly Timing[]): readonly number[] => timings.map(({ wall }) => wall);

async function repeat(runs: number, run: () => Promise<Timing>): Promise<readonly Timing[]> {
  const all: Timing[] = [];
  for (let n = 0; n < runs; n++) all.push(await run());
  return all;
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
