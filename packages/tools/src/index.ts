export { blocks } from "./blocks/catalogue.ts";
export type { BlockKit } from "./blocks/kit.ts";
export type { Todo } from "./blocks/todo.ts";
export { diskFiles, type Disk } from "./files/disk.ts";
export { createSeen, type Seen } from "./files/seen.ts";
export { openProcesses, type Processes } from "./process/processes.ts";
export { scrub } from "./process/scrub.ts";
export { startProcess } from "./process/start.ts";
