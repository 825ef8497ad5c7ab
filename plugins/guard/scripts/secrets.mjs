// Finds secrets in a text, by their form or by their name and randomness. Rule: a false alarm costs more trust than it saves;
// in doubt it is none.

/** `of`: which group is the secret, where the rest is around it. `strict`: a false alarm in tests and docs. */
const KINDS = [
  { name: "an AWS access key", form: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { name: "a GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/g },
  { name: "a GitLab token", form: /\bglpat-[\w-]{20,}/g },
  { name: "a Slack token", form: /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/g },
  { name: "a Slack webhook", form: /https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/([A-Za-z0-9]{20,})/g, of: 1 },
  { name: "a Stripe key", form: /\b[rs]k_live_[A-Za-z0-9]{20,}/g },
  { name: "a Google API key", form: /\bAIza[\w-]{35}(?![\w-])/g },
  { name: "a Google OAuth secret", form: /\bGOCSPX-[\w-]{28}/g },
  { name: "an Anthropic key", form: /\bsk-ant-[a-z]{3,8}\d\d-[\w-]{60,}/g },
  { name: "an OpenAI key", form: /\bsk-(?:proj|svcacct|admin)-[\w-]{40,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}/g },
  { name: "an npm token", form: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: "a PyPI token", form: /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/g },
  { name: "a Hugging Face token", form: /\bhf_[A-Za-z0-9]{34,}\b/g },
  { name: "a SendGrid key", form: /\bSG\.[\w-]{22}\.[\w-]{43}/g },
  { name: "a DigitalOcean token", form: /\bdo[opr]_v1_[a-f0-9]{64}\b/g },
  { name: "a private key", form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|["'+,])*([A-Za-z0-9+/]{40,})/g, of: 1 },
  { name: "a signed token", form: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.([\w-]{20,})/g, of: 1, strict: true },
  {
    name: "a password in an address",
    form: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"`<>{}$]{1,80}:([^\s:@/'"`<>{}$]{8,100})@(?!(?:localhost|127\.0\.0\.1|0\.0\.0\.0|db|postgres|mysql|redis|mongo)(?![\w.-])|(?:[\w-]+\.)*example\.)/gi,
    of: 1,
    strict: true,
  },
  {
    name: "a value that is called a secret",
    form: /(?:passw(?:or)?d|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|credential)s?["']?\s*(?:=>|:=|[:=])\s*["'`]([^\s"'`]{16,200})["'`]/gi,
    of: 1,
    strict: true,
    random: true,
  },
  {
    name: "a value that is called a secret",
    form: /^\s*(?:export\s+)?[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]*=([^\s"'`$#]{16,200})\s*$/gm,
    of: 1,
    strict: true,
    random: true,
  },
];

const PLACEHOLDER =
  /example|sample|dummy|placeholder|change[-_]?me|your[-_]?|fake|mock|redacted|xxxx|\.\.\.|\*{3}|<.*>|\$\{|\{\{|%\w+%|0{8}|1234567|abcdefg|password|process\.env/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What its value is a name of: a path, an address, a member of something, words with dashes. */
const NAME = /^(?:[./~]|[a-z]+:\/\/|(?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*[([]?|[a-z]+(?:[-_./:][a-z]+)+$)/;
/** Where people show how things look. */
const SHOWS =
  /(?:^|[/\\._-])(?:tests?|specs?|fixtures?|mocks?|__\w+__|examples?|samples?|docs?|testdata|snap)(?=[/\\._-])|\.(?:md|mdx|rst|adoc|txt|snap)$/i;
/** Files that are made to hold secrets, and not to be committed. */
const HOLDS = /(?:^|[/\\])\.env(?:\.(?!example$|sample$|template$|dist$)[\w-]+)?$/;
export const NEVER_COMMITTED =
  /(?:^|\/)(?:\.env(?:\.local|\.production|\.prod)?|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:p12|pfx|jks|keystore))$/;

const MOST_LOOKED_AT = 2 * 1024 * 1024; // characters
const ENOUGH = 20;

export const holdsSecrets = (file) => HOLDS.test(file);

/** `known`: what stood there before; a secret in it is no news. Lines count from 1. */
export function secretsIn(text, { file = "", known = "" } = {}) {
  const looked = text.slice(0, MOST_LOOKED_AT);
  const shows = SHOWS.test(file);
  const found = [];
  for (const { name, form, of = 0, strict = false, random = false } of KINDS) {
    if (strict && shows) continue;
    for (const match of looked.matchAll(form)) {
      const secret = match[of] ?? "";
      const isNone = PLACEHOLDER.test(secret) || /EXAMPLE/.test(match[0]) || bitsOf(secret) < (strict ? 3.2 : 2.5);
      if (isNone || (random && !looksRandom(secret)) || known.includes(secret)) continue;
      if (found.some((one) => one.secret.includes(secret) || secret.includes(one.secret))) continue;
      found.push({ name, secret, line: looked.slice(0, match.index).split("\n").length });
      if (found.length === ENOUGH) return found;
    }
  }
  return found;
}

/** Enough to find it, too little to use it. */
export const tell = ({ name, secret }) => `${name} (${secret.slice(0, 4)}…, ${secret.length} characters)`;

function looksRandom(value) {
  return /[a-z]/i.test(value) && /\d/.test(value) && !UUID.test(value) && !NAME.test(value) && !/[(){};,]/.test(value);
}

/** Shannon's entropy, in bits a character: words have 2 to 3, random letters and digits over 3.3. */
function bitsOf(value) {
  const counts = new Map();
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  const size = [...value].length;
  return [...counts.values()].reduce((bits, count) => bits - (count / size) * Math.log2(count / size), 0);
}
