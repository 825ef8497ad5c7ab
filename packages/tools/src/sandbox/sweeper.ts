/** Takes away what a sandbox has put on the disk when keelson itself is killed and can't: a shell that waits for the end of its stdin. */
import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * A word means that all is well. Without one the sandbox is dying too: it must be dead before its places are free again.
 * A file after `=` goes with the last one who has left the folder before it, and stays where something was written into it.
 */
const SCRIPT = `read -r _ && exit; sleep 1
for one do case $one in
  */) rmdir -- "$one"; left=$?;;
  =*) [ $left = 0 ] && [ "$(wc -c <"\${one#=}")" -le 2 ] && rm -f -- "\${one#=}";;
  *) rm -f -- "$one";;
esac; done`;

/** `remains`: files, also after a folder and `=`, and folders, which end with a slash. Returns what ends it. */
export function watchOver(remains: readonly string[]): () => void {
  if (remains.length === 0) return () => {};
  const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", ...remains], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => {}); // then what is left is taken away by the next sandbox at this place
  child.stdin.on("error", () => {});
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return () => child.stdin.end("done\n");
}
