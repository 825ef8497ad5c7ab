/** BashOutput: what a command in the background has printed since the last look, and whether it still runs. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import type { Job } from "../background/job.ts";
import { defineTool } from "../define/define.ts";
import { systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { createExcerpt } from "../output/excerpt.ts";
import type { News } from "../output/feed.ts";
import { pieces } from "../output/pieces.ts";
import { MOST_SHOWN } from "../output/transcript.ts";
import type { BlockKit } from "./kit.ts";
import { describeJob, displayOf, stateOf } from "./outcome.ts";
import { engineFor, ripgrep, type Found } from "./ripgrep.ts";

const DESCRIPTION = "Shows what a background command has printed since the last look, and whether it still runs or how it ended.";

const input = z.object({
  bash_id: systemText("The id that Bash gave"),
  filter: z.optional(systemText("Show only new lines that match this regular expression; the others are skipped for good")),
});
type Input = z.infer<typeof input>;

export function bashOutputBlock(kit: BlockKit): Tool {
  return defineTool<Input>({
    name: "BashOutput",
    description: DESCRIPTION,
    input,
    effects: () => [],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run({ bash_id: id, filter }, { signal }) {
      const job = kit.processes?.background.find(id);
      if (!job) return failed(unknownJob(id, kit));
      const state = stateOf(job); // before its output is taken: what it prints meanwhile comes with the next look
      const notes = [describeJob(job)];
      const news = job.output.take();
      const found: Found = {};
      const fitting = filter === undefined ? news.words : await fittingLines(filter, news, { job, kit, found, signal });
      if (found.trouble !== undefined) notes.push(`not filtered: ${found.trouble}`);
      else if (filter !== undefined && job.output.full) notes.push(`filtered: only what stands in the file, and ${job.output.where()}`);
      const output = (found.trouble === undefined ? fitting : news.words).trimEnd();
      const data = { shellId: id, status: state, exitCode: job.end?.code ?? null, output };
      const words = [output || "(nothing new)", ...notes.map((note) => `[${note}]`)].join("\n");
      return said(words, { data, display: displayOf(job) });
    },
  });
}

export function unknownJob(id: string, { processes }: Pick<BlockKit, "processes">): string {
  const ids = (processes?.background.all() ?? []).map((job) => `${job.id} (${describeJob(job)})`);
  const known = ids.length === 0 ? "There is none in this session now." : `There are ${ids.join(", ")}.`;
  return `No background command has the id ${id}. ${known} One that an earlier keelson had started has ended with it.`;
}

type Search = { readonly job: Job; readonly kit: BlockKit; readonly found: Found; readonly signal: AbortSignal };

/** Those of the new lines that fit, by ripgrep: no pattern can make it run for ever. */
async function fittingLines(filter: string, { from, to }: News, { job, kit, found, signal }: Search): Promise<string> {
  const args = [
    ...["--text", "--byte-offset", "--no-line-number", "--no-filename", "--max-columns=2000", "--max-columns-preview"],
    ...[...engineFor(filter), `--regexp=${filter}`, "--", job.output.file],
  ];
  const excerpt = createExcerpt(MOST_SHOWN);
  for await (const line of pieces(ripgrep(kit.run, { args, cwd: kit.spillDir, env: kit.env }, found, signal), "\n")) {
    const colon = line.indexOf(":");
    const at = Number(line.slice(0, colon));
    if (at >= from && at < to) excerpt.add(`${line.slice(colon + 1)}\n`);
  }
  return excerpt.show((left) => `\n[… ${left} characters left out: ${job.output.where()}]\n`);
}
