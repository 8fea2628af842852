#!/usr/bin/env bash
# Writes which licences the parts of the program have into web/docs/licences.md: the Go modules that the linker takes, and the
# npm packages that the page was built from. -check writes nothing, and fails where that file is of other parts. It fails in
# either case where a licence is not among those below, by which the program may be given to anybody.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
allowed='MIT|BSD-2-Clause|BSD-3-Clause|Apache-2.0|ISC|MPL-2.0|0BSD|Unlicense|CC0-1.0|BlueOak-1.0.0'
packages=(web/dist/.packages.json web/dist/client/.packages.json)
for list in "${packages[@]}"; do
  [ -e "$list" ] || { echo "licences: $list is missing; type: task ui" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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
console.log(`${allowed.split("|").join(", ")}. Their texts come with the parts: none of their files is in this repository.\n`);
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
