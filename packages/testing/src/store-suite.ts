import { testBeside } from "./store-beside-suite.ts";
import { testList } from "./store-list-suite.ts";
import { testLog } from "./store-log-suite.ts";
import type { OpenStore } from "./store-scene.ts";
import { testValues } from "./store-values-suite.ts";

/** What every implementation of the store's contracts must do, clause by clause. */
export function testStore(name: string, open: OpenStore): void {
  testLog(name, open);
  testValues(name, open);
  testBeside(name, open);
  testList(name, open);
}
