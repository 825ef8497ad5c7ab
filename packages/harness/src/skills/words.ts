/** Arguments as they were typed, cut into words as a shell does. Rule: quotes and backslashes bind; one that isn't closed ends with the text. */
export function splitWords(typed: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < typed.length; at += 1) {
    const letter = typed[at] ?? "";
    if (letter === "\\" && quote !== "'" && at + 1 < typed.length) word = (word ?? "") + (typed[(at += 1)] ?? "");
    else if (quote !== "") {
      if (letter === quote) quote = "";
      else word = (word ?? "") + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  return word === undefined ? words : [...words, word];
}
