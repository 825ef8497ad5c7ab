import { MODES } from "@keelson/protocol";
import { expect, it } from "vitest";
import { policyOf, rulingOn } from "./policy.ts";

const FREE = policyOf(undefined);

it("gives the user every mode, by its name or its other name", () => {
  for (const mode of MODES) expect(rulingOn(mode, "user", FREE)).toEqual({ ok: true, mode });
  expect(rulingOn("manual", "user", FREE)).toEqual({ ok: true, mode: "default" });
  expect(rulingOn("yolo", "user", FREE).ok).toBe(false);
});

it("refuses what the settings forbid, whoever asks", () => {
  const policy = policyOf({ disableBypassPermissionsMode: "disable", disableAutoMode: "disable" });
  for (const mode of ["auto", "bypassPermissions"])
    for (const from of ["user", "repository"] as const) expect(rulingOn(mode, from, policy).ok).toBe(false);
  expect(rulingOn("acceptEdits", "user", policy).ok).toBe(true);
});

it("takes no wide mode from a repository", () => {
  for (const mode of ["auto", "bypassPermissions"]) expect(rulingOn(mode, "repository", FREE).ok).toBe(false);
  expect(rulingOn("plan", "repository", FREE).ok).toBe(true);
});
