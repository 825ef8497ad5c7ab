/** `/reload`: what is another than in the model's prompt, and what it costs to say that afresh. */
import { lineOf, type Session } from "@keelson/harness";
import { changeLine } from "./change-line.ts";
import { visible } from "./clean.ts";

const MOST_PROBLEMS = 5;

export async function reloadLines(session: Pick<Session, "reload">, words: string): Promise<string> {
  const asked = words.trim();
  if (asked !== "" && asked !== "now")
    return `/reload shows what changed, /reload now has the model's prompt say it. There is no /reload ${visible(asked)}.`;
  const { problems, forecast, ...change } = await session.reload(asked === "now");
  const said = changeLine(change);
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more: keel plugin validate`] : [];
  return [
    said === "" ? "The model's prompt says all that there is." : said,
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => visible(lineOf(problem))),
    ...more,
    ...(said === "" ? [] : [costOf(asked === "now", forecast)]),
  ].join("\n");
}

function costOf(now: boolean, forecast: Awaited<ReturnType<Session["reload"]>>["forecast"]): string {
  if (now || !forecast) return "The next request says it in the model's prompt.";
  const { tokens, usd } = forecast;
  const dollars = usd === undefined ? "" : `, about $${usd.toFixed(usd < 0.1 ? 3 : 2)} more than from the cache`;
  return `The model hears of it with its next turn. Said in its prompt, it would cost ${tokens.toLocaleString("en")} tokens sent anew${dollars}: /reload now.`;
}
