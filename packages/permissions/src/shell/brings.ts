// What comes along with folders that are copied or moved: does it hold for any of it, at its new place?
import { tidy } from "../path/links.ts";
import type { Scene } from "../scene.ts";
import type { Place } from "./touch.ts";

/** `is`: of an absolute path in normal form. Undefined: that can't be told. */
export async function bringsSome(
  brings: readonly Place[],
  into: string,
  is: (path: string) => boolean,
  scene: Scene,
): Promise<boolean | undefined> {
  let known = true;
  for (const { paths, unknown } of brings) {
    known &&= !unknown;
    for (const path of paths) {
      const found = await scene.someBeneath(path, (rest) => is(tidy(into) + rest));
      if (found) return true;
      known &&= found === false;
    }
  }
  return known ? false : undefined;
}
