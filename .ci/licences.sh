#!/usr/bin/env bash
# Writes which licences the parts of the program have into web/docs/licences.md: the Go modules that the linker takes, and the
# npm packages that the page was built from. -check writes nothing, and fails where that file is of other parts. It fails in
# either case where a licence is not among those below, by which the program may be given to anybody.
#
# -texts FILE [go|npm] writes the texts of the licences instead, and what notices there are, which most of them ask for with
# every copy of the program: of all parts, or of the one kind. FILE is one of the project's folder, or absolute. Nothing is
# fetched that is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
allowed='MIT|BSD-2-Clause|BSD-3-Clause|Apache-2.0|ISC|MPL-2.0|0BSD|Unlicense|CC0-1.0|BlueOak-1.0.0'
packages=(web/dist/.packages.json web/dist/client/.packages.json)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

page_is_built() {
  local list
  for list in "${packages[@]}"; do
    [ -e "$list" ] || { echo "licences: $list is missing; type: task ui" >&2; exit 1; }
  done
}

# part KIND NAME VERSION PREFIX reads the folders of a part and writes the texts in them, their files named without PREFIX.
part() {
  local folder file
  while IFS= read -r folder; do
    find "$folder" -maxdepth 1 -type f ! -name '.*' ! -name '*.go' ! -name '*.js' \
      \( -iname '*licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' -o -iname 'authors*' -o -iname 'copyright*' \)
  done | LC_ALL=C sort >"$work/files"
  [ -s "$work/files" ] || { echo "licences: $1 $2 $3 comes without the text of its licence" >&2; exit 1; }
  printf '\n%s\n%s %s\n%s\n' "$rule" "$1 $2" "$3" "$rule"
  while IFS= read -r file; do
    printf '\n[%s]\n\n' "${file#"$4/"}"
    tr -d '\r' <"$file"
    echo
  done <"$work/files"
}
rule=================================================================================

# Licences of what a module has taken over from others lie beside it: in the folders of the packages that are linked, and above them.
texts_of_modules() {
  local os arch name version
  printf '\nThe Go modules that are in the program\n'
  go env GOROOT | part Go std "$(go env GOVERSION)" "$(go env GOROOT)"
  for os in linux darwin; do
    for arch in amd64 arm64; do
      CGO_ENABLED=0 GOOS=$os GOARCH=$arch go list -deps -f '{{$dir := .Dir}}{{with .Module}}{{if not .Main}}{{$at := .Dir}}{{with .Replace}}{{.Path}}{{"\t"}}{{.Version}}{{else}}{{.Path}}{{"\t"}}{{.Version}}{{end}}{{"\t"}}{{$at}}{{"\t"}}{{$dir}}{{end}}{{end}}' ./server
    done
  done | awk -F '\t' -v OFS='\t' 'NF == 4 { while (length($4) >= length($3)) { print $1, $2, $4; sub(/\/[^\/]*$/, "", $4) } }' | LC_ALL=C sort -u >"$work/folders"
  cut -f 1,2 "$work/folders" | LC_ALL=C sort -u >"$work/modules"
  while IFS=$'\t' read -r name version; do
    awk -F '\t' -v name="$name" -v version="$version" '$1 == name && $2 == version { print $3 }' "$work/folders" | part Go "$name" "$version" "$(go env GOMODCACHE)"
  done <"$work/modules"
}

texts_of_packages() {
  local name version folder
  page_is_built
  printf '\nThe npm packages that are in the page\n'
  node - "${packages[@]}" >"$work/packages" <<'JS'
const fs = require("node:fs");
const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const installed = Object.entries(read("web/package-lock.json").packages);
const lines = new Set();
for (const { name, version } of process.argv.slice(2).flatMap(read)) {
  const found = installed.find(([folder, it]) => folder.endsWith(`node_modules/${name}`) && it.version === version);
  if (!found) throw new Error(`the page has ${name} ${version}, web/package-lock.json has not; type: task ui`);
  lines.add(`${name}\t${version}\tweb/${found[0]}`);
}
console.log([...lines].sort().join("\n"));
JS
  while IFS=$'\t' read -r name version folder; do
    echo "$folder" | part npm "$name" "$version" web/node_modules
  done <"$work/packages"
}

