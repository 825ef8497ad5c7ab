/**
 * What tools of other hosts are called here. Rule: a name means what does the same and no more; one that nobody knows (a server's that isn't
 * connected) means nothing.
 */
const LOOKING = ["Read", "Grep", "Glob"];
const SHELL = ["Bash", "BashOutput", "KillShell"];
const EDITING = ["Edit", "Write", "NotebookEdit"];

/** In small letters; `a/b` is asked for as a whole, then as `a`. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  // older names of the same host
  task: ["Agent"],
  ls: ["Glob"],
  multiedit: ["Edit"],
  notebookread: ["Read"],
  todoread: ["TodoWrite"],
  killbash: ["KillShell"],
  slashcommand: ["Skill"],
  // groups: docs.github.com/en/copilot/reference/custom-agents-configuration
  read: ["Read"],
  view: ["Read"],
  edit: EDITING,
  search: ["Grep", "Glob"],
  execute: SHELL,
  shell: SHELL,
  powershell: SHELL,
  agent: ["Agent"],
  "custom-agent": ["Agent"],
  web: ["WebFetch", "WebSearch"],
  todo: ["TodoWrite"],
  todos: ["TodoWrite"],
  // single ones of VS Code
  codebase: LOOKING,
  usages: LOOKING,
  searchresults: LOOKING,
  findtestfiles: LOOKING,
  problems: LOOKING,
  changes: LOOKING,
  editfiles: EDITING,
  new: EDITING,
  "search/codebase": LOOKING,
  "search/usages": LOOKING,
  fetch: ["WebFetch"],
  websearch: ["WebSearch"],
  runcommands: SHELL,
  runtasks: SHELL,
  runtests: SHELL,
  testfailure: LOOKING,
  terminalcommand: SHELL,
  runsubagent: ["Agent"],
  // Gemini CLI
  read_file: ["Read"],
  read_many_files: LOOKING,
  write_file: ["Write"],
  replace: ["Edit"],
  run_shell_command: SHELL,
  list_directory: ["Glob"],
  search_file_content: ["Grep"],
  grep_search: ["Grep"],
  web_fetch: ["WebFetch"],
  google_web_search: ["WebSearch"],
  write_todos: ["TodoWrite"],
};

/** `*`, or the words that other programs show for it. */
export const isAll = (name: string): boolean => /^\s*(?:\*|all(?: tools)?)\s*$/i.test(name);

/** Of what there is, what these names mean. */
export function meantBy(names: readonly string[], there: readonly string[]): readonly string[] {
  if (names.some(isAll)) return there;
  const found = new Set(names.flatMap((name) => namedBy(name, there)));
  return there.filter((name) => found.has(name));
}

/** One name; what stands in brackets behind it is for the rules. */
export function namedBy(written: string, there: readonly string[]): readonly string[] {
  const name = written.replace(/\(.*$/s, "").trim();
  const small = name.toLowerCase();
  const own = there.filter((one) => one === name);
  if (own.length > 0) return own;
  const known = [small, small.split("/")[0] ?? ""].find((one) => Object.hasOwn(MEANT, one));
  const meant = (known !== undefined && MEANT[known]) || [];
  return [...there.filter((one) => one.toLowerCase() === small), ...meant.filter((one) => there.includes(one))];
}
