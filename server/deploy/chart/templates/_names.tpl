{{/* All of a release share one name. */}}
{{- define "roomstream.name" -}}
{{- if contains "roomstream" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-roomstream" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What selects the pods; it never changes. */}}
{{- define "roomstream.selector" -}}
app.kubernetes.io/name: roomstream
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "roomstream.labels" -}}
{{ include "roomstream.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}
