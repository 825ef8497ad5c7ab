import { testBeside } from "./store-beside.ts";
import { testList } from "./store-list.ts";
import { testLog } from "./store-log.ts";
import type { OpenStore } from "./store-scene.ts";
import { testValues } from "./store-values.ts";

/** What every implementation of the store's contracts must do, clause by clause. */
export function testStore(name: string, open: OpenStore): void {
  testLog(name, open);
  testValues(name, open);
  testBeside(name, open);
  testList(name, open);
}
