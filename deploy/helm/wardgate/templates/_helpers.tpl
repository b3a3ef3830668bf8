{{- define "wardgate.labels" -}}
app.kubernetes.io/name: wardgate
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "wardgate.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "wardgate.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Of a port: a listener of one connection, such as postgres/orders, has no name that a port may have. */}}
{{- define "wardgate.portName" -}}
{{- if contains "/" .protocol }}{{ printf "listener-%v" .port }}{{ else }}{{ .protocol }}{{ end -}}
{{- end -}}
