// No program is run by words that a rule doesn't see.
import { expect, it } from "vitest";
import { verdict, type World } from "../test/engine.ts";

const never = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).not.toEqual([text, "allow"]);
};
const denied = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).toEqual([text, "deny"]);
};
const noRemoval: World = { rules: { allow: ["Bash"], deny: ["Bash(rm *)"] } };

it("no option of a wrapper hides the command behind it", async () => {
  await denied(
    [
      "env - rm x",
      "/usr/bin/env - rm x",
      "env - A=b rm x",
      'env -iS "rm x"',
      'env -vS "rm x"',
      'env -S "-i rm" x',
      'env --split="rm x"',
      "find . -execdir env - rm {} \\;",
      'eval -- "rm x"',
      "builtin eval -- rm x",
      "fd --exec-batch=rm",
      "fd --exec=rm",
      "fd -xrm",
      "fd -HXrm",
      "fdfind -x rm",
      "xargs --eof rm",
      "setarch -R rm x",
      "sudo --new-option rm x",
      "uclampset rm x",
      "chronic rm x",
      'sg g "rm x"',
      'capsh -- -c "rm x"',
      'ls | entr -s "rm x"',
      "gdb --args rm x",
      "jobs -x rm x",
      "hash -p /bin/rm z; z",
    ],
    noRemoval,
  );
  await never(["env - rm -rf /", "eval -- rm -rf /", "fd . / --exec-batch=rm", "fd . / -x rm -r"], { mode: "bypassPermissions" });
});

it("a program whose name the disk makes may be any", async () => {
  const texts = ["/bin/[r]m z", "/bin/[[:alpha:]]m x", "/bin/[!x]m x", "/bin/r? x"];
  await never(texts, noRemoval);
  await never(["/bin/[r]m -rf /"], { mode: "bypassPermissions" });
});

it("what a variable or an option hands to a program as a command is one", async () => {
  await denied(
    [
      "git difftool -x 'rm x'",
      "git clone -c core.sshCommand='rm x' a",
      "git fetch --upload-pack 'rm x' a",
      "GIT_PAGER='rm x' git log",
      "export GIT_PAGER='rm x'; git log",
      "env GIT_PAGER='rm x' git log",
      "GIT_SSH_COMMAND='rm x' git fetch",
      "EDITOR='rm x' git commit",
      "PAGER='rm x' man ls",
      "ssh -o ProxyCommand='rm x' h",
      "ssh -oProxyCommand='rm x' h",
      "scp -S rm a b:",
      "mapfile -C 'rm x' -c 1 a < f",
      "compgen -C 'rm x'",
      "npx -c 'rm x'",
      "nix-shell --run 'rm x'",
      "at now <<< 'rm x'",
      "echo 'rm x' | batch",
    ],
    noRemoval,
  );
});

it("a script of sed that runs something is code", async () => {
  await never(["sed '1e rm x' f", "sed 's/a/rm x/e' f", "sed 's/.*/&/e' f", "sed e f", "sed -i '1e rm x' f"], noRemoval);
  for (const text of ["sed 's/a/b/' f", "sed -i 's/rm/mv/' f", "sed -n '/the/p' f"])
    expect([text, await verdict("Bash", text, noRemoval)]).toEqual([text, "allow"]);
});
