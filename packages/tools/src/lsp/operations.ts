/** What can be asked of a language server, and how LSP 3.17 calls it. */
export const OPERATIONS = [
  "goToDefinition",
  "findReferences",
  "hover",
  "documentSymbol",
  "workspaceSymbol",
  "goToImplementation",
  "prepareCallHierarchy",
  "incomingCalls",
  "outgoingCalls",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** About a place in the file. */
export const PLACED: readonly Operation[] = OPERATIONS.filter((one) => one !== "documentSymbol" && one !== "workspaceSymbol");

export const METHODS: Readonly<Record<Operation, string>> = {
  goToDefinition: "textDocument/definition",
  findReferences: "textDocument/references",
  hover: "textDocument/hover",
  documentSymbol: "textDocument/documentSymbol",
  workspaceSymbol: "workspace/symbol",
  goToImplementation: "textDocument/implementation",
  prepareCallHierarchy: "textDocument/prepareCallHierarchy",
  incomingCalls: "callHierarchy/incomingCalls",
  outgoingCalls: "callHierarchy/outgoingCalls",
};
