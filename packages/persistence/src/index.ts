export { type Disk, type OpenFor } from "./disk.ts";
export { type Host, type ProcessMark } from "./host.ts";
export { memoryStore } from "./memory.ts";
export { openStore, type StoreOptions } from "./store.ts";
