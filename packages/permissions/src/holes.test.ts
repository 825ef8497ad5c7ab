// What has been got around elsewhere, one sentence a published hole: CVE numbers and reports stand beside them.
import { expect, it } from "vitest";
import { asked, bound, CALLS, judge, linked, verdict, type World } from "../test/engine.ts";
import { standardStages } from "./stages.ts";
import { wouldAllow } from "./weigh.ts";

const none = async (texts: readonly string[], world: World = {}) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).not.toEqual([text, "allow"]);
};
const denied = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).toEqual([text, "deny"]);
};

it("an echo carries no command with it (CVE-2025-54795)", async () => {
  await none(['echo "\\"; touch x; \\""; touch x', "echo a\ntouch x", "echo $(touch x)", "echo `touch x`", "echo a > x"]);
});

it("a reader with an option that runs something isn't a reader (CVE-2025-58764)", async () => {
  await none([
    "rg --pre ./x foo",
    "rg --hostname-bin=./x foo",
    "sort --compress-prog=./x a",
    "sort --comp ./x a",
    "man -P ./x ls",
    "git grep -O./x a",
  ]);
});

it("a script of sed that runs, reads or writes isn't only printing (CVE-2025-64755)", async () => {
  await none([
    "sed '1e id' a",
    "sed 's/a/b/e' a",
    "sed 'w /tmp/x' a",
    "sed 's/a/b/w x' a",
    "sed -n '/x/{w y\n}' a",
    "sed -f x a",
    "sed 's/[/]/b/e;p/' a",
    "sed 'y/a/b/;e' a",
  ]);
});

it("no variable splits a command into other words (CVE-2026-66032's class)", async () => {
  await none(["cat${IFS}/etc/passwd", "ls$IFS-la", "$CMD", "l$x", "git log $X", "sort $X a"]);
});

it("a rule for find covers nothing that it runs or removes (CVE-2026-24887)", async () => {
  await none(["find . -exec ./x {} +", "find . -execdir ./x \\;", "find . -ok ./x \\;", "find . -delete", "find . -fprintf x %p"], {
    rules: { allow: ["Bash(find *)"] },
  });
});

it("awk and its like are never readers", async () => {
  await none(["awk '{print}' a", "gawk 'BEGIN{system(\"id\")}'", "perl -ne print a", "python3 -c 1", "node -p 1"]);
});

it("a rule for the first command covers no other (prefix matching)", async () => {
  await none(["echo a && touch x", "echo a; touch x", "echo a | sh", "echo a & touch x", "echo a\ntouch x", "echo a || touch x"], {
    rules: { allow: ["Bash(echo *)"] },
  });
});

it("continued lines, here-documents and escapes hide nothing", async () => {
  await denied(
    [
      "r\\\nm x",
      "cat <<'E'\nx\nE\nrm x",
      "cat <<E\n$(rm x)\nE",
      "echo \\\\; rm x",
      "echo 'a'\\''b'; rm x",
      "echo a#b; rm x",
      "$'\\x72m' x",
    ],
    {
      rules: { allow: ["Bash"], deny: ["Bash(rm *)"] },
    },
  );
  await none(["ls \u00a0-la", "ls\u200b", "echo \u202e", "ls \r", "ls \u001b[2K", "ls )", "ls ("], { rules: { allow: ["Bash"] } });
});

it("an expansion that evaluates isn't harmless (GHSA-g8r9-g2v8-jv6f)", async () => {
  await none([
    "echo ${x@P}",
    "echo ${!x}",
    "echo ${x:=$(id)}",
    "echo ${a[$(id)]}",
    "echo $((a[0]))",
    "printf -v 'a[$(id)]' x",
    "[[ -v a[$(id)] ]]",
    "test -v 'a[$(id)]'",
  ]);
});

it("a denial is found among any number of commands, behind a change of folder and in a pipe", async () => {
  const rules = { allow: ["Bash"], deny: ["Bash(rm *)"] };
  await denied(
    [`${"true; ".repeat(500)}rm x`, `${"a ".repeat(6_000)}; rm x`, "cd src && cat a | rm x", `${"( ".repeat(40)}rm x${" )".repeat(40)}`],
    { rules },
  );
  await denied([`${"true; ".repeat(80)}rm x`], { rules, mode: "bypassPermissions" });
});

