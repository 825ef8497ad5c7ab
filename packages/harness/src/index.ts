export {
  type Answer,
  type Ask,
  type Flags,
  type House,
  type NewRule,
  type Opening,
  type Place,
  type Question,
  type Refusal,
  type Session,
} from "./house.ts";
export { VARIABLES } from "./endpoint.ts";
export { lineOf } from "./gather.ts";
export { openSession } from "./open.ts";
export { inspectPermissions, inspectPlugins, inspectTrust, openSessions, openTelemetry } from "./late.ts";
export type { ExportFormat, Sessions } from "./sessions/sessions.ts";
export { inspectEndpoint, type EndpointView, type Reached } from "./inspect/endpoint.ts";
export { listModels, modelFacts, type ModelFacts } from "./inspect/models.ts";
export type { CallChange } from "./inspect/past.ts";
export type { CallExplained, RulesView } from "./inspect/permissions.ts";
export type { Bill, BillRow, PluginEntry, Validated } from "./inspect/plugins.ts";
export { refuseSchema } from "./inspect/schema.ts";
export { inspectSettings, type SettingSaid, type SettingsLayer, type SettingsView } from "./inspect/settings.ts";
export { censusTools, type ToolCensus, type ToolEntry } from "./inspect/tools.ts";
export type { Brought } from "./inspect/brought.ts";
export type { NoOffer, Offer, TreeTrust } from "./inspect/tree-trust.ts";
export type { FolderView, Trusted, TrustKind, Unmet } from "./inspect/trust.ts";
