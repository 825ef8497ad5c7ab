// What a command reads, writes and removes, also where only an option or a variable names it.
import { expect, it } from "vitest";
import { verdict, type World } from "../test/engine.ts";

const never = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).not.toEqual([text, "allow"]);
};
const denied = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).toEqual([text, "deny"]);
};
const denying = (rule: string): World => ({ rules: { allow: ["Bash"], deny: [rule] } });

it("git cleans the work tree that it is told of, wherever that stands", async () => {
  const texts = [
    "git --work-tree=/tmp clean -fd",
    "git --work-tree /tmp clean -fd",
    "GIT_WORK_TREE=/tmp git clean -fd",
    "env GIT_WORK_TREE=/tmp git clean -fd",
    "git -c core.worktree=/tmp clean -fd",
    "git worktree remove ../x",
    "git worktree move ../x y",
  ];
  await denied(texts, denying("Delete(!./**)"));
  await never(
    ["git --git-dir=/tmp/.git clean -fd", "export GIT_WORK_TREE=/tmp; git clean -fd", "git config core.worktree /tmp; git clean -fd"],
    denying("Delete(!./**)"),
  );
  await never(["git --work-tree=/ clean -fd", "GIT_WORK_TREE=/ git clean -fdx", "git --git-dir=/.git clean -fd"], {
    mode: "bypassPermissions",
  });
  await never(["git -C /etc init", "git --work-tree=/etc checkout -- .", "cd /etc && git reset --hard"], denying("Edit(//etc/**)"));
  for (const text of ["git clean -fd", "git -C sub clean -fd", "git worktree list", "git commit -m x"])
    expect([text, await verdict("Bash", text, denying("Delete(!./**)"))]).toEqual([text, "allow"]);
});

it("an option that names a file to be written writes it", async () => {
  await denied(
    [
      "sort -o /etc/x a",
      "sort a -o /etc/x",
      "sort --output /etc/x a",
      "sort -uo /etc/x a",
      "tree -o /etc/x",
      "install -d /etc/x",
      "mktemp /etc/x.XXXX",
      "mktemp -p /etc",
      "strace -o /etc/x ls",
      "strace -fo/etc/x ls",
      "script /etc/x",
    ],
    denying("Edit(//etc/**)"),
  );
  await never(["sort --out /etc/x a", "uniq a /etc/x", "xxd -r a /etc/x", "xxd a /etc/x"], denying("Edit(//etc/**)"));
  await never(["sort -o x a", "tree -o x", "sort -T /tmp a"], {});
});

it("an option that names a file to be read reads it", async () => {
  await denied(
    [
      "date -f ~/.ssh/id_rsa",
      "date --file=/home/dev/.ssh/id_rsa",
      "xargs -a ~/.ssh/id_rsa",
      "xargs --arg-file=/home/dev/.ssh/id_rsa",
      "docker run -v ~/.ssh:/s alpine cat /s/id_rsa",
      "dd if=~/.ssh/id_rsa",
      "man ~/.ssh/id_rsa",
      "ln -s ~/.ssh x; cat x/id_rsa",
      "ln -s ../.ssh x; cat x/id_rsa",
      "ln -s ../../.ssh sub/x; cat sub/x/id_rsa",
    ],
    denying("Read(~/.ssh/**)"),
  );
  await never(
    ["shopt -s dotglob; cat ../*/id_rsa", "ln -s ~ x; cat x/.ssh/id_rsa", "cat /proc/self/root/home/dev/.ssh/id_rsa"],
    denying("Read(~/.ssh/**)"),
  );
  await never(["man ../x", "cat /proc/self/cwd/../x"], {});
});

it("a program that removes what it packs, moves or mirrors removes it", async () => {
  await denied(
    [
      "rsync -a --delete a/ ../b/",
      "rsync -a --del a/ /tmp/b",
      "rsync --remove-source-files ../a b",
      "tar cf a.tar --remove-files ../x",
      "zip -m a.zip ../x",
      "gzip ../x",
      "xz ../x",
      "zstd --rm ../x",
      "7z a -sdel a.7z ../x",
      "gio trash ../x",
      "trash-put ../x",
    ],
    denying("Delete(!./**)"),
  );
  for (const text of ["rsync -a a/ b/", "tar cf a.tar x", "gzip x", "gzip -k ../x", "rsync -a --delete a/ b/"])
    expect([text, await verdict("Bash", text, denying("Delete(!./**)"))]).toEqual([text, "allow"]);
  await never(["rsync -a --delete a/ ~/", "rsync -a --delete x/ /"], { mode: "bypassPermissions" });
});
