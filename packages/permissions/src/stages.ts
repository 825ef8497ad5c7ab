// The seven stages, in their order: what stands here is all that decides.
import type { Judge, Pending, Stage } from "@keelson/protocol";
import { nodeLinks, type Links } from "./path/links.ts";
import { setting, type Scene } from "./scene.ts";
import { onlyTells } from "./shell/analyse.ts";
import { allow, denyRules, ownCheck, type Check } from "./stage/judges.ts";
import { bounded } from "./stage/classifier.ts";
import { validate } from "./stage/validate.ts";

export type Stages = Readonly<Record<Stage, Judge>>;

/**
 * `links`: how symbolic links are read, the real disk's by default. `user`: asks a person; without one an ask becomes a denial.
 * `confined`: would the call run within the sandbox? Only there, and where all is reading, does the classifier's word allow.
 */
export type StagePorts = {
  readonly links?: Links;
  readonly hooks?: Judge;
  readonly classifier?: Judge;
  readonly confined?: (pending: Pending) => boolean;
  readonly user?: Judge;
};

export function standardStages({
  links = nodeLinks,
  hooks = silent,
  classifier = silent,
  confined = () => false,
  user = silent,
}: StagePorts = {}): Stages {
  const scene = setting(links);
  const judge =
    (check: Check): Judge =>
    (pending) =>
      check(scene(pending));
  return {
    validate: async (pending) => validate(pending, links.windows),
    deny: judge(denyRules),
    allow: judge(allow),
    own_check: judge(ownCheck),
    hooks,
    classifier: bounded(classifier, confined, (pending) => onlyReads(scene(pending))),
    user,
  };
}

/** Whether a tool says so or not: what it states are reads, or commands that only tell. */
const onlyReads = ({ asked, analysis }: Scene): boolean =>
  asked.call.effects.length > 0 &&
  asked.call.effects.every((effect) => effect.do === "read" || (effect.do === "shell" && onlyTells(analysis(effect))));

const silent: Judge = async () => undefined;
