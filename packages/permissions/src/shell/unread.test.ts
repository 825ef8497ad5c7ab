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
