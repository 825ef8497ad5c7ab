import { mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.ts";

/** Files share a worker and its modules: no module keeps state, and to load the whole product for each file took a third of the time. */
const together = mergeConfig(shared, { test: { isolate: false } });
export { together as default };
