// Takes off what stands before the real program: `sudo -u x env A=b timeout 5 rm y` runs `rm y`. And finds what a program runs that
// it was handed as arguments: `find -exec`, `sh -c`, `docker exec`. Guesses where options are unknown: this is for a score, not for a verdict.
import { programName } from "./programs.ts";

export type Arg = { readonly value: string; readonly text: string; readonly marks: readonly string[] };
export type Peeled = { readonly via: readonly string[]; readonly assigns: readonly string[]; readonly words: readonly Arg[] };
/** What else runs: words, or a text for a shell. */
export type Inner = { readonly via: string; readonly words?: readonly Arg[]; readonly script?: string };

/** `valued`: options that take the next word. `skip`: words that come before the program. */
type Wrapper = { readonly valued: string; readonly skip: number };
const wrapper = (valued = "", skip = 0): Wrapper => ({ valued: ` ${valued} `, skip });

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: wrapper("-u -g -p -C -h -r -t -T -U -D -R --user --group --prompt --chdir --host"),
  doas: wrapper("-u -C"),
  pkexec: wrapper("--user"),
  run0: wrapper("-u"),
  runuser: wrapper("-u"),
  gosu: wrapper("", 1),
  env: wrapper("-u -C --unset --chdir"),
  "cross-env": wrapper(),
  dotenv: wrapper("-e -f"),
  timeout: wrapper("-s -k --signal --kill-after", 1),
  gtimeout: wrapper("-s -k", 1),
  nice: wrapper("-n"),
  ionice: wrapper("-c -n -p"),
  nohup: wrapper(),
  time: wrapper("-f -o"),
  stdbuf: wrapper("-i -o -e"),
  command: wrapper(),
  builtin: wrapper(),
  exec: wrapper("-a"),
  setsid: wrapper(),
  chronic: wrapper(),
  unbuffer: wrapper(),
  caffeinate: wrapper("-t -w"),
  taskset: wrapper("-c", 1),
  chrt: wrapper("", 1),
  flock: wrapper("-w -E", 1),
  xargs: wrapper("-I -n -P -L -d -a -E -s -i --max-args --max-procs --arg-file --delimiter --replace"),
  parallel: wrapper("-j -n -N --jobs -a --colsep -I"),
  watch: wrapper("-n --interval"),
  strace: wrapper("-e -o -p -s -P"),
  ltrace: wrapper("-e -o -p"),
  valgrind: wrapper(),
  chroot: wrapper("", 1),
  unshare: wrapper(),
  nsenter: wrapper("-t --target"),
  setpriv: wrapper(),
  fakeroot: wrapper(),
  faketime: wrapper("", 1),
  busybox: wrapper(),
  toybox: wrapper(),
  "xvfb-run": wrapper("-n -s"),
  "systemd-run": wrapper("-u -p -t --unit --property"),
  proxychains: wrapper("-f"),
  proxychains4: wrapper("-f"),
  torsocks: wrapper(),
  rlwrap: wrapper(),
  hyperfine: wrapper(),
  entr: wrapper(),
  chpst: wrapper("-u"),
  prlimit: wrapper(),
  coproc: wrapper(),
};

const MOST_WRAPPERS = 12;

export function peel(words: readonly Arg[]): Peeled {
  const via: string[] = [];
  const assigns: string[] = [];
  let rest = words;
  for (let turn = 0; turn < MOST_WRAPPERS; turn += 1) {
    const name = programName(rest[0]?.value ?? "");
    const wrapping = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    const from = wrapping === undefined ? -1 : programAt(rest, wrapping, assigns);
    if (from < 0) break;
    via.push(name);
    rest = rest.slice(from);
  }
  return { via, assigns, words: rest };
}

/** Where the program stands behind a wrapper; -1 when the wrapper stands alone or only asks (`command -v x`, `sudo -l`). */
function programAt(words: readonly Arg[], { valued, skip }: Wrapper, assigns: string[]): number {
  let left = skip;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at]?.value ?? "";
    if (/^-[vVl]$|^--(?:version|help|list)$/.test(word) && at === 1) return -1;
    if (word === "--") continue;
    if (/^\w+=/.test(word)) assigns.push(word);
    else if (word.startsWith("-") && word.length > 1) at += valued.includes(` ${word} `) ? 1 : 0;
    else if (left > 0) left -= 1;
    else return at;
  }
  return -1;
}

const SHELLS = /^(?:ba|z|da|k|a|fi|c|tc|mk|ya)?sh$/;
const LAUNCHERS: Readonly<Record<string, RegExp>> = {
  uv: /^run$/,
  poetry: /^run$/,
  pipenv: /^run$/,
  pdm: /^run$/,
  hatch: /^run$/,
  rye: /^run$/,
  pixi: /^run$/,
  bundle: /^exec$/,
  npm: /^(?:exec|x)$/,
  pnpm: /^(?:exec|dlx)$/,
  yarn: /^(?:exec|dlx)$/,
  bun: /^x$/,
  mise: /^(?:exec|x)$/,
  direnv: /^exec$/,
  conda: /^run$/,
  op: /^run$/,
  doppler: /^run$/,
  rbenv: /^exec$/,
  pyenv: /^exec$/,
  nix: /^(?:develop|shell)$/,
};
const DIRECT = new Set(["npx", "bunx", "uvx", "pipx", "pnpx"]);

