import type { JsonObject } from "@keelson/protocol";
import { listModels } from "@keelson/harness";

/** As the pickers of programs want them. */
export function modelsOnOffer(): readonly JsonObject[] {
  return listModels().map(({ name, id, window }) => ({
    value: name,
    resolvedModel: id,
    displayName: name,
    description: `${name === id ? "" : `${id}, `}takes ${window.toLocaleString("en-US")} tokens`,
  }));
}
