/** What a sub-agent works with: what its parent does, with less of everything. */
import { wished, type Dials } from "../dials.ts";
import type { Gathered } from "../gather.ts";
import type { Declared } from "../hooking/declared.ts";
import { joined } from "../hooking/late-hooks.ts";
import type { Limits } from "../limits.ts";
import type { Wanted } from "./descend.ts";

export type Less = {
  readonly dials: Pick<Dials, "models" | "effort">;
  /** `CLAUDE_CODE_SUBAGENT_MODEL`: above what its kind and its caller say. */
  readonly forced: string | undefined;
  /** Its tools. */
  readonly only: readonly string[];
  readonly cwd: string;
  /** Those of its own kind. */
  readonly hooks: Declared | undefined;
};

export function lessOf(
  { kind, order }: Pick<Wanted, "kind" | "order">,
  { dials, forced, only, cwd, hooks }: Less,
): (read: Gathered) => Gathered {
  return (read) => {
    const asked = forced || (order.model ?? kind.model);
    const model = asked === undefined ? undefined : wished(asked, dials.models, read.limits);
    const effort = order.effort ?? kind.effort ?? dials.effort;
    const limits: Limits = {
      ...read.limits,
      models: model === undefined ? dials.models : [model, ...read.limits.models],
      ...(kind.maxTurns !== undefined && { maxTurns: kind.maxTurns }),
      ...(effort !== undefined && { effort }),
    };
    return {
      ...read,
      hooks: kind.hooks === "off" ? undefined : joined(read.hooks, hooks),
      only,
      shown: kind.fork ? read.shown : undefined,
      structure: undefined,
      limits,
      folders: { ...read.folders, cwd },
    };
  };
}
