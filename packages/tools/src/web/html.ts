/**
 * HTML as markdown: what a reader would see of it. Rule: scripts, comments and what is hidden are gone, images are their description,
 * and a link is a whole web address or only its words. Memory and time are bounded by the length of the page.
 */
import { Parser } from "htmlparser2";

/** Gone with all that is in them. */
const UNSEEN = new Set(
  "audio canvas datalist dialog embed head iframe map math meter noscript object option progress script select style svg template textarea title video".split(
    " ",
  ),
);
/** Begin a line of their own. */
const BLOCKS = new Set(
  "address article aside body caption center dd details div dl dt fieldset figcaption figure footer form header hgroup hr html legend main nav ol optgroup p search section summary table tbody tfoot thead ul".split(
    " ",
  ),
);
const HIDING =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)|font-size\s*:\s*0(?![.\d]*[1-9]))/i;
const DEEPEST = 32; // frames within each other: each is read once more when it closes
const MOST_OPEN = 1_000; // elements within each other: no page has more, and the parser slows down with each
const PIECE = 16_384; // characters
const LONGEST_LINK = 1_000; // characters

type Attributes = Readonly<Record<string, string>>;
/** What stands in an element whose words change when it ends. `item`: of a list, its number; of a row, how many heads it has. */
type Frame = { readonly name: string; readonly attributes: Attributes; readonly parts: string[]; item: number };
type Close = (inner: string, frame: Frame, base: string) => string;

const line = (words: string): string => words.replaceAll(/\s+/g, " ").trim();
const heading =
  (marks: string): Close =>
  (inner) =>
    line(inner) === "" ? "" : `\n\n${marks} ${line(inner)}\n\n`;
const cell: Close = (inner) => ` ${line(inner).replaceAll("|", "\\|")} |`;

const FRAMES: Readonly<Record<string, Close>> = {
  h1: heading("#"),
  h2: heading("##"),
  h3: heading("###"),
  h4: heading("####"),
  h5: heading("#####"),
  h6: heading("######"),
  a: (inner, { attributes }, base) => link(inner, attributes["href"], base),
  code: (inner) => (inner.trim() === "" ? "" : `\`${line(inner)}\``),
  blockquote: (inner) => (inner.trim() === "" ? "" : `\n\n${tidy(inner).replaceAll(/^/gm, "> ")}\n\n`),
  pre: (inner) => (inner.trim() === "" ? "" : fenced(inner.replace(/^\n/, "").trimEnd())),
  li: (inner, { item }) =>
    inner.trim() === "" ? "" : `\n${item === 0 ? "-" : `${item}.`} ${tidy(inner).replaceAll(/\n(?=[^\n])/g, "\n  ")}`,
  td: cell,
  th: cell,
  tr: (inner, { item }) =>
    inner.trim() === "" ? "" : `\n|${inner.replaceAll("\n", " ")}${item === 0 ? "" : `\n|${" --- |".repeat(item)}`}`,
};

/** `base`: what its links are relative to. */
export function markdownOf(html: string, base: string): string {
  const page = new Page(base);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => page.open(name, attributes),
      ontext: (words) => page.say(words),
      onclosetag: (name) => page.close(name),
    },
    { decodeEntities: true },
  );
  for (let at = 0; at < html.length && page.depth < MOST_OPEN; at += PIECE) parser.write(html.slice(at, at + PIECE));
  parser.end();
  return page.whole();
}

class Page {
  readonly #base: string;
  readonly #root: Frame = { name: "", attributes: {}, parts: [], item: 0 };
  readonly #frames: Frame[] = [];
  /** Elements that are open. */
  depth = 0;
  /** Of the lists that are open: the number of the next item, 0 for none. */
  readonly #lists: number[] = [];
  /** Elements that are open beneath one that nobody sees, itself included. */
  #unseen = 0;
  #title: string | undefined;
  #inTitle = false;

  constructor(base: string) {
    this.#base = base;
  }

