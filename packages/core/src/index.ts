export { loop } from "./loop.ts";
export { RECOVERY } from "./recovery.ts";
export { STOPS } from "./stops.ts";
