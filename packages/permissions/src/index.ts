export { proposeRules } from "./approval.ts";
export { classifyCommand, classifyLine, type Classified } from "./classifier/classify.ts";
export { confine, type Confined, type Confining, type SandboxSettings } from "./confine.ts";
export { decide } from "./decide.ts";
export type { Links } from "./path/links.ts";
export { rememberNested, type FindNested } from "./path/nested.ts";
export { policyOf, rulingOn, type ModeFrom, type ModePolicy, type ModeRuling } from "./policy.ts";
export { describeQuestion, type Shown } from "./question.ts";
export { createReadFilter, type ReadFilter, type ReadFilterOf } from "./read-filter.ts";
export { checkExamples } from "./rule/examples.ts";
export {
  brokenRestriction,
  nameRule,
  readRules,
  type ReadRules,
  type RuleItem,
  type RuleLists,
  type RulesFrom,
} from "./rule/read-rules.ts";
export { createAnalyse } from "./shell/analyse.ts";
export { createClassifier, type Classifying, type Label, type Policy, type Ruling } from "./stage/classifier.ts";
export { standardStages, type StagePorts, type Stages } from "./stages.ts";
export {
  folderTrusted,
  mayKeep,
  needs,
  permits,
  type Agreed,
  type Bringer,
  type Part,
  type Permitted,
  type Trust,
} from "./trust/permits.ts";
export { bindCall, type Binding } from "./verb/bind.ts";
export { judgeCase, type Case, type Verdict } from "./verb/cases.ts";
export { explain, type Explanation } from "./verb/explain.ts";
export { simulate, type Change, type Past } from "./verb/simulate.ts";
export type { Heard } from "./weigh.ts";
