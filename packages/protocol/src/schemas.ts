/** The edge: what others write and we read. Loose about keys that aren't ours. The root entry doesn't import this file. */
import { z } from "zod";

const texts = z.array(z.string()).optional();
const rules = z.array(z.union([z.string(), z.strictObject({ rule: z.string(), match: texts, notMatch: texts })]));
const truth = z.boolean().optional();
const word = z.string().optional();
const map = z.record(z.string(), z.json()).optional();
const list = z.array(z.json()).optional();

const sandbox = z.looseObject({
  enabled: truth,
  failIfUnavailable: truth,
  autoAllowBashIfSandboxed: truth,
  excludedCommands: texts,
  allowUnsandboxedCommands: truth,
  filesystem: z
    .looseObject({
      allowWrite: texts,
      denyWrite: texts,
      allowRead: texts,
      denyRead: texts,
      allowManagedReadPathsOnly: truth,
      disabled: truth,
    })
    .optional(),
  network: z
    .looseObject({
      allowedDomains: texts,
      deniedDomains: texts,
      strictAllowlist: truth,
      allowManagedDomainsOnly: truth,
      allowUnixSockets: texts,
      allowAllUnixSockets: truth,
      allowLocalBinding: truth,
      allowMachLookup: texts,
      httpProxyPort: z.int().positive().optional(),
      socksProxyPort: z.int().positive().optional(),
      tlsTerminate: z.json().optional(),
    })
    .optional(),
  credentials: map,
  ignoreViolations: map,
  enableWeakerNestedSandbox: truth,
  enableWeakerNetworkIsolation: truth,
  allowAppleEvents: truth,
  ripgrep: z.looseObject({ command: word, args: texts }).optional(),
  bwrapPath: word,
  socatPath: word,
});

/** A settings file. Unknown keys are kept: other programs read the same file. */
export const settingsSchema = z.looseObject({
  model: z.string().min(1).optional(),
  fallbackModel: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  env: z.record(z.string(), z.string()).optional(),
  permissions: z
    .looseObject({
      allow: rules.optional(),
      ask: rules.optional(),
      deny: rules.optional(),
      additionalDirectories: z.array(z.string()).optional(),
      defaultMode: z.string().optional(),
      disableBypassPermissionsMode: word,
      disableAutoMode: word,
    })
    .optional(),
  sandbox: sandbox.optional(),
  autoMode: z.looseObject({ environment: texts, allow: texts, soft_deny: texts, hard_deny: texts, classifyAllShell: truth }).optional(),
  hooks: map,
  disableAllHooks: truth,
  allowManagedHooksOnly: truth,
  allowedHttpHookUrls: texts,
  httpHookAllowedEnvVars: texts,
  enabledPlugins: map,
  extraKnownMarketplaces: map,
  enableAllProjectMcpServers: truth,
  enabledMcpjsonServers: texts,
  disabledMcpjsonServers: texts,
  allowedMcpServers: list,
  deniedMcpServers: list,
  skillOverrides: z.record(z.string(), z.string()).optional(),
  skillListingMaxDescChars: z.int().positive().optional(),
  skillListingBudgetFraction: z.number().positive().max(1).optional(),
  disableSkillShellExecution: truth,
  disableBundledSkills: truth,
  claudeMdExcludes: texts,
  outputStyle: word,
  statusLine: map,
  apiKeyHelper: word,
  keel: z
    .strictObject({
      baseUrl: z.url().optional(),
      dialect: z.string().optional(),
      maxTurns: z.int().positive().optional(),
      maxBudgetUsd: z.number().positive().optional(),
      maxTokens: z.number().int().positive().optional(),
      maxCalls: z.number().int().positive().optional(),
      maxMinutes: z.number().positive().optional(),
      maxAgents: z.number().int().positive().optional(),
    })
    .optional(),
});
