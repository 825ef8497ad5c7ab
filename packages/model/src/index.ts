export { lookUp, modelNames, type ModelInfo } from "./catalog.ts";
export { connect, type Connection } from "./connect.ts";
export { costOf, type Tier } from "./cost.ts";
export { dialectFor, DIALECTS, type Dialect, type DialectName } from "./dialect.ts";
export { nearest } from "./nearest.ts";
export { shape, type Prompt } from "./shape.ts";
