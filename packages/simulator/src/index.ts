export { loadScenario, readScenario, type ScenarioRead } from "./read.ts";
export { type Reply, type ReplyBlock, type ReplyTo, type Scenario, type Script, type SeenRequest } from "./reply.ts";
export { simulate, type SimulateOptions, type Simulation } from "./simulate.ts";
