import { expect, it } from "vitest";
import * as permissions from "./index.ts";

it("these are the public names", () => {
  expect(Object.keys(permissions).toSorted()).toEqual([
    "bindCall",
    "brokenRestriction",
    "checkExamples",
    "classifyCommand",
    "classifyLine",
    "confine",
    "createAnalyse",
    "createClassifier",
    "createReadFilter",
    "decide",
    "describeQuestion",
    "explain",
    "folderTrusted",
    "judgeCase",
    "mayKeep",
    "nameRule",
    "needs",
    "permits",
    "policyOf",
    "proposeRules",
    "readRules",
    "rememberNested",
    "rulingOn",
    "simulate",
    "standardStages",
  ]);
});
