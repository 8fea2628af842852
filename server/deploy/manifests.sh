#!/usr/bin/env bash
# Writes the plain Kubernetes manifests, roomstream.yaml, into FOLDER: they are the chart as it comes, so that nothing is
# written down twice. manifests.sh FOLDER [IMAGE_TAG]; more for helm, like --set image.repository=…, in HELM_ARGS.
set -euo pipefail
chart=$(cd "$(dirname "${BASH_SOURCE[0]}")/chart" && pwd)
folder=$1
tag=${2:-}
# One that `go run` builds takes itself for an old Kubernetes.
helm=(go run helm.sh/helm/v3/cmd/helm@v3.22.0)
mkdir -p "$folder"
# shellcheck disable=SC2086 # several words
"${helm[@]}" template roomstream "$chart" --kube-version 1.34.0 --set-string "image.tag=$tag" ${HELM_ARGS:-} >"$folder/roomstream.yaml"
