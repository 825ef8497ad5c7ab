import { expect, it } from "vitest";
import * as permissions from "./index.ts";

it("these are the public names", () => {
  expect(Object.keys(permissions).toSorted()).toEqual([
    "bindCall",
    "canonicalise",
    "checkExamples",
    "classifyCommand",
    "classifyLine",
    "confine",
    "createAnalyse",
    "createClassifier",
    "createReadFilter",
    "decide",
    "describeQuestion",
    "escaped",
    "explain",
    "folderTrusted",
    "grantedRules",
    "grantsOf",
    "judgeCase",
    "mayKeep",
    "nameRule",
    "needs",
    "nodeLinks",
    "permits",
    "policyOf",
    "proposeRules",
    "readGrants",
    "readRules",
    "revoke",
    "rulingOn",
    "simulate",
    "standardStages",
    "suggestRule",
  ]);
});
