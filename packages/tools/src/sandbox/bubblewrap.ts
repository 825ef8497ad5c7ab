/** The words for bubblewrap. They go through a pipe, as does the environment: what stands in arguments can be read by every user. */
import type { Mount } from "./plan.ts";

/** File descriptors of the started process, beside stdin, stdout, stderr and the report. */
export const FD = { status: "4", args: "5", filter: "6", inner: "7" } as const;

type Env = Readonly<Record<string, string>>;

/** A world of its own, in which the disk is as planned. `--new-session`: no terminal to type into. The user's namespace: no power to undo a mount. */
export function worldOf(
  [root, ...mounts]: readonly Mount[],
  { cwd, network }: { readonly cwd: string; readonly network: boolean },
): readonly string[] {
  return [
    ...["--unshare-all", "--unshare-user", ...(network ? ["--share-net"] : []), "--cap-drop", "ALL", "--new-session", "--die-with-parent"],
    ...(root ? wordsFor(root) : []),
    ...["--dev", "/dev", "--proc", "/proc"],
    ...mounts.flatMap(wordsFor),
    ...["--chdir", cwd],
  ];
}

/**
 * For a world that holds another one: who is root here may not be root in a second namespace (user_namespaces(7), "CAP_SETFCAP"),
 * so nobody is in the first, and who it is in the second.
 */
const NOBODY = "65534";
export const OUTER: readonly string[] = ["--uid", NOBODY, "--gid", NOBODY];

/** A world within: no more rights, and the filter. A namespace of its own keeps it from reaching into what stands beside it. */
export function innerWorld(cwd: string): readonly string[] {
  const user = ["--uid", `${process.getuid?.() ?? NOBODY}`, "--gid", `${process.getgid?.() ?? NOBODY}`];
  return ["--unshare-user", ...user, "--cap-drop", "ALL", "--die-with-parent", "--dev-bind", "/", "/", "--chdir", cwd];
}

/** For the command itself: its environment, the filter, and where its end is told, which isn't told of a command that never began. */
export function lastWords(env: Env): readonly string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]);
  return [...variables, "--seccomp", FD.filter, "--json-status-fd", FD.status];
}

export const piped = (words: readonly string[]): Buffer => Buffer.from(words.map((word) => `${word}\0`).join(""));

/** /dev/null on a mount without devices can't be opened: reading it is refused, where an empty file would be a lie. */
function wordsFor({ path, kind }: Mount): readonly string[] {
  switch (kind) {
    case "writable":
      return ["--bind", path, path];
    case "shown":
    case "frozen":
    case "readonly":
      return ["--ro-bind", path, path];
    case "fresh":
      return ["--perms", "1777", "--tmpfs", path];
    case "absent":
      return ["--perms", "0755", "--tmpfs", path, "--remount-ro", path];
    case "hidden file":
      return ["--ro-bind", "/dev/null", path];
    case "hidden folder":
      return ["--perms", "0000", "--tmpfs", path, "--remount-ro", path];
  }
}
