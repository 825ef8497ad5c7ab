import type { Run } from "./asked.ts";
import type { Departure } from "./departure.ts";
import type { Machine } from "./machine.ts";
import type { Outlet } from "./outlet.ts";

/** Where a run without a terminal takes place: what was asked for, and where it prints. `cwd` is there. */
export type Site = {
  readonly run: Run;
  readonly machine: Machine;
  readonly cwd: string;
  readonly leaving: Departure;
  readonly out: Outlet;
  readonly err: Outlet;
};
