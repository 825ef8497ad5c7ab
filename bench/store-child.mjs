// What a process of its own does for `store.ts`: `store-child.mjs resume|hold|list ROOT`. The last line it prints is JSON. Plain, so that nothing is counted but the store.
import { EMPTY, messagesOf, Recall } from "@keelson/protocol";
import { openStore } from "../packages/persistence/dist/index.js";

const began = performance.now();
const [what, root] = process.argv.slice(2);
const store = openStore({ root, now: Date.now });
const ref = { tenant: "local", session: "s" };

if (what === "resume") tell({ ...(await resume()), ms: performance.now() - began });
else if (what === "list") tell(await list());
else {
  const claim = await store.claim(ref, "a process that will be killed");
  process.stdout.write(`${claim.head}\n`);
  setInterval(() => undefined, 1_000);
}

/** As the harness does it. */
async function resume() {
  await using claim = await store.claim(ref, "bench");
  const snapshot = await store.snapshot(ref, "bench/1");
  const recall = new Recall(snapshot ? { ...EMPTY, ...snapshot.state } : EMPTY);
  for await (const { event } of store.read(ref, snapshot?.seq ?? 0)) recall.add(event);
  return { head: claim.head, from: snapshot?.seq ?? 0, messages: messagesOf(recall.view).length };
}

async function list() {
  const all = (more) => timed(() => store.list({ tenant: "local", limit: 50, ...more }));
  const search = (text) => timed(() => store.search({ tenant: "local", text }));
  const [cold, warm, there] = [await all({}), await all({}), await all({ cwd: "/projects/7" })];
  const after = (await store.list({ tenant: "local", limit: 1_000 })).at(-1);
  const page = await all({ after });
  const [rare, common, both, letter] = [await search("needle"), await search("common"), await search("common needle"), await search("a")];
  return { cold, warm, there, page, rare, common, both, letter };
}

async function timed(act) {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

function tell(said) {
  console.log(JSON.stringify({ ...said, rss: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
}
