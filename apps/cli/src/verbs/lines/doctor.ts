import { address, filled } from "../../option-values.ts";
import { read, type Line } from "./line.ts";

export type DoctorAsked = { readonly json: boolean; readonly baseUrl?: string; readonly settings?: string };

export function readDoctor(line: Line): DoctorAsked {
  const doctor = line
    .program("Looks at what keel needs on this machine, and says what to do about what is missing.")
    .option("--json", "as one JSON object")
    .option("--base-url <url>", "the endpoint to look at", address)
    .option("--settings <file or json>", "settings that stand above every file", filled);
  const { json = false, ...others } = read(doctor, line).opts<{ json?: boolean; baseUrl?: string; settings?: string }>();
  return { json, ...others };
}
