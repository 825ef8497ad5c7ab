/** What plugins declare to run beside a session. An entry of its own: nobody loads it before something is declared and needed. */
export { tellLines } from "./background/lines.ts";
export { SEVERITIES, type Diagnostic } from "./lsp/diagnostics.ts";
export { openLanguageServers, type LanguageServers } from "./lsp/language-servers.ts";
export { readSpec, type ServerSpec, type SpecPlace } from "./lsp/spec.ts";
