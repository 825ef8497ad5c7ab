import { cp, mkdtemp, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isToolUse, text } from "@keelson/protocol";
import { openSession, type House, type Session } from "@keelson/harness";
import { loadScenario, simulate, type Reply, type Scenario } from "@keelson/simulator";
import { departure, outputBroken, type Departure } from "./departure.ts";
import { troubleOf } from "./ending.ts";
import { DONE, FAILED } from "./exit.ts";
import { houseOf } from "./house.ts";
import type { Machine } from "./machine.ts";
import { outlet } from "./outlet.ts";
import { paint, wantsColours } from "./paint.ts";
import { Renderer } from "./render.ts";
import { count, NOTHING_YET, type Tally } from "./tally.ts";

const HERE = fileURLToPath(new URL("../demo/", import.meta.url));
const PROMPT = "The test fails. Find out why, and fix it.";
const MENDED = "src/split.js";
const RULES = ["Edit(src/**)", "Bash(node --test)"];
/** All that the demo's session is told of this machine's environment. */
const KEPT = ["LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SystemRoot", "ComSpec"];

/** A whole run that needs no key: a scripted model, and everything else as it is. It touches nothing but a new temporary folder. */
export async function demo(machine: Machine): Promise<number> {
  using leaving = departure(machine);
  const { write } = outlet(machine.stdout, (error) => leaving.leave(outputBroken(error)));
  const complain = outlet(machine.stderr, () => {}).write;
  try {
    const trouble = await play({ machine, leaving, write });
    if (trouble !== undefined && !leaving.reason()) await complain(`The demo went wrong: ${trouble}\n`);
    const why = leaving.reason();
    if (why?.text) await complain(`${why.text}\n`);
    return why?.code ?? (trouble === undefined ? DONE : FAILED);
  } catch (error) {
    await complain(`The demo went wrong: ${error instanceof Error ? error.message : String(error)}\n`);
    return leaving.reason()?.code ?? FAILED;
  }
}

type Stage = { readonly machine: Machine; readonly leaving: Departure; readonly write: (text: string) => Promise<void> };

/** What went wrong, if something did. */
async function play(stage: Stage): Promise<string | undefined> {
  const { machine, write } = stage;
  const read = await loadScenario(join(HERE, "scenario.json"));
  if (!read.ok) return read.error;
  const folder = await mkdtemp(join(machine.temporary, "keel-demo-"));
  const project = join(folder, "bill-split");
  await cp(join(HERE, "project"), project, { recursive: true });
  const before = await readFile(join(project, MENDED), "utf8");
  const colours = paint(wantsColours(machine));
  await write(`${colours.strong("keel demo")}: simulated model, real tools.\n${about(project)}\n${colours.strong(`> ${PROMPT}`)}\n\n`);

  await using model = await simulate(machine.stdout.isTTY ? read.scenario : unpaced(read.scenario));
  const opening = await openSession(houseFor(machine, project, folder, model.url));
  if (!opening.ok) return opening.refusal.text;
  await using session = opening.session;
  const run = await watch(session, stage);
  const after = await readFile(join(project, MENDED), "utf8");
  const trouble =
    troubleOf(run.tally) ?? (before === after ? `${MENDED} wasn't changed.` : run.passed ? undefined : "The tests didn't pass at the end.");
  if (trouble === undefined)
    await write(`\n${colours.added("✔")} Checked: ${MENDED} changed, and the last test run passed.\n${next(project)}`);
  return trouble;
}

async function watch(session: Session, { machine, leaving, write }: Stage): Promise<{ readonly tally: Tally; readonly passed: boolean }> {
  const colours = paint(wantsColours(machine));
  const renderer = new Renderer(() => ({ paint: colours, width: machine.stdout.columns || 100, cwd: session.cwd }), true);
  const tests = new Set<string>();
  let tally = NOTHING_YET;
  let passed = false;
  for await (const envelope of session.run([text(PROMPT)], leaving.signal)) {
    const { event } = envelope;
    tally = count(tally, envelope);
    if (event.type === "block.completed" && isToolUse(event.block) && event.block.name === "Bash") tests.add(event.block.id);
    if (event.type === "call.completed" && tests.has(event.callId)) passed = event.outcome === "ok";
    await write(renderer.show(envelope));
  }
  return { tally, passed };
}

/** Its own home: nothing of the user's is read, and nothing is left there. */
function houseFor(machine: Machine, project: string, folder: string, baseUrl: string): House {
  const home = join(folder, "home");
  const kept = KEPT.flatMap((name) => (machine.env[name] === undefined ? [] : [[name, machine.env[name]]]));
  const env = { ...Object.fromEntries(kept), HOME: home, PATH: [machine.nodeFolder, machine.env["PATH"] ?? ""].join(delimiter) };
  const place = { ...machine, home, keelHome: join(home, ".keel"), env };
  return houseOf(place, project, { flags: { baseUrl, model: "simulated", permissionMode: "default", allowedTools: RULES } });
}

/** As fast as it goes, where nobody watches it being written. */
function unpaced(scenario: Scenario): Scenario {
  const fast = (reply: Reply): Reply =>
    "blocks" in reply ? { ...reply, pace: { chunkMs: 0 }, blocks: reply.blocks.filter((block) => !("pause" in block)) } : reply;
  return { ...scenario, replies: scenario.replies.map(fast) };
}

const about = (
  project: string,
): string => `What the model says is written in demo/scenario.json; the searches, the edit and the test runs are real.
  project  ${project} (a copy)
  rules    mode default, allowed: ${RULES.join(", ")}; everything else that changes something would be asked
`;

const next = (project: string): string => `  The project and the log of the session are in ${project.replace(/bill-split$/, "")}

Now with a real model, in a folder of yours:
  ANTHROPIC_API_KEY=… keel                                 (in keelson's own repository: npm start)
  keel --base-url http://127.0.0.1:8080 --model <name>     a local endpoint that speaks the Messages API
`;
