/** The environment that children get: a list of names that may pass. Keys of providers are on no list, so they never leak. */

/** Names as they are; one that ends with `*` stands for all that begin so. */
const PASSES: readonly (readonly string[])[] = [
  ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "HOSTNAME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LANGUAGE", "LC_*", "XDG_*"],
  ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES", "CI", "DISPLAY", "WAYLAND_DISPLAY", "WSL_*"],
  ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NIX_SSL_CERT_FILE"],
  ["SSH_AUTH_SOCK", "GIT_AUTHOR_*", "GIT_COMMITTER_*", "GIT_CONFIG_GLOBAL", "DOCKER_HOST", "KUBECONFIG"],
  ["NODE_ENV", "NODE_PATH", "NVM_DIR", "NVM_BIN", "FNM_*", "VOLTA_HOME", "PNPM_HOME", "BUN_INSTALL", "DENO_DIR", "COREPACK_HOME"],
  ["npm_config_registry", "npm_config_cache", "npm_config_prefix", "npm_config_userconfig", "npm_config_arch"],
  ["VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_EXE", "PYENV_ROOT", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONIOENCODING"],
  ["CARGO_HOME", "CARGO_TARGET_DIR", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "GOPATH", "GOROOT", "GOBIN", "GOFLAGS", "GOCACHE", "GOMODCACHE"],
  ["JAVA_HOME", "SDKMAN_DIR", "M2_HOME", "MAVEN_HOME", "GRADLE_HOME", "GRADLE_USER_HOME", "ANDROID_HOME", "ANDROID_SDK_ROOT"],
  ["RBENV_ROOT", "GEM_HOME", "GEM_PATH", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "DOTNET_ROOT", "HOMEBREW_PREFIX", "NIX_*"],
  ["CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH", "CUDA_*"],
  ["KEEL_HOME", "KEEL_PROCESS"],
];
const PASSES_ON_WINDOWS: readonly string[] = [
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME", "USERDOMAIN", "HOMEDRIVE", "HOMEPATH"],
  ...["APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "COMMONPROGRAMFILES", "OS", "MSYSTEM"],
  ...["NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"],
];
/** Holds for names that came in by a `*`. */
const SECRET = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH$/i;

/** Nobody sits at a terminal: what would ask, page or open an editor goes on instead. */
const QUIET: Readonly<Record<string, string>> = {
  PAGER: "cat",
  GIT_PAGER: "cat",
  GH_PAGER: "cat",
  MANPAGER: "cat",
  SYSTEMD_PAGER: "cat",
  EDITOR: "true",
  VISUAL: "true",
  GIT_EDITOR: "true",
  GIT_SEQUENCE_EDITOR: "true",
  GIT_MERGE_AUTOEDIT: "no",
  GIT_TERMINAL_PROMPT: "0",
  GCM_INTERACTIVE: "never",
  DEBIAN_FRONTEND: "noninteractive",
};

/** What git that only reads would start by a repository's own settings: a monitor of files, and the hook for an index that was refreshed. */
const READS_ALONE: Readonly<Record<string, string>> = {
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "core.fsmonitor",
  GIT_CONFIG_VALUE_0: "false",
  GIT_OPTIONAL_LOCKS: "0",
};

/** `platform` as in `process.platform`. Relative entries of PATH go: a repository must not choose which `git` runs. */
export function scrub(env: Readonly<Record<string, string | undefined>>, platform: string): Record<string, string> {
  const windows = platform === "win32";
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !passes(name, windows)) continue;
    kept[name] = name.toUpperCase() === "PATH" ? absoluteOnly(value, windows) : value;
  }
  return { ...kept, ...QUIET, ...READS_ALONE };
}

function passes(name: string, windows: boolean): boolean {
  const same = (a: string, b: string): boolean => (windows ? a.toUpperCase() === b.toUpperCase() : a === b);
  if (windows && PASSES_ON_WINDOWS.some((one) => same(one, name))) return true;
  return PASSES.flat().some((one) => {
    if (!one.endsWith("*")) return same(one, name);
    const beginning = one.slice(0, -1);
    return same(beginning, name.slice(0, beginning.length)) && !SECRET.test(name);
  });
}

function absoluteOnly(path: string, windows: boolean): string {
  const [separator, absolute] = windows ? [";", /^([a-z]:)?[\\/]/i] : [":", /^\//];
  return path
    .split(separator)
    .filter((entry) => absolute.test(entry))
    .join(separator);
}
