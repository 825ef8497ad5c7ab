export { loadScenario, readScenario, type ScenarioRead } from "./read.ts";
export { scenarioSchema } from "./schema/scenario.ts";
export { type Reply, type ReplyBlock } from "./reply.ts";
export { type After, type Match, type ReplyTo, type Scenario, type Script, type SeenRequest, type SessionScript } from "./script.ts";
export { type Simulation } from "./serve.ts";
export { simulate, type SimulateOptions } from "./simulate.ts";