it("wrappers and assignments hide no command from a denial or a question", async () => {
  const texts = ["env rm x", "sudo rm x", "watch rm x", "ionice -c3 rm x", "setsid rm x", "CI=true rm x", "A=1 B=2 sudo -u y env C=3 rm x"];
  await denied(texts, { rules: { allow: ["Bash"], deny: ["Bash(rm *)"] } });
  for (const text of texts) expect(await verdict("Bash", text, { rules: { allow: ["Bash"], ask: ["Bash(rm *)"] } })).toBe("ask!");
});

it("rules that ask, critical removals and denials come before every mode", async () => {
  for (const mode of ["bypassPermissions", "auto", "acceptEdits"] as const) {
    expect(await verdict("Bash", "ls && git push", { mode, rules: { ask: ["Bash(git push *)"] } })).toBe("ask!");
    expect(await verdict("Bash", "ls; rm -rf ~", { mode })).toBe("ask!");
    expect(await verdict("Bash", "ls; rm x", { mode, rules: { deny: ["Bash(rm *)"] } })).toBe("deny");
  }
});

it("builtins and assignments that change what later words mean aren't harmless (CVE-2026-22708)", async () => {
  await none([
    "export PATH=/x:$PATH && ls",
    "alias ls=rm; ls",
    "hash -p ./x ls; ls",
    "PAGER=./x git log",
    "GIT_EXTERNAL_DIFF=./x git diff",
    "BASH_ENV=x ls",
    "declare -x LD_PRELOAD=x; ls",
    "LESSOPEN=x cat a",
    "enable -f x y",
    "ls() { id; }; ls",
  ]);
});

it("a change of folder is followed (CVE-2026-25722), and git elsewhere is asked about", async () => {
  await none([
    "cd /etc && cat passwd",
    "cd src/../.. && cat x",
    "cd sub && git status",
    "(cd /tmp; ls)",
    "pushd /etc; ls",
    "cd - && ls",
    "cd $X && ls",
    "cd; ls",
  ]);
  expect(await verdict("Bash", "cd src && touch x", { mode: "acceptEdits", rules: { deny: ["Edit(/src/**)"] } })).toBe("deny");
});

it("every spelling of a path is that path", async () => {
  await denied(
    [
      "cat $HOME/.ssh/id",
      "cat ${HOME}/.ssh/id",
      "cat ~/.ssh/id",
      "cat /home/dev/.ssh/id",
      "cat ../.ssh//id",
      "cat ~/./.ssh/../.ssh/id",
      'cat "$HOME"/.ssh/id',
    ],
    {
      rules: { allow: ["Bash"], deny: ["Read(~/.ssh/**)"] },
    },
  );
  const links = { ...linked(), caseless: true };
  expect(await verdict("Read", "~/.SSH/id", { links, rules: { deny: ["Read(~/.ssh/**)"] } })).toBe("deny");
});

it("a link is taken for both of its ends (CVE-2026-25724, CVE-2026-39861)", async () => {
  const links = linked({ "/home/dev/proj/d": "/home/dev/.ssh", "/home/dev/proj/new": "/etc/new" });
  expect(await verdict("Read", "d/id", { links, rules: { deny: ["Read(~/.ssh/**)"] } })).toBe("deny");
  expect(await verdict("Bash", "cat d/id", { links, rules: { deny: ["Read(~/.ssh/**)"] } })).toBe("deny");
  expect(await verdict("Write", "new", { links, mode: "acceptEdits" })).toBe("ask");
  expect(await verdict("Bash", "echo x > new", { links, mode: "acceptEdits" })).toBe("ask");
  expect(await verdict("Bash", "ls d", { links })).toBe("ask");
});

