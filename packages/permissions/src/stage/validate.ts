// Effects that can't be judged as they are stated are denied before any rule is looked at.
import { posix } from "node:path";
import type { Asked, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { isShare, ofWindows } from "../path/canonical.ts";
import { hostOf } from "../rule/domain.ts";

export function validate(asked: Asked, windows = false): Opinion | undefined {
  for (const effect of asked.call.effects) {
    const path = "path" in effect ? effect.path : "cwd" in effect ? effect.cwd : undefined;
    const text = "text" in effect ? effect.text : "";
    if ([path, text].some((one) => one?.includes("\0"))) return say("deny", "A path or command holds a NUL byte. Send it without.");
    if (effect.do === "connect" && hostOf(effect.url) === undefined)
      return say("deny", `${asked.tool} stated an address that isn't one of the web: ${effect.url.slice(0, 200)}`);
    if (path === undefined || (windows && isShare(path))) continue; // a share is asked about: where it leads can't be told
    const plain = windows ? ofWindows(path) : path;
    if (plain === undefined)
      return say("deny", `${path} is a device, a stream or a name that Windows takes for another. Name the file plainly.`);
    if (!posix.isAbsolute(plain)) return say("deny", `${asked.tool} stated a path that isn't absolute: ${path}`);
  }
  return undefined;
}
