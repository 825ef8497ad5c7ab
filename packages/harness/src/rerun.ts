import type { BoundCall } from "@keelson/protocol";

/** The same call, carried out in another way. Its effects are asked for anew each time: they may depend on where the shell stands. */
export function rerun(call: BoundCall, run: BoundCall["run"]): BoundCall {
  return {
    input: call.input,
    get effects() {
      return call.effects;
    },
    readOnly: call.readOnly,
    concurrencySafe: call.concurrencySafe,
    replay: call.replay,
    ...(call.asksUser && { asksUser: call.asksUser }),
    validate: (ctx) => call.validate(ctx),
    run,
  };
}
