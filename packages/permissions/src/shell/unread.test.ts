// What bash runs in places that are easily read as text: nothing of it is taken for reading, and what is denied stays denied.
import { expect, it } from "vitest";
import type { Mode } from "@keelson/protocol";
import { verdict, type World } from "../../test/engine.ts";

const noTouch: World = { rules: { allow: ["Bash"], deny: ["Bash(touch *)"] } };

async function unreadable(texts: readonly string[]): Promise<void> {
  for (const mode of ["default", "plan", "dontAsk"] satisfies Mode[])
    for (const text of texts) expect([text, mode, await verdict("Bash", text, { mode })]).not.toEqual([text, mode, "allow"]);
  await denied(texts);
}

async function denied(texts: readonly string[], world = noTouch): Promise<void> {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).toEqual([text, "deny"]);
}

it("quotes in a here-document's ${} are letters: what stands between them runs", async () => {
  await unreadable([
    "cat <<E\n${x:-'$(touch y)'}\nE",
    "cat <<E\n${x:-'`touch y`'}\nE",
    "cat <<E\n${x:-$'$(touch y)'}\nE",
    "cat <<E\n${x:-\"'$(touch y)'\"}\nE",
    "cat <<E\n${x:-\"${x:-'$(touch y)'}\"}\nE",
    "cat <<E\n${x#'$(touch y)'}\nE",
    "echo $(cat <<E\n${x:-'$(touch y)'}\nE\n)",
    "cat <<-E\n\t${x:-'$(touch y)'}\n\tE",
  ]);
});

it("quotes in a quoted ${} are letters too", async () => {
  await unreadable([
    "echo \"${x:-$'$(touch y)'}\"",
    "echo \"${x:-'$(touch y)'}\"",
    "test a = \"${x:-$'$(touch y)'}\"",
    "for i in \"${x:-$'$(touch y)'}\"; do echo; done",
    "case a in \"${x:-$'$(touch y)'}\") echo;; esac",
    "echo \"${x:-${x:-'$'$(touch y)''}}\"",
    "echo \"${x:-${x:-$'`touch y`'}}\"",
    "cat <<<\"${x:-$'$(touch y)'}\"",
    "[[ a = \"${x:-$'$(touch y)'}\" ]]",
  ]);
});

it("the subscripts of a list are calculated with", async () => {
  await unreadable([
    "x=(['$(touch y)']=1)",
    "x+=([\\$(touch y)]=1)",
    "x=([a['$(touch y)']]=1)",
    "i='a[$(touch y)]'; x=([i]=1)",
    "i='a[`touch y`]'; x=([$i]=1)",
    "declare x=(['$(touch y)']=1)",
    "export x=(['$(touch y)']=1)",
    "readonly x=(['$(touch y)']+=1)",
    'local -a x=(["\\$(touch y)"]=1)',
  ]);
});

it("a pattern over several lines may be none", async () => {
  await unreadable(["x=(@(#\ntouch y\n))", "x=(+(a;\ntouch y\n))", "ls @(#\ntouch y\n)", "for i in @(#\ntouch y\n); do echo; done"]);
});

it("plain quotes, lists and defaults are read as before", async () => {
  for (const text of [
    "echo 'a $(touch y) `b` ${c}'",
    "cat <<'E'\n${x:-'$(touch y)'}\nE",
    'cat <<E\nit\'s ${x:-none}, "so"\nE',
    'echo "${x:-none} it\'s \\$(touch y)"',
    "x=(a 'b c' \"d\")",
    "ls a # it's `off` $(x)",
    "grep -c '<(' a",
  ])
    expect([text, await verdict("Bash", text)]).toEqual([text, "allow"]);
});

