import { storm } from "../packages/harness/test/storm.ts";

const EDITS = 250;

/** So many sessions whose files change without pause while they work. In words what didn't hold. */
export async function filesThatChange(count: number, first: number): Promise<readonly string[]> {
  const broken: string[] = [];
  for (let seed = first; seed < first + count; seed++)
    try {
      await storm(seed, EDITS);
    } catch (error) {
      broken.push(`files of seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    }
  return broken;
}
