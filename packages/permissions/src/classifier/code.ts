// What a piece of code in an argument, a here-document or an environment variable is up to. Looks at names, not at grammar.

type Sign = readonly [name: string, test: RegExp];

const CODE: readonly Sign[] = [
  [
    "spawns",
    /subprocess|os\.(?:system|popen|exec|spawn|posix_spawn)|child_process|execSync|execFile|spawnSync|\bspawn\(|\bexec[vlpe]*\(|\bsystem[\s("']|popen|shell_exec|passthru|proc_open|%x[({[]|Kernel\.|getRuntime|Process\.(?:spawn|start)|ProcessBuilder|Open3|do shell script|Invoke-Expression|\bIEX\b|Start-Process|io\.popen|os\.execute|Deno\.(?:Command|run)|Bun\.\$|run_line_magic/,
  ],
  [
    "evaluates",
    /\beval\b|\bexec\b\s*\(|new Function|Function\(|__import__|compile\(|importlib|runpy|vm\.run|instance_eval|load\(|assert\(\$/,
  ],
  [
    "connects",
    /socket|urlopen|urllib|requests\.|http\.client|https?\.(?:get|request)|\bfetch\(|axios|net\.(?:connect|createConnection|Socket)|Net::HTTP|open-uri|URI\.open|IO::Socket|fsockopen|stream_socket|LWP|HTTP::Tiny|smtplib|ftplib|telnetlib|paramiko|XMLHttpRequest|WebSocket|dns\.|httpx|aiohttp|Net\.WebClient|Invoke-WebRequest|DownloadString|file_get_contents\(.http|\/inet\/(?:tcp|udp)|TCPSocket|gethostbyname|curl_exec|boto3/,
  ],
  [
    "sends",
    /requests\.(?:post|put|patch|delete)|\.post\(|\bPOST\b|method:?\s*['"](?:POST|PUT|DELETE)|urlopen\([^)]*data|sendall?\(|post_form|sendmail|UploadString|put_object|upload_file/i,
  ],
  ["reverse-shell", /dup2|pty\.spawn|SOCK_STREAM|(?<!#!)\/bin\/(?:ba)?sh['"]|\bsh -i\b|fdopen|STDIN->fdopen|exec \d+<>|spawn\(.\/bin/],
  [
    "deletes",
    /rmtree|os\.(?:remove|unlink|rmdir|removedirs)|\.unlink\(|\bunlink\b|rmSync|rmdirSync|unlinkSync|fs\.rm|removeSync|rimraf|FileUtils\.(?:rm|remove)|File\.delete|Dir\.rmdir|remove_tree|Remove-Item|delete_(?:all|many|object|bucket)|destroy_all|deleteMany|dropDatabase|\.drop\(|truncate|flushall/i,
  ],
  [
    "writes",
    /open\([^)]*,\s*['"][wax]b?\+?['"]|writeFile|write_text|write_bytes|appendFile|File\.(?:write|open\([^)]*['"][wa])|createWriteStream|shutil\.(?:move|copy)|renameSync|os\.rename|file_put_contents|\bto_csv\(|\.save\(|json\.dump\(/,
  ],
  ["rights", /chmod|chown|setuid|setgid|setresuid|os\.kill|ctypes|mmap|prctl|cap_set/],
  ["environment", /os\.environ|process\.env|\bENV\b|getenv|%ENV|\$_ENV|\$_SERVER|\bENVIRON\b/],
  [
    "all-environment",
    /environ\b(?!\s*[[.])|environ\.(?:items|copy)|process\.env\b(?![.[])|ENV\.to_h|%ENV|dict\(os\.environ|for \w+ in os\.environ|ENVIRON\b(?!\[)/,
  ],
  [
    "decodes",
    /b64decode|b16decode|base64|atob\(|fromCharCode|\bchr\(|codecs\.|unhexlify|fromhex|Buffer\.from\([^)]*['"](?:hex|base64)|marshal|pickle\.load|zlib|decompress|rot_?13|unpack\(|decode\(['"](?:hex|rot)|FromBase64String|pack\(.H/,
  ],
  ["hex", /(?:\\x[0-9a-f]{2}){3}|(?:\\[0-7]{3}){3}|(?:\\u[0-9a-f]{4}){3}/i],
  [
    "secret-place",
    /\.ssh\b|\.aws\b|etc\/shadow|id_rsa|id_ed25519|\.netrc|\.npmrc|\.pypirc|\.env['")]|\.git-credentials|Login Data|keyring|\.kube|\.docker\/config|gnupg|wallet|cookies|\.pgpass|expanduser|homedir\(\)|os\.homedir|Path\.home/i,
  ],
  ["secret-word", /secret|password|passwd|token|api_?key|private_?key|credential/i],
  ["serves", /http\.server|listen\(|createServer|TCPServer|HTTPServer|bind\(|SimpleHTTP/],
  ["prints", /\bprint[(\s]|console\.(?:log|table|dir)|\bputs\b|\bp \w|\becho\b|printf|\bsay\b|var_dump|cat\(/],
  [
    "reads",
    /readFileSync|open\([^,)]*\)|read_text|json\.load|JSON\.parse|yaml\.safe_load|File\.read|csv\.|read_csv|require\(['"]\.|package\.json|tomllib|ast\.parse/,
  ],
  ["asks-version", /version|__file__|sys\.(?:path|version|executable|prefix)|process\.(?:version|arch|platform)|platform\./],
  ["loops", /while\s*(?:True|true|1|\(1\)|\(true\))|fork\(\)|for\s*\(;;\)/],
  ["awk-runs", /\bsystem\s*\(|\|\s*getline|\|&|print[^|{};]*\|\s*["\w]|close\("/],
  ["awk-writes", /print[^|{};]*>\s*["/\w$]/],
  ["sed-runs", /^(?:\d+|\$|\/[^/]*\/)?e(?:\s|$)|(?:^|;|\})\s*s(.).*?\1.*?\1[gpiIm0-9]*e[gpw]*\s*$|^1e/],
  ["sed-writes", /\/[gpI0-9]*w\s+\S|^\s*(?:\d+|\$|\/[^/]*\/)?w\s+\//],
  ["vim-runs", /^[:+]?\s*(?:silent!?\s*)?(?:!|terminal|py3?\b|lua\b|call\s+system|r\s*!|w\s*!)|system\(|:!/],
];

const SQL: readonly Sign[] = [
  [
    "sql-drops",
    /\b(?:drop\s+(?:table|database|schema|user|role|index|view|column|owned)|truncate(?:\s+table)?\s+\w|flushall|flushdb|dropdatabase|\.drop\()/i,
  ],
  ["sql-deletes", /\bdelete\s+from\b|deletemany|deleteone|\bdel\s+\w|\bunlink\s+\w|remove\(\{/i],
  ["sql-deletes-all", /\bdelete\s+from\s+[\w."`]+\s*(?:;|$|["'])|deletemany\(\{\}\)|where\s+(?:1\s*=\s*1|true)/i],
  [
    "sql-changes",
    /\bupdate\s+[\w."`]+\s+set\b|\balter\s+(?:table|user|role|database|system)\b|\binsert\s+into\b|\breplace\s+into\b|insertone|insertmany|updatemany|updateone|\bset\s+\w+\s+\S|create\s+(?:table|index|database|extension|function|or replace)/i,
  ],
  [
    "sql-grants",
    /\bgrant\s+\w|\brevoke\s+\w|create\s+(?:user|role|login)|superuser|identified\s+by|config\s+set|\bslaveof\b|replicaof|\bmodule\s+load/i,
  ],
  [
    "sql-runs",
    /\bcopy\b[^;]*\bprogram\b|xp_cmdshell|into\s+(?:out|dump)file|\\!|^\.(?:shell|system)\b|load_file|lo_export|sys_exec|load_extension|load\s+data|\beval\s+["']/i,
  ],
  ["sql-secret", /\b(?:password|passwd|pg_shadow|pg_authid|mysql\.user|secret|api_key|credit_card|ssn)\b|requirepass/i],
  [
    "sql-reads",
    /\bselect\b|\bexplain\b|\bshow\s+\w|\bdescribe\b|^\\[dlct]|pragma\b|^\.(?:tables|schema|databases|indexes)|\bkeys\s|\bget\s+\w|\bscan\b|find\(|countdocuments|\bttl\b|\binfo\b|\bping\b|\bdbsize\b/i,
  ],
];

export const codeSigns = (text: string): readonly string[] => named(CODE, text);
export const sqlSigns = (text: string): readonly string[] => named(SQL, text);

const LONGEST_CODE = 4_000; // characters

function named(signs: readonly Sign[], text: string): readonly string[] {
  const code = text.length > LONGEST_CODE ? text.slice(0, LONGEST_CODE) : text;
  return signs.filter(([, test]) => test.test(code)).map(([name]) => name);
}
