// What a program is for. One word may stand in several classes; a program that stands in none is a stranger, which is a feature too.

const BY_CLASS = {
  read: "cat head tail less more bat batcat nl tac wc sort uniq cut tr paste column comm diff diff3 sdiff cmp fold fmt rev strings hexdump xxd od file stat du df ls exa eza lsd ll tree colordiff delta icdiff zcat bzcat xzcat zless pr expand unexpand tsort look join csvlook mdless glow dir vdir pdftotext antiword iconv uconv dos2unix unix2dos jless fx numfmt shuf csplit split view most lnav hexyl readelf objdump nm otool ldd size addr2line c++filt exiftool mediainfo identify ncdu dust duf",
  search:
    "grep egrep fgrep zgrep rg ag ack fd fdfind locate mlocate plocate find pt ugrep sift ast-grep sg semgrep pdfgrep ripgrep git-grep fzf",
  report:
    "pwd basename dirname realpath readlink date cal ncal uptime uname arch hostname hostnamectl id whoami groups users who w tty free vmstat iostat mpstat sar lscpu lsblk lspci lsusb lsmem lsb_release nproc getconf locale timedatectl which whereis type hash man info apropos whatis tldr help sw_vers system_profiler sysctl_read stty tput neofetch fastfetch screenfetch dmidecode lshw inxi sensors acpi ulimit times jobs dirs finger last lastlog getent logname numactl",
  print:
    "echo printf seq yes true false test [ [[ expr bc dc factor units sleep wait read : clear reset banner figlet cowsay lolcat let jot random mktemp tee",
  digest: "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum md5 shasum crc32 xxhsum b3sum",
  structured:
    "jq yq xq xmllint xmlstarlet xsltproc dasel miller mlr csvkit csvcut csvstat csvgrep csvsort in2csv q gron htmlq pup tomlq hcl2json jsonlint yamllint jsonschema ajv json_pp dyff taplo",
  stream: "sed gsed awk gawk mawk nawk perl",
  archive:
    "tar gtar bsdtar zip unzip gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd 7z 7za 7zr rar unrar cpio ar lz4 brotli pigz zipinfo compress uncompress pax",
  encode: "base64 base32 gbase64 uuencode uudecode xxd openssl basenc hexdump od rot13 ascii85",
  lint: "eslint tslint standard xo oxlint biome stylelint htmlhint jshint shellcheck hadolint actionlint markdownlint markdownlint-cli2 pylint flake8 ruff mypy pyright pyre pytype bandit pycodestyle pydocstyle vulture radon rubocop reek brakeman golint golangci-lint staticcheck govulncheck clippy cppcheck clang-tidy cpplint checkstyle ktlint detekt swiftlint scalafix phpcs phpstan psalm sqlfluff vale textlint proselint codespell cspell commitlint ansible-lint tflint tfsec checkov kubeval kubeconform kube-linter conftest buf spectral redocly dependency-cruiser depcheck knip madge publint attw luacheck credo dialyzer hlint ameba trivy grype syft license-checker pre-commit lefthook lint-staged deptry",
  format:
    "prettier black isort autopep8 yapf gofmt goimports gofumpt rustfmt clang-format shfmt dprint oxfmt autoflake pyupgrade djlint stylua ormolu fourmolu ocamlformat scalafmt google-java-format swiftformat mix-format nixfmt alejandra terraform-fmt cmake-format taplo-fmt prettierd standardrb rufo elm-format zprint cljfmt php-cs-fixer sql-formatter pg_format beautysh",
  test: "jest vitest mocha ava tap jasmine karma cypress playwright pytest py.test nosetests tox nox unittest coverage rspec minitest cucumber phpunit pest behat go-test gotestsum ctest gtest bats busted ginkgo stryker nyc c8 hypothesis locust k6 ab wrk hey vegeta hyperfine newman pact testcafe wdio nightwatch web-test-runner robot behave deno-test mutmut cargo-nextest criterion",
  build:
    "make gmake bmake ninja cmake meson bazel bazelisk buck2 scons ant mvn mvnw gradle gradlew sbt lein tsc tsup esbuild swc rollup webpack vite parcel turbo nx lerna rush babel sass less-css postcss tailwindcss ng vue-cli-service next nuxt astro gatsby remix svelte-kit expo react-scripts storybook start-storybook typedoc jsdoc sphinx-build mkdocs hugo jekyll doxygen rake grunt gulp just task mage invoke msbuild xcodebuild swift zig dune stack cabal mix rebar3 hatch flit poetry-build protoc buf-generate wasm-pack maturin cargo-build goreleaser-check pandoc latexmk pdflatex xelatex bibtex asciidoctor dotnet autoconf automake configure pkg-config nodemon ts-node-dev watchexec entr air flutter dart ionic quasar changeset openapi-generator graphql-codegen sqlc ember elm nbconvert jupyter dot mmdc plantuml gettext msgfmt",
  compile:
    "gcc g++ cc c++ clang clang++ rustc go gofmt javac kotlinc scalac ghc ocamlopt ocamlc nasm as ld tcc nvcc fpc gfortran solc vyper emcc swiftc tinygo valac dmd ldc2 nim crystal",
  runtime:
    "node nodejs deno bun python python2 python3 pypy pypy3 ipython ruby irb perl php lua luajit java Rscript R julia ghci scala kotlin groovy tclsh wish osascript elixir iex erl escript racket guile sbcl clojure bb ts-node tsx pwsh powershell swift dart qjs jshell gjs expect gdb lldb octave matlab",
  shell: "sh bash zsh dash ksh ash fish csh tcsh busybox rbash mksh yash",
  run: "eval source . exec trap",
  package:
    "npm pnpm yarn bun npx bunx corepack pip pip3 pipx uv uvx poetry pipenv pdm rye conda mamba micromamba cargo rustup gem bundle bundler composer nuget mix opam cabal stack luarocks cpan cpanm conan vcpkg go nvm fnm volta asdf mise pyenv rbenv nodenv sdk virtualenv easy_install bower jspm pod carthage helm-plugin krew deno tfenv",
  system_package:
    "apt apt-get aptitude dpkg yum dnf rpm zypper pacman yay paru apk brew port snap flatpak emerge nix-env nix nixos-rebuild pkg choco winget scoop xbps-install add-apt-repository apt-key softwareupdate update-alternatives debconf-set-selections",
  vcs: "git hg svn jj bzr fossil cvs p4 git-lfs gitk tig lazygit git-filter-repo bfg pijul got",
  forge: "gh glab hub tea bb-cli jira linear sentry-cli codecov az-devops circleci travis buildkite-agent act",
  container:
    "docker podman nerdctl buildah skopeo docker-compose podman-compose crictl ctr lxc lxd lxc-attach runc machinectl vagrant colima limactl minikube kind k3d multipass dive",
  cluster:
    "kubectl k oc helm helmfile kustomize istioctl linkerd argocd argo flux k9s stern kubectx kubens kubeadm velero nomad consul etcdctl eksctl kops rancher talosctl skaffold tilt cilium kubeseal",
  infra:
    "terraform tofu terragrunt pulumi ansible ansible-playbook ansible-vault cdk cdktf serverless sls sam packer salt salt-call salt-ssh puppet chef knife capistrano cap fab copilot crossplane atlantis infracost",
  cloud:
    "aws gcloud gsutil bq az azcopy doctl heroku fly flyctl vercel netlify wrangler railway render linode-cli hcloud oci ibmcloud aliyun scw s3cmd s3fs mc firebase supabase eb amplify now surge cf openstack vultr-cli civo ntl cloudflared akamai fastly databricks snowsql planetscale pscale neonctl turso twilio stripe okta auth0 eas expo-cli fastlane",
  database:
    "psql pg_dump pg_dumpall pg_restore createdb dropdb createuser dropuser vacuumdb pgcli mysql mysqldump mysqladmin mariadb mycli sqlite3 sqlite redis-cli redis-server mongosh mongo mongodump mongorestore mongoexport mongoimport cqlsh influx clickhouse-client clickhouse duckdb sqlcmd bcp sqlplus cockroach etcdctl neo4j cypher-shell usql alembic flyway liquibase prisma knex sequelize typeorm drizzle-kit dbmate goose migrate rails-db elasticdump kafka-topics kafka-topics.sh kafka-console-producer kafka-delete-records rabbitmqctl rabbitmqadmin nats memcached valkey-cli initdb pg_ctl pg_isready dbt",
  fetch:
    "curl wget http https xh httpie aria2c lynx w3m links elinks axel fetch lwp-request lwp-download GET POST youtube-dl yt-dlp httrack curlie grpcurl websocat wscat",
  copy_out:
    "scp rsync sftp ftp lftp ncftp ncftpput rclone s3cmd tftp croc magic-wormhole wormhole ffsend unison bsync restic borg duplicity kermit sz rcp smbclient mc gdrive dropbox azcopy",
  socket:
    "nc ncat netcat socat telnet cryptcat pwncat ngrok chisel frpc frps cloudflared localtunnel lt bore autossh stunnel proxychains ligolo sshuttle iodine dnscat dnscat2 tailscale tor torsocks ptunnel rlwrap websocat gost",
  scan: "nmap masscan zmap rustscan nikto gobuster dirb ffuf wfuzz sqlmap hydra medusa john hashcat aircrack-ng msfconsole msfvenom responder crackmapexec netexec bloodhound mimikatz evil-winrm impacket-secretsdump secretsdump.py enum4linux smbmap amass subfinder nuclei wpscan arp-scan ettercap bettercap arpspoof linpeas linpeas.sh pspy xmrig minerd cgminer cpuminer slowloris hping3 lazagne keylogger logkeys",
  lookup:
    "ping ping6 dig host nslookup traceroute tracepath mtr whois arp ip ifconfig route netstat ss lsof iwconfig iw nmcli resolvectl ethtool getent drill kdig fping iftop nethogs pgrep",
  ssh: "ssh mosh sshpass ssh-copy-id rsh dbclient plink teleport tsh",
  delete:
    "rm rmdir unlink shred srm wipe rimraf del-cli trash trash-put gio trash-empty deltree del erase rd wipefs scrub bleachbit git-clean cargo-clean",
  disk: "dd mkfs mkfs.ext4 mkfs.xfs mkfs.ext3 mkfs.vfat mkfs.btrfs mke2fs mkswap swapoff swapon fdisk sfdisk cfdisk gdisk sgdisk parted wipefs blkdiscard hdparm mount umount losetup cryptsetup lvremove vgremove pvremove lvcreate lvextend resize2fs e2fsck fsck tune2fs badblocks diskutil zfs zpool btrfs mdadm blockdev partprobe format diskpart nvme nvme-cli qemu-img dmsetup debugfs fallocate xfs_admin",
  place: "mv cp ln mkdir touch install truncate rename mmv rsync ditto cpio pbcopy link mkfifo mknod sponge",
  permission: "chmod chown chgrp chattr setfacl setcap umask lsattr getfacl getcap xattr chcon restorecon semanage icacls takeown",
  privilege:
    "sudo su doas pkexec runuser sudoedit visudo newgrp sg nsenter unshare chroot capsh gosu run0 gksudo kdesudo polkit setpriv dzdo",
  account:
    "useradd adduser usermod userdel deluser groupadd groupdel groupmod gpasswd passwd chpasswd chsh chage vipw vigr dscl net pwck chfn loginctl sysadminctl newusers realm samba-tool",
  service:
    "systemctl service launchctl rc-service rc-update update-rc.d chkconfig initctl shutdown reboot halt poweroff init telinit systemd-run supervisorctl pm2 forever monit sc s6-svc sv nginx apachectl apache2ctl httpd sshd kexec loginctl systemd-tmpfiles logrotate caddy",
  schedule: "crontab at batch anacron cron systemd-cron schtasks atrm atq",
  firewall:
    "iptables ip6tables iptables-restore nft ufw firewall-cmd ipset pfctl tc ebtables route setenforce getenforce aa-disable aa-teardown apparmor_parser auditctl augenrules fail2ban-client csrutil spctl sestatus",
  kernel:
    "insmod rmmod modprobe depmod sysctl kexec grub-install update-grub grub-mkconfig dracut mkinitcpio update-initramfs efibootmgr bpftool kmod dkms nvram bless ldconfig",
  process: "ps pstree top htop btop atop pidof glances pidstat pmap lsof fuser ipcs perf jps jstack jmap jstat py-spy rbspy pwdx",
  kill: "kill pkill killall xkill skill killall5 fkill kill-port ipcrm",
  secret:
    "gpg gpg2 gpg-agent pass op bw vault security secret-tool keyring ssh-keygen ssh-add ssh-agent ssh-keyscan age sops openssl keytool certutil lpass keepassxc-cli gopass chamber doppler infisical aws-vault saml2aws gnome-keyring kwallet-query cmdkey kinit klist ansible-vault pwgen mkcert certbot step gitleaks trufflehog hashcat unshadow",
  clipboard:
    "pbpaste xclip xsel wl-paste wl-copy pbcopy scrot import screencapture gnome-screenshot maim grim arecord ffmpeg_cam xdotool xinput",
  capture: "tcpdump tshark wireshark dumpcap mitmproxy mitmdump ngrep snoop dsniff ettercap tcpflow kismet airodump-ng",
  trace: "strace ltrace dtrace dtruss gdb lldb valgrind perf bpftrace gcore ptrace rr uftrace sysdig",
  editor: "vi vim nvim view ex ed nano emacs emacsclient micro pico joe kak helix hx code subl gedit kate mcedit",
  mail: "mail mailx sendmail mutt swaks msmtp ssmtp postfix exim postsuper neomutt s-nail mpack",
  media:
    "ffmpeg ffprobe convert magick mogrify montage identify gs qpdf pdftk pdfinfo inkscape rsvg-convert cwebp optipng jpegoptim svgo sox imagemagick pngquant gifsicle exiftool",
  session: "tmux screen byobu zellij nohup setsid disown dtach script asciinema abduco bg fg",
  log: "journalctl dmesg last lastb lastlog logger ausearch aureport auditd rsyslogd wevtutil log",
  control:
    "cd pushd popd export set unset alias unalias local declare typeset readonly shift return exit break continue shopt getopts enable builtin command bind complete compgen history fc umask ulimit trap mapfile readarray printf if for while",
  environment: "env printenv dotenv direnv envsubst set export declare compgen cross-env setx",
  metrics: "cloc tokei scc sloccount gocloc loc onefetch lizard wc gitinspector gource git-quick-stats complexity",
  desktop:
    "open xdg-open start gnome-open say notify-send osascript defaults gsettings dconf xset loginctl codesign xcode-select pmset networksetup scutil plutil PlistBuddy lsregister tccutil spctl xattr mdfind hdiutil softwareupdate dbus-send gdbus",
} as const;

const CLASSES_OF: ReadonlyMap<string, readonly string[]> = byProgram();

function byProgram(): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, programs] of Object.entries(BY_CLASS))
    for (const program of programs.split(" ")) found.set(program, [...(found.get(program) ?? []), name]);
  return found;
}

/** The name without folder and version: `/usr/bin/python3.12` is `python3`, `mkfs.btrfs` stays. */
export function programName(word: string): string {
  const name = word.slice(word.lastIndexOf("/") + 1).replace(/\.(?:exe|cmd)$/i, "");
  return name.replace(/^(python3?|pip3?|ruby|php|lua|perl|node|clang|gcc|g\+\+|java)-?\d+(?:\.\d+)*$/, "$1");
}

/** Empty for a stranger. */
export const programClasses = (name: string): readonly string[] => CLASSES_OF.get(name) ?? [];
