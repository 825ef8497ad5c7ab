/** KillShell: ends a command in the background. It can reach nothing but what Bash started there. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { unknownJob } from "./bash-output.ts";
import type { BlockKit } from "./kit.ts";
import { describeJob, displayOf } from "./outcome.ts";

const input = z.object({ shell_id: systemText("The id that Bash gave") });
type Input = z.infer<typeof input>;

export function killShellBlock(kit: BlockKit): Tool {
  return defineTool<Input>({
    name: "KillShell",
    description: "Ends a background command, with all that it has started.",
    input,
    effects: () => [], // the session's own child: what it did was judged when it started
    readOnly: true,
    replay: "idempotent",
    async *run({ shell_id: id }) {
      const job = kit.processes?.background.find(id);
      if (!job) return failed(unknownJob(id, kit));
      const before = job.end === undefined ? undefined : describeJob(job);
      await job.kill();
      const words = before === undefined ? `Ended ${id}: ${job.command}` : `${id} had ended before: ${before}.`;
      return said(words, { data: { shellId: id, command: job.command }, display: displayOf(job) });
    },
  });
}
