import { openSession, type Flags, type Session } from "@keelson/harness";
import { visible } from "./clean.ts";
import type { Talk } from "./converse.ts";
import { codeOf, houseOf } from "./house.ts";
import { isAddress } from "./option-values.ts";
import type { Said } from "./terminal.ts";
import { askTrust } from "./trust-question.ts";

/** What a conversation begins with. */
export type Start =
  | { readonly go: "on"; readonly session: Session; readonly model?: AsyncDisposable }
  | { readonly go: "demo" }
  | { readonly go: "leave" }
  | { readonly go: "refused"; readonly text: string; readonly code: number };

/** Asks whether the folder is trusted, where that isn't settled, and opens the session. `folder`: the session's own, when it isn't the one that keel was called in. */
export async function begin(flags: Flags, talk: Talk, { cwd, folder }: { readonly cwd: string; readonly folder: string }): Promise<Start> {
  const agreed = await askTrust(flags, talk, folder);
  return agreed ? await open(agreed, talk, cwd) : { go: "leave" };
}

/** Where only a key is missing, the person can give one, name an endpoint, or watch the demo. */
async function open(flags: Flags, talk: Talk, cwd: string): Promise<Start> {
  const { machine, questions, run } = talk;
  const { plugins } = run;
  const opening = await openSession(houseOf(machine, cwd, { flags, plugins, ask: run.asksNobody ? undefined : questions.ask }));
  if (opening.ok) return { go: "on", session: opening.session };
  const { code, text } = opening.refusal;
  return code === "credentials" ? await offer(flags, talk, cwd) : { go: "refused", text, code: codeOf(opening.refusal, run) };
}

const OFFER = `No key was found (ANTHROPIC_API_KEY), and no endpoint was named (--base-url). What now?
  [1] watch the demo: a simulated model, real tools
  [2] paste a key, kept for this run only
  [3] the URL of a local endpoint
  [4] a planner without a model: simulated, it does what simple words say`;

async function offer(flags: Flags, talk: Talk, cwd: string): Promise<Start> {
  const { terminal, leaving, line } = talk;
  await line(OFFER);
  for (;;) {
    const said = await terminal.ask("1, 2, 3 or 4: ", { fresh: true }, leaving.signal);
    if (said.said !== "words") return { go: "leave" };
    const start = await CHOICES.get(said.text.trim())?.(flags, talk, cwd);
    if (start) return start;
  }
}

type Choice = (flags: Flags, talk: Talk, cwd: string) => Promise<Start | undefined>;
const CHOICES: ReadonlyMap<string, Choice> = new Map<string, Choice>([
  ["1", async () => ({ go: "demo" })],
  ["2", withKey],
  ["3", withEndpoint],
  ["4", withPlanner],
]);

/** The key goes nowhere but into this run: not on the screen, nor on disk. */
async function withKey(flags: Flags, talk: Talk, cwd: string): Promise<Start | undefined> {
  const { terminal, leaving, machine } = talk;
  const key = wordsOf(await terminal.ask("Key (not shown): ", { fresh: true, secret: true }, leaving.signal));
  if (key === "") return undefined;
  return await open(flags, { ...talk, machine: { ...machine, env: { ...machine.env, ANTHROPIC_API_KEY: key } } }, cwd);
}

async function withEndpoint(flags: Flags, talk: Talk, cwd: string): Promise<Start | undefined> {
  const { terminal, leaving, line } = talk;
  const baseUrl = wordsOf(await terminal.ask("URL, such as http://127.0.0.1:8080: ", { fresh: true }, leaving.signal));
  if (baseUrl === "") return undefined;
  if (!isAddress(baseUrl)) return void (await line(`That isn't an http or https address: ${visible(baseUrl)}`));
  if (flags.model !== undefined) return await open({ ...flags, baseUrl }, talk, cwd);
  const model = wordsOf(await terminal.ask("Its model (Enter for the default): ", { fresh: true }, leaving.signal));
  return await open({ ...flags, baseUrl, ...(model !== "" && { model }) }, talk, cwd);
}

async function withPlanner(flags: Flags, talk: Talk, cwd: string): Promise<Start> {
  const { planner, simulate } = await import("@keelson/simulator");
  const model = await simulate(planner());
  const start = await open({ ...flags, baseUrl: model.url, model: "planner" }, talk, cwd);
  return start.go === "on" ? { ...start, model } : start;
}

const wordsOf = (said: Said): string => (said.said === "words" ? said.text.trim() : "");
