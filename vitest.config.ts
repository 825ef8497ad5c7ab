import { mergeConfig } from "vitest/config";
import { shared } from "./vitest.shared.ts";

/** The house tests: scripts that keep the rules are tested like any other code. */
export default mergeConfig(shared, { test: { dir: "scripts" } });
