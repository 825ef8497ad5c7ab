import assert from "node:assert/strict";
import { test } from "vitest";
import * as loader from "./index.ts";

test("the public names are these", () => {
  assert.deepEqual(Object.keys(loader).toSorted(), [
    "LAYER_KINDS",
    "NAMED_KINDS",
    "RANK",
    "catalogOf",
    "createCatalogCache",
    "createSettingsMemory",
    "difference",
    "explainSetting",
    "findLayers",
    "keepCatalogCache",
    "managedFiles",
    "matchPaths",
    "narrowed",
    "nestedLayers",
    "nestedProjects",
    "nestedTexts",
    "readBody",
    "readCatalog",
    "readCatalogAgain",
    "readPlugin",
    "readSettings",
    "settingsFiles",
    "unknownSetting",
    "validatePlugins",
    "watchCatalog",
    "writeSetting",
  ]);
});
