/** Hides what looks like a secret in text that is about to leave the machine. By shape first; then long words without a pattern, by their entropy. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-(?:ant-|proj-|live-)?[A-Za-z0-9_-]{16,}/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b/g,
  /\bgl(?:pat|ptt|soat|rt|cbt|dt|oas|ft|imt|agent|ffct)-[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
];
/** The name stays, its value doesn't. */
const NAMED =
  /(\b[\w-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|authorization)\b["']?\s*[:=]\s*(?:Bearer\s+)?["']?)([^\s"',;]{8,})/gi;
const LOGIN = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)([^\s@/]+)(@)/gi;
const LONG_WORD = /[A-Za-z0-9+/_=-]{32,}/g;
const HIDDEN = "[hidden]";
const RANDOM_BITS = 4.5; // a character; English and paths stay below, base64 of random bytes is near 5.5

export function redact(text: string): string {
  const shaped = SHAPES.reduce((words, shape) => words.replaceAll(shape, HIDDEN), text);
  const named = shaped.replaceAll(NAMED, `$1${HIDDEN}`).replaceAll(LOGIN, `$1${HIDDEN}$3`);
  return named.replaceAll(LONG_WORD, (word) => (isRandom(word) ? HIDDEN : word));
}

/** Hashes in hex are no secrets: 16 letters carry 4 bits at most. */
function isRandom(word: string): boolean {
  if (word.includes("/") && word.split("/").length > 3) return false; // a path
  return /[0-9]/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && entropy(word) >= RANDOM_BITS;
}

/** Shannon's, in bits a character. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / word.length) * Math.log2(count / word.length), 0);
}
