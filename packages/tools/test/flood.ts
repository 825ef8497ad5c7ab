/** A session in a process of its own, so that its memory can be measured: plays the calls it is given as JSON, and tells what each answered. */
import { blocks, createSeen, diskFiles, openProcesses, scrub } from "../src/index.ts";

type Call = readonly [name: string, input: Record<string, string | number | boolean>];

const MEGABYTE = 1024 * 1024;
const cwd = process.cwd();
const before = process.memoryUsage.rss();
await using processes = openProcesses();
const kit = {
  files: diskFiles(),
  run: processes.run,
  processes,
  seen: createSeen(),
  shell: { cwd },
  env: scrub(process.env, process.platform),
  home: cwd,
  roots: () => [cwd],
  spillDir: `${cwd}/outputs`,
};
for (const [name, input] of JSON.parse(process.argv[2] ?? "[]") as readonly Call[]) {
  const bound = blocks[name]?.(kit).bind(input, cwd);
  if (!bound?.ok) throw new Error(bound?.error);
  const call = bound.call.run({ callId: "c", session: "s", cwd, signal: new AbortController().signal });
  let step = await call.next();
  while (!step.done) step = await call.next();
  const words = step.value.content.map((block) => String(block["text"])).join("\n");
  console.log(JSON.stringify({ words, grown: (process.resourceUsage().maxRSS * 1024 - before) / MEGABYTE }));
}
