import type { z } from "zod";
import { fillBlock } from "../fill.ts";
import type { MessageReply } from "../reply.ts";
import { misspelled } from "../template.ts";

/** What no single field can say about a reply that is a message. Each names the field, and what to do about it. */
type Context = z.RefinementCtx;

export function placesExist({ blocks, cut, stall, errorEvent }: MessageReply, context: Context): void {
  const there = blocks.filter((block) => !("pause" in block)).length;
  for (const [key, found] of Object.entries({ cut, stall, errorEvent })) {
    for (const at of ["afterBlock", "inBlock"] as const) {
      if ((found?.[at] ?? 0) > there)
        context.addIssue({ code: "custom", path: [key, at], message: `the reply has ${there} blocks (pauses don't count)` });
    }
  }
  if (cut && errorEvent)
    context.addIssue({ code: "custom", path: ["cut"], message: "nothing comes after an errorEvent; keep one of the two" });
}

export function endingFits({ stop, stopDetails, stopSequence }: MessageReply, context: Context): void {
  const told = { stopDetails: stopDetails && "refusal", stopSequence: stopSequence && "stop_sequence" };
  for (const [key, reason] of Object.entries(told)) {
    if (reason && stop !== undefined && stop !== reason)
      context.addIssue({
        code: "custom",
        path: [key],
        message: `belongs to the stop "${reason}", and the reply's is "${stop}"; leave one of the two out`,
      });
  }
  if (stopDetails && stopSequence !== undefined)
    context.addIssue({ code: "custom", path: ["stopSequence"], message: "a refusal comes to no stop sequence; keep one of the two" });
}

export function resultsAreAsked({ blocks }: MessageReply, context: Context): void {
  for (const [at, block] of blocks.entries()) {
    if ("result" in block && !blocks.slice(0, at).some((before) => "serverTool" in before))
      context.addIssue({ code: "custom", path: ["blocks", at], message: "a result answers the serverTool before it, and there is none" });
  }
}

export function templatesAreSpelled({ blocks }: MessageReply, context: Context): void {
  for (const [at, block] of blocks.entries()) {
    fillBlock(block, (text) => {
      for (const message of misspelled(text)) context.addIssue({ code: "custom", path: ["blocks", at], message });
      return text;
    });
  }
}
