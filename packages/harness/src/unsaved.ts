/** Where a session is kept that leaves nothing on the disk: loaded when there is one. */
export { memoryStore } from "@keelson/persistence";
