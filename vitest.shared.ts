import { defineConfig } from "vitest/config";

/** Every package tests what stands in its src; the result file is what CI counts. */
export const shared = defineConfig({
  test: {
    dir: "src",
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
    testTimeout: 30_000,
  },
});