  open(name: string, attributes: Attributes): void {
    this.depth++;
    if (name === "title") this.#inTitle = this.#title === undefined;
    if (this.#unseen > 0 || UNSEEN.has(name) || isHidden(attributes)) return void this.#unseen++;
    if (name === "ol" || name === "ul") this.#lists.push(name === "ol" ? Number.parseInt(attributes["start"] ?? "1", 10) || 1 : 0);
    if (name === "br") this.#put("\n");
    else if (name === "hr") this.#put("\n\n---\n\n");
    else if (name === "img") this.say(attributes["alt"] ? `[image: ${line(attributes["alt"])}]` : "");
    else if (this.#isFrame(name)) this.#frames.push({ name, attributes, parts: [], item: name === "li" ? this.#nextItem() : 0 });
    else if (BLOCKS.has(name)) this.#put(this.#gap(name));
  }

  say(words: string): void {
    if (this.#inTitle) this.#title = (this.#title ?? "") + words;
    if (this.#unseen > 0) return;
    if (this.#inPre()) return this.#put(words);
    const read = words.replaceAll(/\s+/g, " ");
    const before = this.#top().parts.at(-1)?.at(-1) ?? "\n";
    this.#put(before === "\n" || before === " " ? read.trimStart() : read);
  }

  close(name: string): void {
    this.depth--;
    if (name === "title") this.#inTitle = false;
    if (this.#unseen > 0) return void this.#unseen--;
    const frame = this.#top();
    const close = FRAMES[name];
    if (frame.name === name && close) {
      this.#frames.pop();
      const inner = frame.parts.join("");
      if (name === "th") this.#top().item++;
      // Within code that stands in lines of its own there is nothing to mark.
      this.#put(name === "code" && this.#inPre() ? inner : close(inner, frame, this.#base));
    } else if (BLOCKS.has(name)) this.#put(this.#gap(name));
    if (name === "ol" || name === "ul") this.#lists.pop();
  }

  whole(): string {
    const title = line(this.#title ?? "");
    const text = tidy(this.#root.parts.join(""));
    return title === "" || text.startsWith(`# ${title}`) ? text : `# ${title}\n\n${text}`.trim();
  }

  #top(): Frame {
    return this.#frames.at(-1) ?? this.#root;
  }

  #put(words: string): void {
    if (words === "") return;
    const { parts } = this.#top();
    const last = parts.at(-1);
    if (words.startsWith("\n") && last?.endsWith(" ") && !this.#inPre()) parts[parts.length - 1] = last.slice(0, -1);
    parts.push(words);
  }

  /** A list within another stands right below its item. */
  #gap(name: string): string {
    return (name === "ul" || name === "ol") && this.#lists.length > 1 ? "\n" : "\n\n";
  }

  #isFrame(name: string): boolean {
    return Object.hasOwn(FRAMES, name) && this.#frames.length < DEEPEST;
  }

  #inPre(): boolean {
    return this.#frames.some((frame) => frame.name === "pre");
  }

  #nextItem(): number {
    const number = this.#lists.at(-1) ?? 0;
    if (number > 0) this.#lists[this.#lists.length - 1] = number + 1;
    return number;
  }
}

/** `until-found` is seen by whoever searches for it. */
function isHidden({ hidden, style }: Attributes): boolean {
  return (hidden !== undefined && hidden !== "until-found") || (style !== undefined && HIDING.test(style));
}

function link(inner: string, href: string | undefined, base: string): string {
  const words = line(inner);
  const url = href === undefined || href.startsWith("#") ? null : URL.parse(href.trim(), base);
  if (words === "" || !url || !/^(?:https?|mailto):$/.test(url.protocol) || url.href.length > LONGEST_LINK)
    return words === "" ? "" : inner;
  return `[${words}](${url.href.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

/** Its fence is longer than any within. */
function fenced(code: string): string {
  let fence = "```";
  for (const [ticks] of code.matchAll(/`{3,}/g)) if (ticks.length >= fence.length) fence = `${ticks}\``;
  return `\n\n${fence}\n${code}\n${fence}\n\n`;
}

/** At most one empty line in a row, and none with spaces alone; code keeps its own. */
function tidy(text: string): string {
  let fence: string | undefined;
  let empty = 0;
  const kept: string[] = [];
  for (const one of text.split("\n")) {
    const bare = one.replace(/^[>\s]+/, "");
    if (/^`{3,}$/.test(bare)) fence = fence === undefined ? bare : fence === bare ? undefined : fence;
    const words = fence === undefined ? one.trimEnd() : one;
    empty = words === "" && fence === undefined ? empty + 1 : 0;
    if (empty < 2) kept.push(words);
  }
  return kept.join("\n").trim();
}
