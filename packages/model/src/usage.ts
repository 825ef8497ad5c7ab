import type { Json, Usage } from "@keelson/protocol";
import { countIn, objectIn } from "./wire.ts";

export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

/**
 * What a reply has used so far, after one more report. Reports are cumulative: a later one replaces, never adds,
 * and one that leaves a figure out (or says zero, as local servers do) leaves it as it was.
 */
export function addReport(known: Usage, report: Json | undefined): Usage {
  const said = objectIn(report);
  const written = countIn(said["cache_creation_input_tokens"], known.cacheWrite5m + known.cacheWrite1h);
  const split = objectIn(said["cache_creation"]);
  // Only the first report says for how long; a later total keeps that split.
  const forAnHour = Math.min(written, countIn(split["ephemeral_1h_input_tokens"], known.cacheWrite1h));
  return {
    input: countIn(said["input_tokens"], known.input),
    output: countIn(said["output_tokens"], known.output),
    cacheRead: countIn(said["cache_read_input_tokens"], known.cacheRead),
    cacheWrite5m: written - forAnHour,
    cacheWrite1h: forAnHour,
  };
}
