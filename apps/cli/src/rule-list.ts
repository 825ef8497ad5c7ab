/** Splits a list of rules at commas and spaces; those inside parentheses belong to a rule: `Bash(git log:*), Read` is two. */
export function splitRules(list: string): readonly string[] {
  const rules: string[] = [];
  let depth = 0;
  let rule = "";
  for (const letter of list) {
    if (letter === "(") depth++;
    if (letter === ")" && depth > 0) depth--;
    if (depth === 0 && /[,\s]/.test(letter)) {
      rules.push(rule);
      rule = "";
    } else rule += letter;
  }
  return [...rules, rule].filter((each) => each !== "");
}

/** True when a word after `--allowedTools Read` goes on with the list; else it is the prompt. Names of tools begin with a capital, or are of a server or plugin. */
export function looksLikeRules(word: string): boolean {
  const rules = splitRules(word);
  return rules.length > 0 && rules.every((rule) => /^(?:[A-Z]\w*|\w+__[\w*-]*|\*)(?:\([^]*\))?$/.test(rule));
}
