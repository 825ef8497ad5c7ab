// The seven stages, in their order: what stands here is all that decides.
import type { Judge, Stage } from "@keelson/protocol";
import { nodeLinks, type Links } from "./path/links.ts";
import { setting } from "./scene.ts";
import { allow, denyRules, ownCheck, type Check } from "./stage/judges.ts";
import { validate } from "./stage/validate.ts";

export type Stages = Readonly<Record<Stage, Judge>>;

/** `links`: how symbolic links are read, the real disk's by default. `user`: asks a person; without one an ask becomes a denial. */
export type StagePorts = {
  readonly links?: Links;
  readonly hooks?: Judge;
  readonly classifier?: Judge;
  readonly user?: Judge;
};

export function standardStages({ links = nodeLinks, hooks = silent, classifier = silent, user = silent }: StagePorts = {}): Stages {
  const scene = setting(links);
  const judge =
    (check: Check): Judge =>
    (pending) =>
      check(scene(pending));
  return {
    validate: async (pending) => validate(pending),
    deny: judge(denyRules),
    allow: judge(allow),
    own_check: judge(ownCheck),
    hooks,
    classifier,
    user,
  };
}

const silent: Judge = async () => undefined;
