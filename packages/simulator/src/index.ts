export { loadScenario, readScenario, type ScenarioRead } from "./read.ts";
export { record, type RecordOptions } from "./record/record.ts";
export { loadRecording, type Recording, type RecordingRead } from "./record/recording.ts";
export { replay, type ReplayOptions } from "./record/replay.ts";
export { type Reply, type ReplyBlock } from "./reply.ts";
export { scenarioSchema } from "./schema/scenario.ts";
export { type Match, type ReplyTo, type Scenario, type Script, type SeenRequest, type SessionScript } from "./script.ts";
export { type Simulation } from "./serve.ts";
export { simulate, type SimulateOptions } from "./simulate.ts";