it("a text for another shell, or for bash as POSIX has it, is believed only where they read it alike", async () => {
  const texts = [
    "sh -c 'echo \"${x:-'\\''}\";touch y;\"'\\''}\"'",
    "sh -c 'ls &>/dev/null touch y'",
    "sh -c 'ls &>>a touch y'",
    "sh -c '[[ a || touch ]]'",
    "sh -c 'cat <<\"E\nF\"\nE\nF\ntouch y'",
    "sh -c 'cat <<$\"E\"\nE\ntouch y'",
    "sh -c '((touch y))'",
    "sh -c 'alias t=touch\nt y'",
    "bash --posix -c 'alias t=\"touch y\"\nt'",
    "dash -c 'eval \"[[ a || touch y ]]\"'",
    "echo '[[ a || touch y ]]' | sh",
    "sh <<'E'\n[[ a || touch y ]]\nE",
    "find . -exec sh -c '[[ a || touch y ]]' \\;",
    "PAGER='[[ a || touch y ]]' git log",
    "env sh -c '[[ a || touch y ]]'",
    "zsh -c '=touch y; repeat 2 touch y'",
    "fish -c 'and touch y'",
    "bash --posix -c 'echo \"${x:-'\\''}\";touch y;\"'\\''}\"'",
    "bash -o posix -c 'echo \"${x:-'\\''}\";touch y;\"'\\''}\"'",
    "bash -o po\"six\" -c 'echo \"${x:-'\\''}\";touch y;\"'\\''}\"'",
    'set -o posix\necho "${x:-\'}";touch y;"\'}"',
    'POSIXLY_CORRECT=1\necho "${x:-\'}";touch y;"\'}"',
    'read POSIXLY_CORRECT <<<1\necho "${x:-\'}";touch y;"\'}"',
    "bash -c 'cat <<E\n${x:-'\\''$(touch y)'\\''}\nE'",
  ];
  for (const text of texts) expect([text, await verdict("Bash", text)]).not.toEqual([text, "allow"]);
  await denied(texts.filter((text) => !/^(?:zsh|fish|dash)|\[\[|alias t=touch/.test(text)));
  for (const text of texts) expect([text, await verdict("Bash", text, noTouch)]).not.toEqual([text, "allow"]);
});

it("a setting that can't be told may change how the rest is read", async () => {
  for (const text of [
    "x=po; set -o ${x}six\nls",
    "set -o $'\\x70osix'\nls",
    "shopt -s expand_aliases\nalias t='touch y'\nt",
    'bash -o "$x" -c "[[ a ]]"',
  ])
    expect([text, await verdict("Bash", text, noTouch)]).not.toEqual([text, "allow"]);
});

it("what all shells read alike is read", async () => {
  for (const text of [
    "sh -c 'ls -l \"$1\" && echo \"it'\\''s\" >/dev/null 2>&1' sh a",
    "find . -name '*.txt' -exec sh -c 'for f; do mv \"$f\" \"${f%.txt}.md\"; done' sh {} +",
    "sh <<'E'\nif [ -f a ]; then cat a; fi\nE",
    "bash -c '[[ -f a ]] && cat a &>/dev/null'",
    "grep -rn posix_spawn src",
  ])
    expect([text, await verdict("Bash", text, noTouch)]).toEqual([text, "allow"]);
});

it("what a program is told to run is run, in whichever option or variable it stands", async () => {
  await denied([
    "trap -- 'touch x' EXIT",
    "git grep -O'touch x' foo",
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.x GIT_CONFIG_VALUE_0='!touch x' git x",
    "git clone ext::'touch x'",
    "git fetch 'ext::touch% x'",
    "parallel ::: 'touch x'",
    "nc -e 'touch x' h 1",
    "nc -c 'touch x' h 1",
    "ncat --sh-exec 'touch x' h 1",
    "scp -o ProxyCommand='touch x' a b:",
    "gdb -ex 'shell touch x' a",
    "declare -i x; x='a[$(touch y)]'",
    "declare -ai x=('a[$(touch y)]')",
    "i='a[$(touch y)]'; declare -n r=$i; echo $r",
    "i='a[$(touch y)]'; unset $i",
    "i='a[$(touch y)]'; read $i <<<1",
    "i='a[$(touch y)]'; printf -v $i x",
    "i='a[$(touch y)]'; test -v $i",
    "i='a[$(touch y)]'; let $i",
  ]);
});

it("what runs that no word of it shows is asked about", async () => {
  for (const text of [
    "git --config-env=alias.x=V x",
    "make --eval='x:;touch x' x",
    "make -f - <<< 'all: ; touch x'",
    "cp /bin/touch t; ./t x",
    "ln -s /bin/touch t && ./t x",
    "cat /bin/touch > t; chmod +x t; ./t x",
    "BASH_ENV=<(echo touch x) bash -c :",
    "export BASH_ENV=x; bash -c :",
    "LD_PRELOAD=./x ls",
    ". /dev/fd/0 <<< 'touch y'",
    "bash /dev/fd/3 3<<< 'touch y'",
    "bash /proc/self/fd/0 <<< 'touch y'",
    "enable -f ./x touch",
  ])
    expect([text, await verdict("Bash", text, noTouch)]).not.toEqual([text, "allow"]);
});

it("plain names, options and programs are no reason to ask", async () => {
  for (const text of [
    'read -r -p "$q" line; export A="$b"; local c=$d; unset e; declare -r f="$g"; printf -v h %s "$i"; [ -v j ]',
    "make -j4 build",
    "nc -z localhost 80",
    "git grep -n foo",
    "cp a b; ./c",
    "mapfile -t lines < a",
  ])
    expect([text, await verdict("Bash", text, noTouch)]).toEqual([text, "allow"]);
});
