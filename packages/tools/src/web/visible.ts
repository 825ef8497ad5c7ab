/** Takes out of a text what no reader sees but a model does: tags, marks of direction, signs of no width. */

/** Tag characters, and the selectors that can spell out bytes. */
const SMUGGLING = /[\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0e]|\ufe0f{2,}/gu;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const WIDTHLESS =
  /[\u00ad\u115f\u1160\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]/g;
/** Joiners mean something between letters that join, and in faces; nowhere else, and never in rows. */
const JOINERS = /(?<![^\u0000-\u02ff\u2000-\u206f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\u0000-\u02ff\u2000-\u206f]|$)|[\u200c\u200d]{2,}/g;

export function visible(text: string): string {
  return text.replace(SMUGGLING, "").replace(DIRECTION, "").replace(WIDTHLESS, "").replace(JOINERS, "");
}
