import { holds, type Row } from "./row.ts";
import { show, targetOf } from "./table.ts";

const LINE = 26;
const TOP = 64;
const BARS = { left: 430, width: 300 };
const WIDTH = BARS.left + BARS.width + 170;
/** Twice the target is where a bar ends that would be longer. */
const MOST = 2;

/** The rows as an SVG: a bar for each, as long as its value is to its target. All bars should end before the line. The same rows give the same bytes. */
export function picture(rows: readonly Row[], caption: string): string {
  const height = TOP + rows.length * LINE + 16;
  const target = BARS.left + BARS.width / MOST;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="16" y="24" font-size="15" font-weight="600">What keelson costs, against its targets</text>
<text x="16" y="44" fill="#555">${escape(caption)}</text>
${rows.map((row, at) => bar(row, TOP + at * LINE)).join("\n")}
<line x1="${target}" x2="${target}" y1="${TOP - 6}" y2="${height - 14}" stroke="#000" stroke-dasharray="4 3"/>
<text x="${target}" y="${TOP - 10}" text-anchor="middle" fill="#555">target</text>
</svg>
`;
}

function bar(row: Row, y: number): string {
  const { name, value, unit, target } = row;
  const share = "atMost" in target ? value / target.atMost : target.atLeast / value;
  const width = Math.max(1, Math.round((Math.min(share, MOST) / MOST) * BARS.width));
  const said = `${show(value)} ${unit} (${targetOf(row)})`;
  return `<text x="${BARS.left - 12}" y="${y + 15}" text-anchor="end">${escape(name)}</text>
<rect x="${BARS.left}" y="${y + 3}" width="${width}" height="16" fill="${holds(row) ? "#3a7d5c" : "#b5523b"}"/>
<text x="${BARS.left + BARS.width + 12}" y="${y + 15}">${escape(said)}</text>`;
}

const escape = (words: string): string => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
