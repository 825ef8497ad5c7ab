/** An entry of its own, since it loads zod. */
export { defineTool, type ToolSpec } from "./define/define.ts";
