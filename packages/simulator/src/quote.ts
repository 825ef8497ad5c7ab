const ROOM = 200;

/** Somebody else's text inside a message: quoted, on one line, and not endless. */
export function quote(text: string): string {
  return JSON.stringify(text.length > ROOM ? `${text.slice(0, ROOM)}…` : text);
}
