export {
  type Answer,
  type Ask,
  type Flags,
  type House,
  type NewRule,
  type Opening,
  type Place,
  type Question,
  type Refusal,
  type Session,
} from "./house.ts";
export { VARIABLES } from "./endpoint.ts";
export { lineOf } from "./gather.ts";
export { openSession } from "./open.ts";
