/** Calls that touch files: what comes into play with a file is told behind the result of the call that touched it. */
import type { BoundCall, Effect } from "@keelson/protocol";
import { rerun } from "../rerun.ts";

/** `written` are among the files. */
export type Touched = (files: readonly string[], written: readonly string[]) => Promise<void>;

/** The same call. `touched` is told of its files once it has succeeded. */
export function around(call: BoundCall, touched: Touched): BoundCall {
  return rerun(call, async function* (ctx) {
    const output = yield* call.run(ctx);
    const files = output.isError ? [] : filesIn(call.effects);
    if (files.length > 0) await touched(files, writtenIn(call.effects));
    return output;
  });
}

/** Files, not folders that were searched. */
const filesIn = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => {
    if (effect.do === "read") return effect.under ? [] : [effect.path];
    return effect.do === "write" ? [effect.path] : [];
  });

const writtenIn = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.do === "write" ? [effect.path] : []));
