// The plain commands in a text for bash, as far as it tells them: also behind `sudo`, within `bash -c` and `$( )`, and with what they are
// fed. Rule: a guard's reading. What it doesn't understand it leaves out; what runs is decided elsewhere.

const DEEPEST = 6;
const OPERATOR = /&&|\|\||;;|[;&|()\n]/y;
const REDIRECT = /(?:\d*|&)(?:<<<|>>|>\||[<>]&?)/y;
const HEREDOC = /\d*<<-?[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([\w.+-]+))/y;
const PIECES = [
  [/'([^']*)'/y, (_, inner) => inner],
  [/\$'((?:[^'\\]|\\[^])*)'/y, (_, inner) => inner.replaceAll(/\\([^])/g, "$1")],
  [/"((?:[^"\\]|\\[^])*)"/y, (_, inner) => inner.replaceAll(/\\([$`"\\\n])/g, "$1")],
  [/\\\n/y, () => ""],
  [/\\([^])/y, (_, inner) => inner],
  [/[^\s'"\\`;&|()<>$]+|[^]/y, (whole) => whole],
];
const RESERVED = new Set(["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time", "case", "esac"]);
/** Programs that run another one, and their options that take a value. */
const WRAPPERS = {
  sudo: /^-[CghpRrTtuU]$/,
  doas: /^-[Cu]$/,
  env: /^-[CSu]$/,
  nice: /^-n$/,
  ionice: /^-[cnp]$/,
  timeout: /^-[ks]$/,
  xargs: /^-[adEILnPs]$/,
  nohup: /^$/,
  command: /^$/,
  exec: /^-a$/,
  stdbuf: /^-[ioe]$/,
  setsid: /^$/,
  watch: /^-n$/,
  npx: /^-p$/,
  bunx: /^$/,
  doppler: /^$/,
};

/** `words`: of the command, quotes taken off. `fed`: what stands in its heredocs. `writes`: it puts something into a file. */
export function commandsIn(text, depth = 0) {
  if (depth > DEEPEST) return [];
  const { commands, nested } = split(text);
  return [...commands.flatMap((command) => unwrapped(command, depth)), ...nested.flatMap((inner) => commandsIn(inner, depth + 1))];
}

/** `nested`: texts that run within it. */
function split(text) {
  const state = { at: 0, commands: [], nested: [], open: [], command: fresh(), word: undefined, target: false };
  const take = (form) => {
    form.lastIndex = state.at;
    const found = form.exec(text);
    if (found) state.at = form.lastIndex;
    return found;
  };
  while (state.at < text.length) {
    const sign = text[state.at];
    if (sign === " " || sign === "\t" || sign === "\r") {
      endWord(state);
      state.at++;
    } else if (sign === "#" && state.word === undefined) state.at = lineEnd(text, state.at);
    else if (text.startsWith("$(", state.at) || sign === "`") substitution(state, text);
    else readSign(state, text, take);
  }
  endCommand(state);
  return state;
}

const fresh = () => ({ words: [], fed: "", writes: false });

function readSign(state, text, take) {
  const heredoc = take(HEREDOC);
  if (heredoc) {
    endWord(state);
    state.open.push({ end: heredoc[1] ?? heredoc[2] ?? heredoc[3], command: state.command });
    return;
  }
  const redirect = take(REDIRECT);
  if (redirect) {
    endWord(state);
    state.target = true;
    if (redirect[0].includes(">") && !redirect[0].endsWith("&")) state.command.writes = true;
    return;
  }
  const operator = take(OPERATOR);
  if (operator) {
    endCommand(state);
    if (operator[0] === "\n") heredocs(state, text);
    return;
  }
  for (const [form, read] of PIECES) {
    const found = take(form);
    if (!found) continue;
    if (found[0].startsWith('"')) substitutionsIn(found[1] ?? "", state);
    state.word = (state.word ?? "") + read(...found);
    return;
  }
}

function endWord(state) {
  const { word, command } = state;
  if (word !== undefined && !state.target && !(command.words.length === 0 && RESERVED.has(word))) command.words.push(word);
  if (word !== undefined) state.target = false;
  state.word = undefined;
}

function endCommand(state) {
  endWord(state);
  state.target = false;
  if (state.command.words.length > 0) state.commands.push(state.command);
  state.command = fresh();
}

function heredocs(state, text) {
  for (const { end, command } of state.open.splice(0)) {
    const lines = text.slice(state.at).split("\n");
    const last = lines.findIndex((line) => line.trim() === end);
    const body = lines.slice(0, last < 0 ? lines.length : last);
    command.fed += `${body.join("\n")}\n`;
    state.at = Math.min(text.length, state.at + body.join("\n").length + (last < 0 ? 0 : (lines[last]?.length ?? 0) + 2));
  }
}

function substitution(state, text) {
  const ticks = text[state.at] === "`";
  const start = state.at + (ticks ? 1 : 2);
  const end = ticks ? text.indexOf("`", start) : closing(text, start);
  const stop = end < 0 ? text.length : end;
  state.nested.push(text.slice(start, stop));
  state.word = `${state.word ?? ""}$()`;
  state.at = stop + 1;
}

function substitutionsIn(quoted, state) {
  for (let at = quoted.indexOf("$("); at >= 0; at = quoted.indexOf("$(", at + 2)) {
    const end = closing(quoted, at + 2);
    state.nested.push(quoted.slice(at + 2, end < 0 ? undefined : end));
  }
  for (const [, inner] of quoted.matchAll(/`([^`]*)`/g)) state.nested.push(inner ?? "");
}

function closing(text, start) {
  let open = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "(") open++;
    else if (text[at] === ")" && --open === 0) return at;
  }
  return -1;
}

const lineEnd = (text, at) => (text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at));

/** The command behind what only runs it, and the texts that it hands to a shell. */
function unwrapped(command, depth) {
  let words = command.words;
  for (;;) {
    while (/^[A-Za-z_]\w*\+?=/.test(words[0] ?? "")) words = words.slice(1);
    const valued = WRAPPERS[programOf(words)];
    if (valued === undefined) break;
    let next = 1;
    while (next < words.length && (words[next] ?? "").startsWith("-")) next += valued.test(words[next] ?? "") ? 2 : 1;
    if (programOf(words) === "timeout") next++;
    words = words.slice(next);
  }
  const program = programOf(words);
  const inner = { ...command, words: [program, ...words.slice(1)] };
  const script = /^(?:ba|da|z|k)?sh$/.test(program) ? words[words.findIndex((word) => /^-[a-z]*c$/.test(word)) + 1] : undefined;
  if (/^(?:ba|da|z|k)?sh$/.test(program))
    return words.some((word) => /^-[a-z]*c$/.test(word))
      ? commandsIn(script ?? "", depth + 1)
      : [inner, ...commandsIn(command.fed, depth + 1)];
  if (program === "eval") return commandsIn(words.slice(1).join(" "), depth + 1);
  const run = program === "find" ? words.findIndex((word) => /^-(?:exec|ok)(?:dir)?$/.test(word)) : -1;
  return run < 0 ? (program === "" ? [] : [inner]) : [inner, ...unwrapped({ ...fresh(), words: words.slice(run + 1) }, depth + 1)];
}

const programOf = ([program = ""]) => program.slice(program.lastIndexOf("/") + 1);
