export { decide } from "./decide.ts";
export { nodeLinks, type Links } from "./path/links.ts";
export { createReadFilter, type ReadFilter, type ReadFilterOf } from "./read-filter.ts";
export { nameRule, readRules, type ReadRules, type RuleLists, type RulesFrom } from "./rule/read-rules.ts";
export { standardStages, type StagePorts, type Stages } from "./stages.ts";
export { suggestRule } from "./suggest.ts";
