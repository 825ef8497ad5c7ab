export { readBody, type Body } from "./body.ts";
export {
  catalogOf,
  createCatalogCache,
  keepCatalogCache,
  NAMED_KINDS,
  readCatalog,
  type Catalog,
  type CatalogCache,
  type Found,
  type JoinedKind,
  type LayerRead,
  type NamedKind,
  type Shadowed,
} from "./catalog/catalog.ts";
export { type IndexPlace } from "./catalog/index-file.ts";
export { findLayers, nestedLayers, type LayerPlaces, type PluginLayer } from "./catalog/layers.ts";
export { narrowed } from "./catalog/narrowed.ts";
export { nestedProjects, nestedTexts } from "./catalog/nested-texts.ts";
export { LAYER_KINDS, RANK, type LayerKind, type Rank } from "./catalog/rank.ts";
export { explainSetting, unknownSetting, type Said } from "./explain.ts";
export { managedFiles } from "./managed.ts";
export { type SettingKey } from "./mask.ts";
export { matchPaths } from "./paths.ts";
export { readPlugin, type ReadOptions } from "./plugin.ts";
export { type RuleLine } from "./rule.ts";
export {
  createSettingsMemory,
  readSettings,
  settingsFiles,
  type Layer,
  type SettingHook,
  type SettingsMemory,
  type SettingsRead,
} from "./settings.ts";
export { type SettingsPlaces } from "./source.ts";
export { validatePlugins, type Validated, type ValidProblem } from "./validate/validate.ts";
export { difference, type Difference, type Named } from "./watch/change.ts";
export { type Notices, type OpenNotices } from "./watch/notice.ts";
export { writeSetting } from "./write-setting.ts";
export { readCatalogAgain, watchCatalog, type CatalogChange, type Watched } from "./watch/watch.ts";
