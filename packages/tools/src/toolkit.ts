/** An entry of its own: it loads zod whole, and only for sessions with tool files. */
export { openToolKit, type ToolKit } from "./toolkit/kit.ts";
