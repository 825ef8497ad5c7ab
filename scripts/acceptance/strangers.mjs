// Every plugin directory there is, used: its skills and commands are offered and start, by the model and by their names; its agents work.
// Its hooks are off here: what they want of the world isn't there, and `controls.mjs` shows that they stand in nobody's way.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { readPlugin, validatePlugins } from "../../packages/loader/dist/index.js";
import { failed, passed } from "./table.mjs";
import { call, say, world } from "./world.mjs";

const MOST = 4; // of each kind and plugin that are started
const LONGEST_MS = 20_000;
const ARGUMENT = "the-word-that-was-given";

export async function* rows({ dir, repositories, only }) {
  const all = { plugins: 0, offered: 0, started: 0, called: 0, agents: 0, slow: 0, refused: 0 };
  for (const { name, root } of repositories) {
    if (only !== undefined && !name.includes(only)) continue;
    const slips = [];
    for (const { root: at, format } of await validatePlugins(root, true)) {
      if (format === "unknown") continue;
      const { plugin } = await readPlugin(at, { within: at }); // as it would be installed: what leaves it isn't there
      if (!plugin || plugin.skills.length + plugin.commands.length + plugin.agents.length === 0) continue;
      all.plugins += 1;
      for (const slip of await used(plugin, all)) slips.push(`${relative(dir, at)}: ${slip}`);
    }
    if (slips.length > 0) yield failed(`${name} is used`, `${slips.length}: ${slips.slice(0, 4).join("; ")}`);
  }
  const figures = Object.entries(all).map(([what, count]) => `${count} ${what}`);
  if (only === undefined || all.plugins > 0) yield passed("plugins are used", figures.join(", "));
}

async function used(plugin, all) {
  const texts = [...plugin.skills, ...plugin.commands].map((decl) => ({ decl, id: `${plugin.name}:${decl.name}` }));
  const firsts = [...new Map(texts.toReversed().map((one) => [one.id, one])).values()]; // of two of one name the first counts
  const forModel = firsts.find(({ decl }) => !decl.hiddenFromModel && !decl.fork && !decl.paths);
  const workers = plugin.agents.filter(({ tools = [] }) => tools.length === 0 || !tools.every(isServers));
  all.refused += plugin.agents.length - workers.length;
  // One in the background comes last: its request and its parent's next one cross.
  const [others, aside] = [workers.filter(({ background }) => !background), workers.filter(({ background }) => background)];
  const agents = [...others.slice(0, MOST), ...aside.slice(0, 1)].map((decl) => ({
    decl,
    id: [plugin.name, ...(decl.within ?? []), decl.name].join(":"),
  }));
  const replies = [
    ...(forModel ? [call("Skill", { skill: forModel.id, args: ARGUMENT })] : []),
    ...agents.flatMap(({ id }) => [
      call("Agent", { description: "try it", prompt: `Work, ${ARGUMENT}.`, subagent_type: id }),
      say("The agent's answer."),
    ]),
  ];
  const slips = [];
  try {
    await using w = await world({
      plugins: [plugin.root],
      replies,
      copied: false,
      settings: { disableAllHooks: true },
      prepare: repository,
      flags: { permissionMode: "bypassPermissions" },
    });
    const offered = new Set(w.session.skills.map(({ name }) => name));
    for (const { id, decl } of firsts) if (!decl.hiddenFromUser && !offered.has(id)) slips.push(`${id} isn't offered`);
    all.offered += firsts.filter(({ id }) => offered.has(id)).length;
    await w.prompt("Use them.", LONGEST_MS * 2);
    const outcomes = w.events("call.completed").map(({ outcome, result }) => ({ outcome, said: JSON.stringify(result.content) }));
    if (forModel) {
      const { outcome, said } = outcomes[0] ?? {};
      if (isOwnFault(said)) all.refused += 1;
      else if (outcome !== "ok") slips.push(`the model can't start ${forModel.id}: ${said}`);
      else if (!w.sent(1).includes(opening(forModel.decl))) slips.push(`the model isn't told ${forModel.id}`);
      else all.called += 1;
    }
    for (const [at, { id, decl }] of agents.entries()) {
      const { outcome, said } = outcomes[(forModel ? 1 : 0) + at] ?? {};
      const asked = (forModel ? 2 : 1) + at * 2;
      if (outcome !== "ok") slips.push(`the agent ${id} doesn't work: ${said}`);
      else if (![asked, asked + 1].some((one) => isTold(w.sent(one), decl))) slips.push(`the agent ${id} isn't told its text`);
      else all.agents += 1;
    }
    slips.push(...(await started(w, firsts.filter(({ decl }) => !decl.hiddenFromUser && !decl.fork).slice(0, MOST), all)));
  } catch (error) {
    slips.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return slips;
}

/** Of a server, which isn't there. */
const isServers = (tool) => tool.startsWith("mcp__");
const isTold = (sent, decl) => sent.includes(opening(decl)) && sent.includes(ARGUMENT);

async function started(w, texts, all) {
  const slips = [];
  for (const { id, decl } of texts) {
    const before = w.asked;
    const refused = w.notices.length;
    await w.prompt(`/${id} ${ARGUMENT}`, LONGEST_MS);
    if (w.ended.at(-1)?.startsWith("aborted")) all.slow += 1; // it asks for what isn't there
    else if (isOwnFault(w.notices.slice(refused))) all.refused += 1;
    else if (w.asked === before) slips.push(`/${id} isn't taken: ${w.notices.slice(refused)}`);
    else if (!w.sent(before).includes(opening(decl))) slips.push(`/${id} doesn't tell its text`);
    else if (!w.sent(before).includes(ARGUMENT)) slips.push(`/${id} loses its arguments`);
    else all.started += 1;
  }
  return slips;
}

/** A command in its text said no, or isn't there. */
const isOwnFault = (said = "") => /Its command `[^]*` failed with exit code/.test(said);

/** The first line of its text with nothing in it that is filled in. */
function opening({ file, content }) {
  const text = (content ?? readFileSync(file, "utf8"))
    .replaceAll("\r\n", "\n")
    .replace(/^\uFEFF?(?:<!--[\s\S]*?-->\s*|```\w*\n)?---[^\n]*\n[\s\S]*?\n---[^\S\n]*(?:\n|$)/, "");
  const inside = file.endsWith(".toml") ? (/^prompt\s*=\s*(?:"""|''')([\s\S]*?)(?:"""|''')/m.exec(text)?.[1] ?? "") : text;
  return (
    inside
      .split("\n")
      .find((line) => line.trim().length > 8 && !/[$!@{}<`\\]/.test(line))
      ?.trim() ?? ""
  );
}

function repository({ cwd }) {
  const git = (...args) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd, stdio: "ignore" });
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "first");
}
