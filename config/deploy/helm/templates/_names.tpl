{{/* The name of all objects, at most 45 characters, so that names and labels made from it have at most 63. */}}
{{- define "stillgate.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods; they never change between versions. */}}
{{- define "stillgate.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of all objects. */}}
{{- define "stillgate.labels" -}}
{{ include "stillgate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The content of a configuration file: a text as it is, keys as YAML. */}}
{{- define "stillgate.file" -}}
{{- if kindIs "string" . -}}{{- . | trimSuffix "\n" -}}{{- else -}}{{- toYaml . -}}{{- end -}}
{{- end -}}

{{- define "stillgate.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The port of an address, HOST:PORT. The context is a dict with the address and the key that has it. */}}
{{- define "stillgate.port" -}}
{{- $port := regexFind ":[0-9]+$" (toString .address) | trimPrefix ":" -}}
{{- if not (and $port (gt (int $port) 0)) -}}
{{- fail (printf "%s: \"%v\" has no port; expected 0.0.0.0:PORT" .key .address) -}}
{{- end -}}
{{- if eq (include "stillgate.isLoopback" .address) "true" -}}
{{- fail (printf "%s: \"%v\" is reached from inside the pod only, but probes and clients connect from outside; use 0.0.0.0:%s" .key .address $port) -}}
{{- end -}}
{{- $port -}}
{{- end -}}

{{- define "stillgate.isLoopback" -}}
{{- regexMatch "^(127\\.|localhost:|\\[::1])" (toString .) -}}
{{- end -}}

{{- define "stillgate.adminPort" -}}
{{- include "stillgate.port" (dict "address" .Values.gateway.admin.address "key" "gateway.admin.address") -}}
{{- end -}}

{{/* Names and numbers of the ports of the listeners that other pods can reach, as a JSON array. The first is `http`. */}}
{{- define "stillgate.ports" -}}
{{- $ports := list -}}
{{- range $i, $listener := .Values.gateway.listeners -}}
{{- if or (eq $i 0) (ne (include "stillgate.isLoopback" $listener.address) "true") -}}
{{- $port := include "stillgate.port" (dict "address" $listener.address "key" (printf "gateway.listeners[%d].address" $i)) -}}
{{- $ports = append $ports (dict "name" (ternary "http" (printf "http-%d" $i) (eq $i 0)) "number" $port) -}}
{{- end -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}

{{/* A quarter of the memory limit, in MiB, for MaxDirectMemorySize; empty without a limit. */}}
{{- define "stillgate.directMemory" -}}
{{- $limit := (default dict .Values.resources.limits).memory -}}
{{- $text := kindIs "float64" $limit | ternary (printf "%.0f" (float64 $limit)) (toString (default "" $limit)) -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?" $text -}}
{{- $unit := trimPrefix $number $text -}}
{{- if and $number (hasKey $units $unit) -}}
{{- max 1 (divf (mulf (float64 $number) (get $units $unit)) 4194304 | floor | int64) -}}
{{- end -}}
{{- end -}}

{{/* The processors that the JVM sees: twice the requested ones, at least 2; empty if a limit tells the JVM itself. */}}
{{- define "stillgate.processors" -}}
{{- $cpu := toString (default "" (default dict .Values.resources.requests).cpu) -}}
{{- if and $cpu (not (default dict .Values.resources.limits).cpu) -}}
{{- $cores := hasSuffix "m" $cpu | ternary (divf (trimSuffix "m" $cpu | float64) 1000) (float64 $cpu) -}}
{{- max 2 (mulf 2 $cores | ceil | int64) -}}
{{- end -}}
{{- end -}}

{{/* Options of the JVM. Those of the values come last, so that they win. */}}
{{- define "stillgate.javaOptions" -}}
{{- $options := list -}}
{{- with include "stillgate.directMemory" . -}}{{- $options = append $options (printf "-XX:MaxDirectMemorySize=%sm" .) -}}{{- end -}}
{{- with include "stillgate.processors" . -}}{{- $options = append $options (printf "-XX:ActiveProcessorCount=%s" .) -}}{{- end -}}
{{- append $options .Values.javaOptions | join " " | trim -}}
{{- end -}}

{{/* Not empty if the policy marks responses and takes the master secret from the Secret. */}}
{{- define "stillgate.takesCanarySecret" -}}
{{- $policy := .Values.policy -}}
{{- if kindIs "string" $policy -}}{{- $policy = fromYaml $policy -}}{{- end -}}
{{- $given := false -}}
{{- range .Values.extraEnv -}}
{{- if eq (toString .name) "STILLGATE_CANARY_SECRET" -}}{{- $given = true -}}{{- end -}}
{{- end -}}
{{- range default list $policy.filters -}}
{{- if and (not $given) (eq (toString .type) "canary") (not (has (toString .mode) (list "off" "false"))) (not (default dict .config).secretFile) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
