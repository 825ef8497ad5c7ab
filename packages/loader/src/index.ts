export { explainSetting, type Said } from "./explain.ts";
export { type SettingKey } from "./mask.ts";
export { readPlugin } from "./plugin.ts";
export { type RuleLine } from "./rule.ts";
export { readSettings, type Layer, type SettingsRead } from "./settings.ts";
export { type SettingsPlaces } from "./source.ts";
export { validatePlugins, type Validated, type ValidProblem } from "./validate/validate.ts";
