export {
  type Answer,
  type Ask,
  type Flags,
  type House,
  type Opening,
  type Place,
  type Question,
  type Refusal,
  type Session,
} from "./house.ts";
