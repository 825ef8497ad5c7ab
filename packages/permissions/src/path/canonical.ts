// One spelling of a path that somebody wrote: tilde, `$HOME`, `$PWD` and `file://` taken for what they mean, on Windows drive letters and both slashes.
// A form that a disk takes for another file than it shows (streams, devices, shares, trailing dots) is refused.
import { posix } from "node:path";

export type Written = { readonly cwd: string; readonly home: string; readonly windows?: boolean };
export type Canonical = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly why: string };

const no = (why: string): Canonical => ({ ok: false, why });

/** Absolute, with forward slashes, in composed letters; `..` as it stands, because a link may stand before it. */
export function canonicalise(text: string, { cwd, home, windows = false }: Written): Canonical {
  if (text.includes("\0")) return no("it holds a NUL byte");
  const local = text.replace(/^file:\/\/(?:localhost)?(?=\/)/, "");
  const meant = local.replace(/^~(?=\/|$)|^\$(?:HOME|\{HOME\})(?=\/|$)/, () => home).replace(/^\$(?:PWD|\{PWD\})(?=\/|$)/, () => cwd);
  const path = windows ? ofWindows(meant) : meant;
  if (path === undefined) return no("it is a share, a device, a stream or a name that Windows shortens");
  return { ok: true, path: (posix.isAbsolute(path) ? path : `${cwd}/${path}`).normalize("NFC").replaceAll(/\/{2,}/g, "/") };
}

/** A path of another machine: `\\server\share`. */
export const isShare = (text: string): boolean => /^[\\/]{2}[^\\/?.]/.test(text);

/** `C:\a` is `/c/a`. Undefined: a form that may lead elsewhere. */
export function ofWindows(text: string): string | undefined {
  const path = text.replaceAll("\\", "/");
  if (/^\/\/|^\/?\?\?\//.test(path)) return undefined;
  const [, drive, rest = path] = /^([A-Za-z]):(\/.*|)$/s.exec(path) ?? [];
  const names = rest.split("/");
  const odd = names.some(
    (name) =>
      name.includes(":") ||
      /[^.][. ]$/.test(name) ||
      /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i.test(name) ||
      /~\d/.test(name),
  );
  if (odd) return undefined;
  return drive === undefined ? path : `/${drive.toLowerCase()}${rest === "" ? "/" : rest}`;
}
