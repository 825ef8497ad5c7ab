/** Names from other people's files, fit to be shown: quoted, without control characters, never long. */
import { nearest } from "@keelson/protocol";

const SHOWN = 60;

export function quote(name: string): string {
  const short = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name;
  return JSON.stringify(short).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?"); // JSON leaves these as they are; terminals obey them
}

/** ` (did you mean …?)`, or the whole choice when nothing is near. */
export function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant ? `did you mean ${quote(meant)}?` : `known are ${known.map(quote).join(", ")}.`;
}
