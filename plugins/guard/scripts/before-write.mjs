// PreToolUse of Write, Edit, MultiEdit and NotebookEdit: asks when a secret would come into a file.
import { readFileSync, statSync } from "node:fs";
import { ask, readPayload } from "./hook.mjs";
import { holdsSecrets, secretsIn, tell } from "./secrets.mjs";

const ADVICE = "Read it from the environment or a file that isn't committed, unless it is meant to stand there.";
const MOST_READ = 2 * 1024 * 1024; // bytes

const { input } = readPayload();
const file = String(input.file_path ?? input.notebook_path ?? "");
if (!holdsSecrets(file)) {
  const found = secretsIn(writtenBy(input), { file, known: before(file) });
  ask(found.map((secret) => `${file} would hold ${tell(secret)}. ${ADVICE}`));
}

function writtenBy({ content, new_string: part, new_source: source, edits }) {
  const parts = Array.isArray(edits) ? edits.map((edit) => edit?.new_string) : [];
  return [content, part, source, ...parts].filter((one) => typeof one === "string").join("\n");
}

function before(path) {
  try {
    return statSync(path).size <= MOST_READ ? readFileSync(path, "utf8") : "";
  } catch {
    return ""; // there was none
  }
}