/** What a program runs that stands in its arguments. */
export function innerOf(words: readonly Arg[]): readonly Inner[] {
  const name = programName(words[0]?.value ?? "");
  const values = words.map(({ value }) => value);
  const behind = (flags: RegExp): string | undefined => {
    const at = values.findIndex((value, place) => place > 0 && flags.test(value));
    return at < 0 ? undefined : values[at + 1];
  };
  if (SHELLS.test(name)) return scripts(name, behind(/^-[a-z]*c[a-z]*$/));
  if (["su", "script", "flock", "runuser", "watch", "parallel"].includes(name)) return scripts(name, behind(/^-[a-z]*c$|^--command$/));
  if (name === "eval") return scripts(name, values.slice(1).join(" "));
  if (name === "trap") return scripts(name, values[1]);
  if (name === "ssh") return scripts(name, afterHost(values));
  if (name === "find" || name === "fd") return executed(words);
  if (DIRECT.has(name)) return launched(name, words, 1);
  if (name === "git") return gitInner(values);
  if (["docker", "podman", "kubectl", "nerdctl", "docker-compose", "oc"].includes(name)) return contained(name, words);
  if (Object.hasOwn(LAUNCHERS, name) && LAUNCHERS[name]?.test(values[1] ?? "") === true) return launched(`${name}-run`, words, 2);
  return [];
}

const scripts = (via: string, script: string | undefined): readonly Inner[] => (script === undefined ? [] : [{ via, script }]);

function launched(via: string, words: readonly Arg[], from: number): readonly Inner[] {
  const at = words.findIndex(({ value }, place) => place >= from && !value.startsWith("-") && value !== "run");
  return at < 0 ? [] : [{ via, words: words.slice(at) }];
}

function executed(words: readonly Arg[]): readonly Inner[] {
  const found: Inner[] = [];
  words.forEach(({ value }, at) => {
    if (!/^-(?:exec|execdir|ok|okdir|x|X)$|^--exec(?:-batch)?$/.test(value)) return;
    const rest = words.slice(at + 1);
    const end = rest.findIndex((word) => word.value === ";" || word.value === "+");
    found.push({ via: "find", words: end < 0 ? rest : rest.slice(0, end) });
  });
  return found;
}

function afterHost(values: readonly string[]): string | undefined {
  for (let at = 1; at < values.length; at += 1) {
    const word = values[at] ?? "";
    if (/^-[bcDEeFIiJLlmOopQRSWw]$/.test(word)) at += 1;
    else if (!word.startsWith("-")) return values.length > at + 1 ? values.slice(at + 1).join(" ") : undefined;
  }
  return undefined;
}

function gitInner(values: readonly string[]): readonly Inner[] {
  const alias = values.map((value) => /^alias\.[^=]+=!(.*)$/s.exec(value)?.[1]).filter((text) => text !== undefined);
  const at = values.findIndex((value) => value === "foreach" || value === "--exec" || value === "-x" || value === "run");
  const run = at > 0 && values[at] === "run" ? values.slice(at + 1).join(" ") : values[at + 1];
  const told = values.includes("submodule") || values.includes("rebase") || values.includes("bisect");
  return [...alias, ...(told && at > 0 && run !== undefined ? [run] : [])].map((script) => ({ via: "git", script }));
}

/** `docker exec -it name cmd`, `docker run --rm image cmd`, `kubectl exec pod -- cmd`. */
function contained(via: string, words: readonly Arg[]): readonly Inner[] {
  const at = words.findIndex(({ value }, place) => place > 0 && /^(?:exec|run)$/.test(value));
  if (at < 0 || at > 3) return [];
  const dashes = words.findIndex(({ value }, place) => place > at && value === "--");
  if (dashes > 0) return [{ via: `${via}-exec`, words: words.slice(dashes + 1) }];
  for (let place = at + 1; place < words.length; place += 1) {
    const word = words[place]?.value ?? "";
    if (
      /^(?:-[ehluvwpn]|--(?:env|name|user|volume|workdir|publish|network|entrypoint|mount|env-file|platform|namespace|memory|cpus|add-host|cap-add|device|pid|label|hostname|restart|security-opt|gpus|ulimit))$/.test(
        word,
      )
    )
      place += 1;
    else if (!word.startsWith("-")) return place + 1 < words.length ? [{ via: `${via}-exec`, words: words.slice(place + 1) }] : [];
  }
  return [];
}