it("each form of rule matches what it says, and nothing near it", async () => {
  const web = async (rule: string, url: string) =>
    (await judge(asked("WebFetch", bound([{ do: "connect", url }], { url }), { rules: { allow: [rule] } }))).behavior;
  expect(await web("WebFetch(domain:*.x.test)", "https://a.x.test/")).toBe("allow");
  for (const url of [
    "https://x.test/",
    "https://ax.test/",
    "https://y.test/a.x.test",
    "https://a.x.test@y.test/",
    "https://a.x.test.y.test/",
  ])
    expect(await web("WebFetch(domain:*.x.test)", url)).toBe("ask");
  expect(await web("WebFetch(domain:*)", "http://169.254.169.254/")).toBe("ask");
  expect(await web("WebFetch", "http://2130706433/")).toBe("ask");
  expect(await verdict("Edit", "vendor/src/a.ts", { rules: { allow: ["Edit(src/**)"] } })).toBe("ask");
  const agent = asked("Agent", bound([{ do: "spawn", agent: "explore" }], { subagent_type: "explore" }), {
    rules: { deny: ["Agent(explore)"] },
  });
  expect((await judge(agent)).behavior).toBe("deny");
});

it("a hook's allow lifts no denial and no question, and one that changes the input is judged anew", async () => {
  const hooks = async () => ({ behavior: "allow", reason: "hook", explicit: true }) as const;
  const on = async (rules: World["rules"]) =>
    (await judge(asked("Bash", CALLS.Bash("git push"), rules ? { rules } : {}), { hooks })).behavior;
  expect([await on({ deny: ["Bash(git push *)"] }), await on({ ask: ["Bash(git push *)"] }), await on({})]).toEqual([
    "deny",
    "ask",
    "allow",
  ]);
  const stages = standardStages({ links: linked() });
  const first = asked("Bash", CALLS.Bash("ls"), {});
  const changed = { ...first, call: CALLS.Bash("ls; touch x") };
  expect([await wouldAllow(first, stages, AbortSignal.any([])), await wouldAllow(changed, stages, AbortSignal.any([]))]).toEqual([
    true,
    false,
  ]);
});

it("nothing that the model writes beside a command widens what it may do (CVE-2026-42074)", async () => {
  const call = {
    ...CALLS.Bash("touch x"),
    input: { command: "touch x", dangerouslyDisableSandbox: true, cwd: "/", description: "harmless", timeout: 1 },
  };
  expect((await judge(asked("Bash", call))).behavior).toBe("ask");
});

it("what is glued to a list that is assigned runs too (the parser takes all of it for one text)", async () => {
  const texts = [
    'LANG=(b)"$(zap)" ls',
    "CI=(b)`zap` ls",
    "CI=(b)${x:-$(zap)} ls",
    "CI=(b)$(zap); ls",
    "a+=(b)'c'`zap`",
    "export CI=(b)`zap`",
  ];
  for (const mode of ["default", "acceptEdits", "plan"] as const) await none(texts, { mode });
  await none(texts, { rules: { allow: ["Bash"], deny: ["Bash(zap *)"] } });
  expect(await verdict("Bash", "CI=1 LANG=C ls")).toBe("allow");
});

it("what doesn't show in a command is asked about, and what shows isn't", async () => {
  const signs = ["\ufe0f", "\ufff9", "\u2800", "\ud800", "\u{e0100}", "\u180b", "\u{1d173}", "\u3164", "\u2003"];
  await none(signs.flatMap((sign) => [`ls ${sign}x`, `echo a${sign}`]));
  for (const text of ["echo 'a\ufe0f'", "ls é", "cat 日本.txt", "echo \u{1f600}", "ls \u0bc1"])
    expect([text, await verdict("Bash", text)]).toEqual([text, "allow"]);
});

it("blanks around an agent's name hide it from no denial, and lend it no allowance", async () => {
  for (const name of [" Explore", "Explore ", "\tExplore"]) {
    const call = bound([{ do: "spawn", agent: name }], { subagent_type: name });
    expect((await judge(asked("Agent", call, { rules: { deny: ["Agent(Explore)"] } }))).behavior).toBe("deny");
  }
});

it("a loop over what isn't a name is read without a throw, and not allowed", async () => {
  await none(["do eval for \\\\ + function $(( + x $((", "eval for ? } a sh for # ${ $(( & (( select"]);
});
