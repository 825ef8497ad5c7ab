export { lookUp, modelNames, type ModelInfo } from "./catalog.ts";
export { connect, type Connection } from "./connect.ts";
export { costOf, type Tier } from "./cost.ts";
export { dialectFor, DIALECTS, type Dialect, type DialectName } from "./dialect.ts";
export type { Fetch, FetchInit, FetchResponse } from "./network/fetch.ts";
export { openNetwork, type Network } from "./network/open-network.ts";
export { NETWORK_VARIABLES, networkFromEnv, type NetworkSettings } from "./network/settings.ts";
export { webFetch } from "./network/web-fetch.ts";
export { shape, type Prompt } from "./shape.ts";
