export { type ContentStore, type Kept, type NotKept, openContentStore } from "./store/store.ts";
export { type Swept } from "./store/sweep.ts";
export { differences } from "./tree/differences.ts";
export { type Hashed, treeOf } from "./tree/hash.ts";
export { type Bounds, type LeftOut } from "./tree/list.ts";
