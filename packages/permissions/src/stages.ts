// The seven stages, in their order: what stands here is all that decides.
import type { Asked, Decision, Opinion, Stage } from "@keelson/protocol";
import { nodeLinks, type Links } from "./path/links.ts";
import { readingOnce, sceneOf } from "./scene.ts";
import { allow, denyRules, ownCheck, type Check } from "./stage/judges.ts";
import { validate } from "./stage/validate.ts";

/** `soFar`: what the stages before have come to; what a question to the user is about. */
export type Pending = Asked & { readonly soFar: Decision };
/** A `Judge` that may look at what the others said. */
export type StageJudge = (pending: Pending, signal: AbortSignal) => Promise<Opinion | undefined>;
export type Stages = Readonly<Record<Stage, StageJudge>>;

/** `links`: how symbolic links are read, the real disk's by default. `user`: asks a person; without one an ask becomes a denial. */
export type StagePorts = {
  readonly links?: Links;
  readonly hooks?: StageJudge;
  readonly classifier?: StageJudge;
  readonly user?: StageJudge;
};

export function standardStages({ links = nodeLinks, hooks = silent, classifier = silent, user = silent }: StagePorts = {}): Stages {
  const read = readingOnce(links);
  const judge =
    (check: Check): StageJudge =>
    (pending) =>
      check(sceneOf(pending, links, read));
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

const silent: StageJudge = async () => undefined;
