// Commands that print what they read, with all options that change nothing. An option that isn't here is asked about.
import type { Spec } from "./flags.ts";

const SUMS: Spec = {
  short: "bctwzq",
  long: "binary check tag text zero ignore-missing quiet status strict warn",
  operands: "files",
  safe: true,
};
const GREP: Spec = {
  short: "EFGPivwxyzcLloqsbHhnTUaIrRZ0",
  valued: "efmABCdD",
  long:
    "extended-regexp fixed-strings basic-regexp perl-regexp ignore-case no-ignore-case invert-match word-regexp line-regexp null-data count color? colour? " +
    "files-without-match files-with-matches only-matching quiet silent no-messages byte-offset with-filename no-filename line-number initial-tab null " +
    "binary text recursive dereference-recursive line-buffered regexp= file= max-count= after-context= before-context= context= binary-files= devices= " +
    "directories= exclude= exclude-from= exclude-dir= include= label=",
  files: "f file exclude-from",
  digits: true,
  operands: "text then files",
  safe: true,
  walks: ["r", "R", "recursive", "dereference-recursive"],
};

export const TEXT: Readonly<Record<string, Spec>> = {
  cat: {
    short: "AbeEnstTuv",
    long: "show-all number-nonblank show-ends number squeeze-blank show-tabs show-nonprinting",
    operands: "files",
    safe: true,
  },
  tac: { short: "br", valued: "s", long: "before regex separator=", operands: "files", safe: true },
  rev: { operands: "files", safe: true },
  nl: {
    short: "p",
    valued: "bdfhilnsvw",
    long: "body-numbering= section-delimiter= footer-numbering= header-numbering= line-increment= join-blank-lines= number-format= no-renumber number-separator= starting-line-number= number-width=",
    operands: "files",
    safe: true,
  },
  head: {
    short: "qvz",
    valued: "cn",
    long: "bytes= lines= quiet silent verbose zero-terminated",
    digits: true,
    operands: "files",
    safe: true,
  },
  tail: {
    short: "fFqvzr",
    valued: "cns",
    long: "bytes= lines= follow? retry max-unchanged-stats= pid= quiet silent sleep-interval= verbose zero-terminated",
    digits: true,
    operands: "files",
    safe: true,
  },
  wc: { short: "cmlLw", long: "bytes chars lines max-line-length words total=", operands: "files", safe: true },
  cut: {
    short: "nsz",
    valued: "bcdf",
    long: "bytes= characters= delimiter= fields= complement only-delimited output-delimiter= zero-terminated",
    operands: "files",
    safe: true,
  },
  paste: { short: "sz", valued: "d", long: "delimiters= serial zero-terminated", operands: "files", safe: true },
  fold: { short: "bs", valued: "w", long: "bytes spaces width=", digits: true, operands: "files", safe: true },
  fmt: {
    short: "cstu",
    valued: "wpg",
    long: "crown-margin prefix= split-only tagged-paragraph uniform-spacing width= goal=",
    digits: true,
    operands: "files",
    safe: true,
  },
  expand: { short: "i", valued: "t", long: "initial tabs=", operands: "files", safe: true },
  unexpand: { short: "a", valued: "t", long: "all first-only tabs=", operands: "files", safe: true },
  join: {
    short: "iz",
    valued: "aejotv12",
    long: "ignore-case header check-order nocheck-order zero-terminated",
    operands: "files",
    safe: true,
  },
  comm: { short: "123z", long: "check-order nocheck-order output-delimiter= total zero-terminated", operands: "files", safe: true },
  cmp: { short: "bls", valued: "in", long: "print-bytes ignore-initial= verbose bytes= quiet silent", operands: "files", safe: true },
  diff: {
    short: "qsceunyraNibwBEZtTdpl",
    valued: "UCWILFxX",
    long:
      "normal brief report-identical-files context? unified? ed rcs side-by-side width= left-column suppress-common-lines show-c-function show-function-line= " +
      "expand-tabs initial-tab recursive no-dereference new-file unidirectional-new-file ignore-file-name-case exclude= ignore-case ignore-tab-expansion " +
      "ignore-trailing-space ignore-space-change ignore-all-space ignore-blank-lines ignore-matching-lines= text strip-trailing-cr minimal horizon-lines= " +
      "speed-large-files color? label= tabsize= starting-file= exclude-from=",
    files: "X exclude-from",
    digits: true,
    operands: "files",
    safe: true,
    walks: ["r", "recursive"],
  },
  tr: { short: "cCdst", long: "complement delete squeeze-repeats truncate-set1", operands: "text", most: 2 },
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  zgrep: GREP,
  rg: {
    short: "0aceFiIHhlLnNopPqsSuUvwx.",
    valued: "ABCegmtTMjrfE",
    long:
      "after-context= before-context= context= count count-matches case-sensitive ignore-case smart-case fixed-strings word-regexp line-regexp invert-match " +
      "files files-with-matches files-without-match glob= iglob= type= type-not= type-list regexp= file= max-count= max-depth= maxdepth= max-filesize= max-columns= " +
      "hidden no-hidden no-ignore no-ignore-vcs follow line-number no-line-number column no-heading heading with-filename no-filename only-matching passthru " +
      "replace= multiline multiline-dotall pcre2 json stats sort= sortr= threads= color= colors= null text trim unrestricted quiet vimgrep no-messages no-config " +
      "one-file-system encoding= pretty byte-offset debug crlf null-data version help",
    files: "f file",
    operands: "text then files",
    walks: true,
  },
  sort: {
    short: "bdfghiMnRrVcCmsuz",
    valued: "ktSjoT",
    writes: "o output T temporary-directory",
    long:
      "ignore-leading-blanks dictionary-order ignore-case general-numeric-sort ignore-nonprinting month-sort human-numeric-sort numeric-sort random-sort reverse " +
      "version-sort check? debug key= merge stable buffer-size= field-separator= parallel= unique zero-terminated sort= output= temporary-directory=",
    operands: "files",
  },
  uniq: {
    short: "cdDiuz",
    valued: "fsw",
    long: "count repeated all-repeated? skip-fields= group? ignore-case skip-chars= unique zero-terminated check-chars=",
    operands: "files",
    most: 1,
  },
  column: {
    short: "txeJ",
    valued: "csNoRHTlnEW",
    long: "table fillrows separator= output-separator= table-columns= json columns= table-right=",
    operands: "files",
    safe: true,
  },
  strings: {
    short: "afowd",
    valued: "ntes",
    long: "all print-file-name bytes= radix= encoding= data",
    digits: true,
    operands: "files",
    safe: true,
  },
  od: {
    short: "abcdfilosxvh",
    valued: "AjNStw",
    long: "address-radix= skip-bytes= read-bytes= strings? format= output-duplicates width? endian=",
    operands: "files",
    safe: true,
  },
  hexdump: { short: "bcCdovx", valued: "ens", long: "canonical length= skip= no-squeezing", operands: "files", safe: true },
  xxd: { short: "abeipu", valued: "clgos", operands: "files", most: 1, whole: "ps" },
  md5sum: SUMS,
  sha1sum: SUMS,
  sha224sum: SUMS,
  sha256sum: SUMS,
  sha384sum: SUMS,
  sha512sum: SUMS,
  b2sum: SUMS,
  cksum: { operands: "files", safe: true },
  sum: { short: "rs", operands: "files", safe: true },
  shasum: { short: "bct", valued: "a", operands: "files", safe: true },
  base64: { short: "di", valued: "w", long: "decode ignore-garbage wrap=", operands: "files", most: 1, safe: true },
  base32: { short: "di", valued: "w", long: "decode ignore-garbage wrap=", operands: "files", most: 1, safe: true },
  zcat: { short: "fv", operands: "files", safe: true },
};
