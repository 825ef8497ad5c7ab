export { type Disk, type FileFacts, type OpenFor } from "./disk.ts";
export { type Host, type ProcessMark } from "./host.ts";
export { memoryStore } from "./memory.ts";
export { openStore, type EmbeddedStore, type StoreOptions } from "./store.ts";
