import { mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.ts";

/** These tests wait for processes more than they work: two files at once, however few cores there are. */
export default mergeConfig(shared, { test: { maxWorkers: 2 } });