if [ "${1:-}" = -texts ]; then
  file=${2:?licences: -texts needs the name of the file to write} kind=${3:-}
  {
    [ "$kind" = npm ] || texts_of_modules
    [ "$kind" = go ] || texts_of_packages
  } >"$work/texts"
  mkdir -p "$(dirname "$file")"
  cp "$work/texts" "$file"
  exit
fi

page_is_built

# One line each: kind, name, version, licence. go-licenses names packages; the module that holds one is the longest that begins it.
go run github.com/google/go-licenses@v1.6.0 report ./server --ignore roomstream 2>"$work/said" >"$work/go.csv" || { cat "$work/said" >&2; exit 1; }
go list -deps -f '{{with .Module}}{{if not .Main}}{{with .Replace}}{{.Path}} {{.Version}}{{else}}{{.Path}} {{.Version}}{{end}}{{end}}{{end}}' ./server | sort -u >"$work/modules"
node - "$work" "$allowed" "${packages[@]}" >"$work/licences.md" <<'JS'
const fs = require("node:fs");
const [work, allowed, ...lists] = process.argv.slice(2);
const lines = (name) => fs.readFileSync(`${work}/${name}`, "utf8").trim().split("\n");
const modules = lines("modules").map((line) => line.split(" "));
const found = new Map(modules.map(([name]) => [name, new Set()]));
for (const line of lines("go.csv")) {
  const [name, , licence] = line.split(",");
  const holders = modules.map(([module]) => module).filter((module) => name === module || name.startsWith(`${module}/`));
  found.get(holders.sort((a, b) => b.length - a.length)[0])?.add(licence);
}
const rows = [["Go", "std", "", "BSD-3-Clause"], ...modules.map(([name, version]) => ["Go", name, version, [...found.get(name)].sort().join(" AND ")])];
const seen = new Set();
for (const { name, version, license } of lists.flatMap((list) => JSON.parse(fs.readFileSync(list, "utf8")))) {
  if (!seen.has(`${name} ${version}`)) rows.push(["npm", name, version, license]);
  seen.add(`${name} ${version}`);
}
rows.sort((a, b) => (a.slice(0, 3).join(" ") < b.slice(0, 3).join(" ") ? -1 : 1));
console.log("# Licences of what the program is made of\n");
console.log("Written by `task licences`; `task check` holds it to the sources, and to the licences that are allowed:");
console.log(`${allowed.split("|").join(", ")}. Their texts are in \`THIRD-PARTY.txt\` of a release and of the image; \`.ci/licences.sh -texts FILE\` writes it.\n`);
console.log("| Of | Part | Version | Licence |\n|---|---|---|---|");
for (const [kind, name, version, licence] of rows) console.log(`| ${kind} | ${name} | ${version} | ${licence} |`);
// An expression is allowed where one side of each OR, and both of each AND, are.
const one = new RegExp(`^(?:${allowed.replaceAll(".", "\\.")})$`);
const mayBe = (expression) => expression.replace(/[()]/g, "").split(" OR ").some((side) => side.split(" AND ").every((licence) => one.test(licence)));
const refused = rows.filter(([, , , licence]) => !mayBe(licence ?? ""));
for (const [kind, name, version, licence] of refused) console.error(`licences: ${kind} ${name} ${version}: ${licence || "none is known"}, which is not allowed`);
if (refused.length > 0) process.exit(1);
JS
if [ "${1:-}" != -check ]; then
  cp "$work/licences.md" web/docs/licences.md
  exit
fi
diff -u web/docs/licences.md "$work/licences.md" || { echo "web/docs/licences.md is of other parts; type: task licences" >&2; exit 1; }
