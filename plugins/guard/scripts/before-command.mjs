// PreToolUse of Bash: asks when a command can't be taken back, when it writes a secret into a file, and when a commit would hold one.
import { commitReasons } from "./commits.mjs";
import { lossOf } from "./dangers.mjs";
import { ask, readPayload } from "./hook.mjs";
import { commandsIn } from "./shell.mjs";
import { secretsIn, tell } from "./secrets.mjs";

const { input, cwd } = readPayload();
const text = typeof input.command === "string" ? input.command : "";
const commands = commandsIn(text);
const losses = commands.flatMap((command) => {
  const loss = lossOf(command);
  return loss === undefined
    ? []
    : [`"${shorten(command.words.join(" "))}" ${loss}, which can't be taken back. Allow it only if that is meant.`];
});
const writes = commands.some(({ words: [program], writes }) => writes || program === "tee");
const secrets = writes ? secretsIn(text).map((secret) => `The command would write ${tell(secret)} into a file.`) : [];
ask([...new Set([...losses, ...secrets, ...commitReasons(commands, cwd)])]);

function shorten(words) {
  const line = words.replaceAll(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
