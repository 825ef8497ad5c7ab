// What the second word of a tool asks for: `aws s3 rb`, `kubectl delete`, `gh pr view`. Tools that nobody taught us mostly use the same verbs.

const BY_KIND = {
  look: "get list ls show describe view status info inspect log logs diff search help version explain top history tree outdated why audit check validate lint test plan preview ping cat head tail read find events ps images stats doctor config-view current-context which whoami browse checks summary display dump-config blame shortlog reflog rev-parse ls-files ls-tree ls-remote cat-file name-rev describe-instances count print query stat env-info port licenses fund freeze tags graph providers output fmt format verify dry-run template history-view is-active is-enabled cluster-info api-resources api-versions metadata",
  make: "build compile run dev serve start init new create-local add install ci sync restore generate codegen typecheck watch bench test:unit storybook preview fetch pull clone checkout switch stash commit stage merge cherry-pick worktree bisect pack bundle tidy vendor download lock update-lock doc docs clippy nextest expand config compose up",
  remove:
    "delete del remove rm destroy drop purge prune terminate rb uninstall unpublish flush flushall flushdb truncate wipe erase kill-all deregister detach revoke disable deactivate clean clear evict drain cordon taint unset reset reset-hard forget abandon archive purge-cache empty delete-object delete-bucket delete-stack delete-table delete-function terminate-instances db:drop db:reset dropdb shred decommission obliterate expire gc unlink remove-user nuke teardown undeploy cancel suspend stop-instances release dispose rmi rmdir down",
  change:
    "create update apply set edit patch put replace scale rollout restart stop resize modify attach grant allow enable rename move transfer tag label annotate migrate rollback promote import export assign invite merge-remote close reopen comment review approve lock unlock rotate set-env set-secret config-set create-stack update-stack put-object put-bucket-policy run-instances start-instances db:migrate failover expose autoscale authorize-security-group-ingress add-iam-policy-binding create-access-key attach-user-policy put-user-policy create-user update-function-code invoke set-password chpass taint-resource state force-unlock reload seed submit dispatch trigger rerun",
  send: "push publish upload deploy release send cp sync mv copy send-email send-message share export-remote submit post ship promote-release sync-remote login logout release-create",
  secret:
    "secret secrets token password credentials get-secret-value access-secret-version get-login-password print-access-token auth auth-token get-session-token assume-role get-caller-identity-full create-token decrypt export-secret-keys get-parameter get-parameters find-generic-password dump-keychain login-token config:get kv reveal unseal fill",
  execute:
    "exec eval run-command send-command execute shell ssh attach console debug run-task rexec x dlx foreach run-script rake sh cp-exec remote-exec port-forward proxy tunnel",
} as const;

const KINDS_OF: ReadonlyMap<string, readonly string[]> = byVerb();

function byVerb(): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [kind, verbs] of Object.entries(BY_KIND))
    for (const verb of verbs.split(" ")) found.set(verb, [...(found.get(verb) ?? []), kind]);
  return found;
}

/** Looks at the whole word, then at its parts: `delete-db-instance` removes, `test:unit` makes. */
export function verbKinds(word: string): readonly string[] {
  const whole = KINDS_OF.get(word);
  if (whole !== undefined) return whole;
  const [first = ""] = word.split(/[-_:.]/);
  return KINDS_OF.get(first) ?? [];
}
