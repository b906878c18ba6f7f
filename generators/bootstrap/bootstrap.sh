#!/bin/bash -p
# bootstrap.sh puts OpenShift's internal image registry on storage of OpenShift
# Data Foundation. It runs in the cluster, as a Job, and needs bash and oc.
#
# It can be killed after any call and started again, run twice, or run twice at
# the same time: each step looks first, writes only what differs, and looks
# again. Its parameters are environment variables, see check_parameters.
# How it ends:
#   0  done
#   1  time is up, or it was stopped; another run can succeed
#   2  a parameter, or a value from the cluster, that can never work
#   3  the registry's images could be lost; nothing has been changed
# The last line of every failure says what to do.
#
# shellcheck disable=SC2016 # a $ in a template for oc is the template's own

# Options that come in with the environment (SHELLOPTS, BASH_ENV) could print a
# credential, or pass it on to oc.
set +x +a +v
set -euo pipefail
set -f     # an unquoted variable is split, never taken for a file name pattern
LC_ALL=C   # [a-z] means just that
SECONDS=0  # bash's own clock: seconds since now

# The field manager of every write. Flux takes over the fields of any manager
# whose name starts with "kubectl", which is what oc calls itself if not told.
readonly MANAGER=registry-profile
readonly CONFIG=configs.imageregistry.operator.openshift.io/cluster
readonly REGISTRY_NAMESPACE=openshift-image-registry
readonly CREDENTIALS=image-registry-private-configuration-user # the name that the operator looks for
readonly CA_NAMESPACE=openshift-config                         # where the operator looks for trustedCA
readonly CA_KEY=ca-bundle.crt

# What values may look like. Everything that goes into JSON has passed one of
# these, so nothing needs escaping.
readonly NAME='[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?'
readonly HOST='[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]'
readonly PORT='[1-9][0-9]{0,4}'
readonly BUCKET='[A-Za-z0-9][A-Za-z0-9._-]{2,254}'
readonly BASE64='([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'
readonly UUID='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# The credentials must never be in the environment of oc. Had a variable that
# holds them come in from outside, it would be passed on, even a local one.
unset -v access_key secret_key answer error input line output seen value

# What the steps find out.
access_key='' secret_key=''
bucket='' bucket_host='' bucket_port='' host='' endpoint='' ca_bundle=''

# ---------------------------------------------------------------- talking

say() { printf '%s\n' "$*"; }

# say_once says a thing that a loop would otherwise say over and over.
declare -A said=()
say_once() {
  [[ -z ${said["$*"]-} ]] || return 0
  said["$*"]=yes
  say "$*"
}

# fail STATUS WHAT-TO-DO ends the run.
fail() {
  say "What to do: $2"
  exit "$1"
}

# ---------------------------------------------------------------- waiting

waiting_for='the first answer of the cluster'
diagnose=':' advice='' last_error=''

# A pipe that nobody ever writes into: reading from it with a time limit is how
# this script sleeps, because a signal ends such a sleep at once.
exec {silence}<> <(:)

# await CHECK DIAGNOSIS WHAT ADVICE repeats CHECK until it succeeds. A CHECK
# looks at the cluster, brings it nearer to what is wanted, and succeeds when
# there is nothing left to do. Any fault of a call just means: not yet.
await() {
  local check=$1
  diagnose=$2 waiting_for=$3 advice=$4 last_error=''
  "$check" && return
  say "Waiting for $waiting_for."
  pause
  until "$check"; do pause; done
}

pause() {
  ((SECONDS < TIMEOUT_SECONDS)) || give_up
  read -r -t "$POLL_SECONDS" -u "$silence" || true
}

give_up() {
  say "Time is up after $SECONDS seconds of waiting for $waiting_for."
  [[ -z $last_error ]] || say "The last error was: $last_error"
  CALL_SECONDS=5 # the Job's own deadline is near
  "$diagnose"
  fail 1 "$advice"
}

# The pod is deleted: its node is drained, or the Job's time is up.
stopped() {
  say "Stopped while waiting for $waiting_for."
  [[ -z $last_error ]] || say "The last error was: $last_error"
  fail 1 "Nothing, if the Job starts another pod: it goes on from here. Otherwise: ${advice:-start the Job again.}"
}
trap stopped TERM INT

# ---------------------------------------------------------------- oc

# call INPUT ARGUMENT... runs oc with INPUT on its standard input; what it
# prints is then in $output. It runs beside the script, which reads from it with
# a builtin, so that a signal is heard while oc is still waiting for an answer.
# INPUT may hold credentials: printf is a builtin too, so they are in no
# argument list and in no environment.
#
# There is no --request-timeout: given any such flag, oc no longer looks for the
# cluster that its pod runs in (client-go, tools/clientcmd). So it is this script
# that stops waiting.
call() {
  local from_oc pid status=0
  exec {from_oc}< <(run_oc "$@")
  pid=$!
  IFS= read -r -d '' -t "$CALL_SECONDS" -u "$from_oc" output || status=$?
  if ((status > 128)); then
    output="oc has had no answer for $CALL_SECONDS seconds"
    kill "$pid" 2>/dev/null || : # it may just have ended
  else
    IFS= read -r -d '' -u "$from_oc" status || : # to the end of it
  fi
  exec {from_oc}<&-
  [[ $status =~ ^[0-9]{1,3}$ ]] || status=unknown
  [[ $status == 0 ]] || complain "$status"
}

# run_oc prints what oc prints, and after a null character its exit status: bash
# 5.2 now and then loses that of a process substitution, and wait then says -1.
run_oc() {
  local input=$1 status=0
  shift
  oc "$@" < <(printf '%s\n' "$input") 2>&1 &
  trap 'kill "$!" 2>/dev/null' TERM
  wait "$!" || status=$?
  printf '\0%s' "$status"
}

# complain tells what is wrong with a call, once, and fails.
complain() {
  local line error='' value IFS=$'\n'
  # An answer that broke off may hold a part of a Secret.
  [[ $output != *"$MARK"* ]] || output='oc broke off in the middle of its answer'
  for line in $output; do
    # Lines of oc's own log carry the time, so they would never be the same.
    [[ ! $line =~ ^[IWEF][0-9]{4}\  && $line != Warning:* ]] || continue
    error+=$line
    [[ $line =~ :\ *$ ]] || break # "... is invalid: " goes on in the next line
  done
  error=${error:-oc ended with status $1}
  for value in "$access_key" "$secret_key"; do
    [[ -z $value ]] || error=${error//"$value"/(hidden)}
  done
  last_error=$error
  say_once "$error"
  return 1
}

# look TEMPLATE ARGUMENT... reads one object; what the template made of it is
# then in $answer, which is empty if there is no such object. MARK is where the
# answer begins: oc may have printed warnings before it.
readonly MARK='registry-profile reads:'
look() {
  local template=$1
  shift
  answer=''
  call '' get --ignore-not-found "$@" -o "go-template=$MARK$template" || return 1
  [[ $output != *"$MARK"* ]] || answer=${output#*"$MARK"}
}

# observe is look for templates that print lines "key=value": they are then in
# $seen. A key that comes more than once collects its values, one to a line.
declare -A seen=()
observe() {
  local line key IFS=$'\n'
  seen=()
  look "$@" || return 1
  for line in $answer; do
    key=${line%%=*}
    seen[$key]+=${seen[$key]:+$'\n'}${line#*=}
  done
}

# Templates for the data of a ConfigMap, where js keeps any value on one line,
# and of a Secret.
readonly TEXT_TEMPLATE='{{range $key, $value := .data}}
{{$key}}={{js $value}}{{end}}'
readonly BASE64_TEMPLATE='{{range $key, $value := .data}}
{{$key}}={{$value}}{{end}}'

# apply NAMESPACE MANIFEST writes the object whether it exists or not. It is a
# server-side apply because RBAC can allow its "create" for one single name.
apply() {
  call "$2" apply --server-side --force-conflicts "--field-manager=$MANAGER" --validate=false -n "$1" -f -
}

# must_be PATTERN MEANING VALUE WHOSE refuses a value of the cluster that no
# waiting can mend.
must_be() {
  [[ ! $3 =~ ^($1)$ ]] || return 0
  say "$4 is \"$3\", which is not $2."
  fail 2 "Find out who wrote that value, mend it there, and start the Job again."
}

# ---------------------------------------------------------------- parameters

faults=0

# expect VARIABLE PATTERN MEANING
expect() {
  if [[ ! -v $1 ]]; then
    say "Parameter $1 is missing: $3."
  elif [[ ! ${!1} =~ ^($2)$ ]]; then
    say "Parameter $1: \"${!1}\" is not $3."
  else
    return 0
  fi
  faults=$((faults + 1))
}

check_parameters() {
  : "${POLL_SECONDS:=5}" "${CALL_SECONDS:=20}"
  # What is optional may be unset, or empty. A pvc needs nothing else of s3.
  : "${DISABLE_REDIRECT=}" "${STORAGE_NAMESPACE=}" "${STORAGE_CLUSTER=}"
  : "${CHUNK_SIZE_MIB=}" "${TRUSTED_CA=}" "${CA_SOURCE_NAME=}"
  command -v oc >/dev/null || { say 'There is no oc in this image.' && faults=1; }
  expect BACKEND 's3|pvc' 's3 or pvc'
  expect CLAIM_NAME "$NAME" 'the name of a claim'
  expect REPLICAS '[1-9][0-9]{0,3}' 'a number of replicas'
  expect ROLLOUT_STRATEGY 'RollingUpdate|Recreate' 'RollingUpdate or Recreate'
  expect DISABLE_REDIRECT '(true|false)?' 'true, false or empty'
  expect ALLOW_STORAGE_SWITCH 'true|false' 'true or false'
  expect TIMEOUT_SECONDS '0|[1-9][0-9]{0,6}' 'a number of seconds'
  expect POLL_SECONDS '[0-9]{1,4}(\.[0-9]{1,3})?' 'a number of seconds'
  expect CALL_SECONDS '[1-9][0-9]{0,3}' 'a number of seconds'
  [[ ${BACKEND-} != s3 ]] || check_s3_parameters
  ((faults == 0)) || fail 2 'Correct the profile, render it again, and deliver it.'
}

check_s3_parameters() {
  expect CLAIM_NAMESPACE "$NAME" 'the name of a namespace'
  expect STORAGE_NAMESPACE "($NAME)?" 'the name of a namespace, or empty'
  expect STORAGE_CLUSTER "($NAME)?" 'the name of a StorageCluster, or empty'
  expect REGION '[A-Za-z0-9_-]{1,64}' 'the name of a region'
  expect CHUNK_SIZE_MIB '([5-9]|[1-9][0-9]{1,2}|[1-4][0-9]{3}|50[0-9]{2}|51[01][0-9]|5120)?' 'a number of MiB from 5 to 5120, or empty'
  expect ENDPOINT_SCHEME 'https|http' 'https or http'
  expect ENDPOINT 'route|host|service' 'route, host or service'
  case ${ENDPOINT-} in
    route)
      expect ROUTE_NAMESPACE "$NAME" 'the name of a namespace'
      expect ROUTE_NAME "$NAME" 'the name of a Route'
      ;;
    host) expect ENDPOINT_HOST "($HOST)(:$PORT)?" 'a host, or host:port' ;;
  esac
  expect TRUSTED_CA "($NAME)?" 'the name of a ConfigMap, or empty'
  expect CA_SOURCE_NAME "($NAME)?" 'the name of a ConfigMap, or empty'
  if [[ -n ${CA_SOURCE_NAME-} ]]; then
    expect CA_SOURCE_NAMESPACE "$NAME" 'the name of a namespace'
    expect CA_SOURCE_KEY '[A-Za-z0-9._-]{1,253}' 'a key of a ConfigMap'
    expect TRUSTED_CA "$NAME" 'the name of the ConfigMap to copy the CA bundle to'
  fi
}

# ---------------------------------------------------------------- 1. the claim

wait_for_claim() {
  # A PersistentVolumeClaim may stay unbound until the registry's first pod.
  [[ $BACKEND == s3 ]] || return 0
  await claim_is_bound print_claim \
    "ObjectBucketClaim $CLAIM_NAMESPACE/$CLAIM_NAME to be Bound, with its ConfigMap and Secret" \
    "Check that StorageCluster $STORAGE_NAMESPACE/$STORAGE_CLUSTER is Ready and that the claim's storageClassName exists (oc describe obc -n $CLAIM_NAMESPACE $CLAIM_NAME). Then start the Job again."
  must_be "$BUCKET" 'the name of a bucket' "$bucket" "BUCKET_NAME in ConfigMap $CLAIM_NAMESPACE/$CLAIM_NAME"
  say "Bucket $bucket is there."
}

claim_is_bound() {
  observe '
phase={{with .status}}{{with .phase}}{{js .}}{{end}}{{end}}' \
    -n "$CLAIM_NAMESPACE" objectbucketclaims.objectbucket.io "$CLAIM_NAME" || return 1
  [[ ${seen[phase]-} == Bound ]] || return 1

  observe "$TEXT_TEMPLATE" -n "$CLAIM_NAMESPACE" configmaps "$CLAIM_NAME" || return 1
  bucket=${seen[BUCKET_NAME]-} bucket_host=${seen[BUCKET_HOST]-} bucket_port=${seen[BUCKET_PORT]-}
  [[ -n $bucket ]] || return 1
  [[ $ENDPOINT != service || -n $bucket_host && -n $bucket_port ]] || return 1

  # The values stay as they are stored, in base64; they are only copied.
  observe "$BASE64_TEMPLATE" -n "$CLAIM_NAMESPACE" secrets "$CLAIM_NAME" || return 1
  access_key=${seen[AWS_ACCESS_KEY_ID]-} secret_key=${seen[AWS_SECRET_ACCESS_KEY]-}
  [[ -n $access_key && $access_key =~ ^$BASE64$ && -n $secret_key && $secret_key =~ ^$BASE64$ ]]
}

print_claim() {
  observe '
phase={{with .status}}{{with .phase}}{{js .}}{{end}}{{end}}
class={{with .spec}}{{with .storageClassName}}{{js .}}{{end}}{{end}}' \
    -n "$CLAIM_NAMESPACE" objectbucketclaims.objectbucket.io "$CLAIM_NAME" || true
  say "ObjectBucketClaim $CLAIM_NAMESPACE/$CLAIM_NAME: phase ${seen[phase]:-none}, storage class ${seen[class]:-none}."
  observe '{{range .items}}
event={{with .reason}}{{js .}}{{end}}: {{with .message}}{{js .}}{{end}}{{end}}' -n "$CLAIM_NAMESPACE" events \
    --field-selector "involvedObject.kind=ObjectBucketClaim,involvedObject.name=$CLAIM_NAME" || true
  say "Its events: ${seen[event]:-none}"
  [[ -n $STORAGE_NAMESPACE && -n $STORAGE_CLUSTER ]] || return 0
  observe '
phase={{with .status}}{{with .phase}}{{js .}}{{end}}{{end}}' \
    -n "$STORAGE_NAMESPACE" storageclusters.ocs.openshift.io "$STORAGE_CLUSTER" || true
  say "StorageCluster $STORAGE_NAMESPACE/$STORAGE_CLUSTER: phase ${seen[phase]:-none}."
}

# ---------------------------------------------------------------- 2. the endpoint and its CA

resolve_endpoint() {
  [[ $BACKEND == s3 ]] || return 0
  case $ENDPOINT in
    route)
      await route_has_a_host : "Route $ROUTE_NAMESPACE/$ROUTE_NAME to have a host" \
        "Check the Route's name. An external StorageCluster has no Route, nor has one with disableRoute: give the profile endpoint.route.host or endpoint.service."
      must_be "$HOST" 'the name of a host' "$host" "spec.host of Route $ROUTE_NAMESPACE/$ROUTE_NAME"
      ;;
    host) host=$ENDPOINT_HOST ;;
    service)
      must_be "$HOST" 'the name of a host' "$bucket_host" "BUCKET_HOST in ConfigMap $CLAIM_NAMESPACE/$CLAIM_NAME"
      must_be "$PORT" 'a port' "$bucket_port" "BUCKET_PORT in ConfigMap $CLAIM_NAMESPACE/$CLAIM_NAME"
      host=$bucket_host:$(port_of_the_scheme)
      ;;
  esac
  # A port that the scheme implies is left out: the Host header, which is part
  # of what an S3 client signs, never carries it.
  case $ENDPOINT_SCHEME in
    https) host=${host%:443} ;;
    http) host=${host%:80} ;;
  esac
  endpoint=$ENDPOINT_SCHEME://$host
  say "The endpoint is $endpoint."
}

# port_of_the_scheme: a claim names one port of the Service, for https wherever
# the store has a certificate, as both of ODF's have. The port for http is beside
# it (ocs-operator, cephobjectstores.go; noobaa-operator, service-s3.yaml).
port_of_the_scheme() {
  case $ENDPOINT_SCHEME:$bucket_port in
    http:443) say 80 ;;
    http:50443) say 50080 ;; # on the network of the host
    *) say "$bucket_port" ;;
  esac
}

route_has_a_host() {
  observe '
host={{with .spec}}{{with .host}}{{js .}}{{end}}{{end}}' \
    -n "$ROUTE_NAMESPACE" routes.route.openshift.io "$ROUTE_NAME" || return 1
  host=${seen[host]-}
  [[ -n $host ]]
}

# read_ca_bundle only reads: nothing is written before the guard has looked.
read_ca_bundle() {
  [[ $BACKEND == s3 && -n $TRUSTED_CA ]] || return 0
  local namespace=${CA_SOURCE_NAMESPACE-} name=$CA_SOURCE_NAME key=${CA_SOURCE_KEY-}
  # Without a source the ConfigMap is the user's own: it only has to be there.
  [[ -n $name ]] || namespace=$CA_NAMESPACE name=$TRUSTED_CA key=$CA_KEY
  ca_from=("$namespace" "$name" "$key")
  await ca_bundle_is_read : "a CA certificate in ConfigMap $namespace/$name, key $key" \
    "Put the PEM certificate of the CA that signed the certificate of $endpoint under that key. Then start the Job again."
}

ca_bundle_is_read() {
  look "{{with .data}}{{with index . \"${ca_from[2]}\"}}{{.}}{{end}}{{end}}" \
    -n "${ca_from[0]}" configmaps "${ca_from[1]}" || return 1
  keep_certificates
  [[ -n $ca_bundle ]]
}

# keep_certificates copies the well-formed certificates of $answer, and nothing
# else of it, into $ca_bundle.
keep_certificates() {
  local line body='' block='' IFS=$'\r\n'
  ca_bundle=''
  for line in $answer; do
    case $line in
      '-----BEGIN CERTIFICATE-----') block=$line$'\n' body='' ;;
      '-----END CERTIFICATE-----')
        [[ -z $block || -z $body || ! $body =~ ^$BASE64$ ]] || ca_bundle+=$block$line$'\n'
        block=''
        ;;
      *) [[ -z $block ]] || { block+=$line$'\n' && body+=$line; } ;;
    esac
  done
}

# ---------------------------------------------------------------- 3. the guard

# All of Config that matters, in one consistent read.
readonly CONFIG_TEMPLATE='
resourceVersion={{.metadata.resourceVersion}}
generation={{.metadata.generation}}
deleting={{with .metadata.deletionTimestamp}}{{.}}{{end}}
{{- with .metadata.annotations}}{{with index . "kubectl.kubernetes.io/last-applied-configuration"}}
lastApplied={{js .}}{{end}}{{end}}
{{- range .metadata.managedFields}}{{if not .subresource}}{{$manager := print .manager}}
{{- $state := exists .fieldsV1 "f:spec" "f:managementState"}}{{$storage := exists .fieldsV1 "f:spec" "f:storage"}}
{{- if eq $manager "registry-profile"}}{{if $state}}
stateIsOurs=yes{{end}}{{if eq (print .operation) "Apply"}}{{with .fieldsV1}}
claimed={{print (index . "f:spec")}}{{end}}{{end}}
{{- else if ne $manager "cluster-image-registry-operator"}}{{if $storage}}
storageOwner={{js $manager}}{{else if $state}}
stateOwner={{js $manager}}{{end}}{{end}}{{end}}{{end}}
{{- with .spec}}
managementState={{with .managementState}}{{js .}}{{end}}
rolloutStrategy={{with .rolloutStrategy}}{{js .}}{{end}}
disableRedirect={{with .disableRedirect}}{{.}}{{end}}
{{- end}}
{{- range $half, $object := .}}{{if or (eq $half "spec") (eq $half "status")}}{{with $object.storage}}
{{$half}}.managementState={{with .managementState}}{{js .}}{{end}}
{{$half}}.backends={{range $key, $_ := .}}{{if ne $key "managementState"}} {{$key}}{{end}}{{end}}
{{- with .pvc}}
{{$half}}.claim={{with .claim}}{{js .}}{{end}}{{end}}
{{- with .s3}}
{{$half}}.bucket={{with .bucket}}{{js .}}{{end}}
{{$half}}.region={{with .region}}{{js .}}{{end}}
{{$half}}.endpoint={{with .regionEndpoint}}{{js .}}{{end}}
{{$half}}.chunkSizeMiB={{with .chunkSizeMiB}}{{.}}{{end}}
{{$half}}.trustedCA={{with .trustedCA}}{{with .name}}{{js .}}{{end}}{{end}}
{{$half}}.unwanted={{if .virtualHostedStyle}}virtualHostedStyle {{end}}{{if .encrypt}}encrypt {{end}}{{if .keyID}}keyID {{end}}{{if .cloudFront}}cloudFront{{end}}
{{- end}}{{end}}{{end}}{{end}}
{{- with .status}}
observedGeneration={{with .observedGeneration}}{{.}}{{end}}{{range .conditions}}
is{{js .type}}={{js .status}}
condition={{js .type}}={{js .status}} {{with .reason}}{{js .}}{{end}}: {{with .message}}{{js .}}{{end}}{{end}}
{{- end}}'

read_config() {
  observe "$CONFIG_TEMPLATE" "$CONFIG" || return 1
  # A Config that is being deleted is soon replaced by the operator.
  [[ -n ${seen[resourceVersion]-} && -z ${seen[deleting]-} ]] || return 1
  must_be '[0-9]{1,20}' 'a number' "${seen[resourceVersion]}" "The resourceVersion of $CONFIG"
}

guard_images() {
  await config_may_be_changed : "the registry's configuration, $CONFIG" \
    'The image registry operator makes that object; check that the ImageRegistry capability is enabled (oc get clusteroperator image-registry). Then start the Job again.'
}

config_may_be_changed() {
  read_config && stop_if_images_could_be_lost
}

# stop_if_images_could_be_lost looks at what Config asks for and at what the
# operator has set up. What is there is only left behind when that is allowed.
stop_if_images_could_be_lost() {
  local half backend store stores=''
  for half in spec status; do
    for backend in ${seen[$half.backends]-}; do
      case $backend in
        emptyDir) continue ;; # dies with its pod: nothing to protect
        s3)
          is_our_bucket "${seen[$half.bucket]-}" "${seen[$half.endpoint]-}" && continue
          store="bucket \"${seen[$half.bucket]}\" at \"${seen[$half.endpoint]-}\" (s3)"
          ;;
        pvc)
          is_our_claim "${seen[$half.claim]-}" && continue
          store="PersistentVolumeClaim \"${seen[$half.claim]:-$OPERATORS_CLAIM}\" (pvc)"
          ;;
        *) store="a store of kind $backend" ;;
      esac
      stores+="$half.storage of $CONFIG names $store."$'\n'
    done
  done
  [[ -n $stores ]] || return 0
  say_once "${stores%$'\n'}"
  say_once "The profile wants $(wanted_store)."
  if [[ $ALLOW_STORAGE_SWITCH == true ]]; then
    say_once 'Switching all the same, because spec.bootstrap.allowStorageSwitch is true. Images are not copied.'
    return 0
  fi
  say 'After a switch, image streams would keep references to images that are only in the old storage.'
  fail 3 'Copy the images that are still needed; then set spec.bootstrap.allowStorageSwitch: true in the profile. Or write the storage that is there into the profile.'
}

wanted_store() {
  case $BACKEND in
    s3) say "bucket \"$bucket\" at \"$endpoint\" (s3)" ;;
    pvc) say "PersistentVolumeClaim \"$CLAIM_NAME\" (pvc)" ;;
  esac
}

readonly OPERATORS_CLAIM=image-registry-storage # what an empty claim means to the operator

is_our_claim() {
  [[ $BACKEND == pvc && ${1:-$OPERATORS_CLAIM} == "$CLAIM_NAME" ]]
}

# is_our_bucket BUCKET ENDPOINT. The name alone says little: two stores can have
# buckets of one name, unless a provisioner made it unique.
is_our_bucket() {
  [[ -n $1 ]] || return 0 # names nothing
  [[ $BACKEND == s3 && $1 == "$bucket" ]] || return 1
  [[ ! $1 =~ -$UUID$ ]] || return 0
  local there
  there=$(host_of "$2")
  [[ -n $there && ($there == "$(host_of "$endpoint")" || $there == "$(host_of "$bucket_host")") ]]
}

# host_of URL, without scheme, path and port.
host_of() {
  local name=${1#*://}
  name=${name%%/*}
  [[ ! $name =~ :[0-9]+$ ]] || name=${name%:*}
  say "${name,,}"
}

# ---------------------------------------------------------------- 4. the CA bundle and the credentials

write_ca_bundle() {
  await ca_bundle_is_in_place : "ConfigMap $CA_NAMESPACE/$TRUSTED_CA to hold the CA bundle" \
    'Mend what the error above says (a missing Role, a quota, an admission policy). Then start the Job again.'
}

ca_bundle_is_in_place() {
  [[ $BACKEND == s3 && -n $CA_SOURCE_NAME ]] || return 0
  look_at_ca_bundle || return 1
  if [[ $answer != "$ca_bundle" ]]; then
    say_once "Writing ConfigMap $CA_NAMESPACE/$TRUSTED_CA."
    apply "$CA_NAMESPACE" "$(ca_manifest)" && look_at_ca_bundle || return 1
  fi
  [[ $answer == "$ca_bundle" ]]
}

look_at_ca_bundle() {
  look "{{with .data}}{{with index . \"$CA_KEY\"}}{{.}}{{end}}{{end}}" -n "$CA_NAMESPACE" configmaps "$TRUSTED_CA"
}

ca_manifest() {
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"%s"},"data":{"%s":"%s"}}' \
    "$TRUSTED_CA" "$CA_NAMESPACE" "$CA_KEY" "${ca_bundle//$'\n'/\\n}"
}

write_credentials() {
  await credentials_are_in_place : "Secret $REGISTRY_NAMESPACE/$CREDENTIALS to hold the credentials of the claim" \
    'Mend what the error above says, or find out who else keeps writing that Secret. Then start the Job again.'
}

# Writing the same credentials again would be harmless to them, but any write of
# this Secret can restart the registry's pods. So it is compared first.
credentials_are_in_place() {
  [[ $BACKEND == s3 ]] || return 0
  look_at_credentials || return 1
  if ! credentials_match; then
    say_once "Writing Secret $REGISTRY_NAMESPACE/$CREDENTIALS."
    apply "$REGISTRY_NAMESPACE" "$(credentials_manifest)" && look_at_credentials || return 1
  fi
  credentials_match
}

look_at_credentials() {
  observe "$BASE64_TEMPLATE" -n "$REGISTRY_NAMESPACE" secrets "$CREDENTIALS"
}

credentials_match() {
  [[ ${seen[REGISTRY_STORAGE_S3_ACCESSKEY]-} == "$access_key" && ${seen[REGISTRY_STORAGE_S3_SECRETKEY]-} == "$secret_key" ]]
}

# No "type": it could not be changed where the Secret exists with another one.
credentials_manifest() {
  printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s","namespace":"%s"},"data":{"%s":"%s","%s":"%s"}}' \
    "$CREDENTIALS" "$REGISTRY_NAMESPACE" \
    REGISTRY_STORAGE_S3_ACCESSKEY "$access_key" REGISTRY_STORAGE_S3_SECRETKEY "$secret_key"
}

# ---------------------------------------------------------------- 5. the switch

switch_storage() {
  await config_is_in_place print_config "$CONFIG to name the new storage" "$CONFIG_ADVICE"
}

# config_is_in_place writes only on top of what the guard has just seen: every
# write carries the resourceVersion of that read, so the API server refuses it
# when anything has happened in between.
config_is_in_place() {
  config_may_be_changed || return 1
  if ! storage_is_ours || must_forget_last_applied; then
    storage_is_ours || say_once "Switching the registry to $(wanted_store)."
    ! must_forget_last_applied || say_once "Removing the annotation last-applied-configuration, by which the next oc apply could remove the storage."
    call '' patch "$CONFIG" --type=merge "--field-manager=$MANAGER" -p "$(config_patch)" || return 1
    config_may_be_changed || return 1
  fi
  if must_claim; then
    ! must_forget_last_applied || return 1 # somebody has just applied again
    say_once "Becoming a second owner of spec.managementState and spec.storage, which $(other_owners) could otherwise remove."
    claim || return 1
    config_may_be_changed || return 1
  fi
  storage_is_ours && ! must_forget_last_applied && ! must_claim
}

# storage_is_ours compares by meaning: the operator leaves out what is false and
# writes out what is empty. Replicas and the like are not looked at: after the
# switch they belong to Git.
storage_is_ours() {
  names_our_storage || return 1
  [[ ${seen[spec.managementState]-} == Unmanaged ]] || return 1
  [[ $DISABLE_REDIRECT != true || ${seen[disableRedirect]-} == true ]] || return 1
  if [[ $BACKEND == pvc ]]; then
    # A volume for one pod at a time cannot be rolled over to a second pod.
    [[ ${seen[spec.claim]-} == "$CLAIM_NAME" ]] || return 1
    [[ $ROLLOUT_STRATEGY != Recreate || ${seen[rolloutStrategy]-} == Recreate ]] || return 1
    return 0
  fi
  [[ ${seen[spec.region]-} == "$REGION" && ${seen[spec.endpoint]-} == "$endpoint" ]] &&
    [[ ${seen[spec.chunkSizeMiB]-} == "$CHUNK_SIZE_MIB" && ${seen[spec.trustedCA]-} == "$TRUSTED_CA" ]] &&
    [[ -z ${seen[spec.unwanted]-} ]]
}

# names_our_storage: the registry runs on this bucket or claim, and on no other.
names_our_storage() {
  [[ ${seen[managementState]-} == Managed && ${seen[spec.backends]-} == " $BACKEND" ]] || return 1
  case $BACKEND in
    s3) [[ ${seen[spec.bucket]-} == "$bucket" ]] ;;
    pvc) is_our_claim "${seen[spec.claim]-}" ;;
  esac
}

# One patch, for two reasons: two storage backends at a time are an error, and
# the operator, writing back all of a Config that it read earlier, can lose a
# second patch. The resourceVersion makes it conditional.
config_patch() {
  local annotations='' spec=''
  ! must_forget_last_applied || annotations=',"annotations":{"kubectl.kubernetes.io/last-applied-configuration":null}'
  storage_is_ours || spec=,$(config_spec)
  printf '{"metadata":{"resourceVersion":"%s"%s}%s}' "${seen[resourceVersion]}" "$annotations" "$spec"
}

config_spec() {
  local storage others='' key
  for key in azure emptyDir gcs ibmcos oss s3 swift pvc; do
    [[ $key == "$BACKEND" ]] || others+="\"$key\":null,"
  done
  case $BACKEND in
    s3) storage=$(printf '"s3":{%s,"encrypt":false,"keyID":null,"cloudFront":null,"chunkSizeMiB":%s,"trustedCA":{"name":"%s"}}' \
      "$(s3_fields)" "${CHUNK_SIZE_MIB:-null}" "$TRUSTED_CA") ;;
    pvc) storage=$(printf '"pvc":{"claim":"%s"}' "$CLAIM_NAME") ;;
  esac
  # storage.managementState "Managed" would let the operator empty and delete the
  # bucket when the registry is removed.
  printf '"spec":{"managementState":"Managed","storage":{"managementState":"Unmanaged",%s%s}%s}' "$others" "$storage" "$(switched_along)"
}

s3_fields() {
  printf '"bucket":"%s","region":"%s","regionEndpoint":"%s","virtualHostedStyle":false' "$bucket" "$REGION" "$endpoint"
}

# switched_along prints what has to change together with the storage. Once the
# registry is on it, replicas are Git's again, and this script sets only what
# the storage cannot work without.
switched_along() {
  if ! names_our_storage; then
    printf ',"replicas":%s' "$REPLICAS"
    printf ',"rolloutStrategy":"%s"' "$ROLLOUT_STRATEGY"
  elif [[ $BACKEND == pvc && $ROLLOUT_STRATEGY == Recreate ]]; then
    printf ',"rolloutStrategy":"Recreate"'
  fi
  [[ -z $DISABLE_REDIRECT ]] || printf ',"disableRedirect":%s' "$DISABLE_REDIRECT"
}

# Who else owns the storage? An applier that once had spec.storage in Git, and
# has it no longer, removes it at its next sync. That must not happen:
#
# - A client-side "oc apply" removes what the annotation last-applied-configuration
#   says it once applied. Without the annotation it removes nothing.
# - A server-side applier (Argo CD, Flux, oc apply --server-side) removes the
#   fields that it alone owns. Argo CD and Flux count the fields of oc among
#   their own. So the fields get a second owner, this script.
#
# The second needs the first, too: an apply by oc hands all the fields of the
# annotation's owner to us, and then removes those that are not in our manifest.
must_forget_last_applied() {
  [[ -n ${seen[lastApplied]-} ]] || return 1
  [[ ${seen[lastApplied]} == *'\"storage\"'* || ${seen[lastApplied]} == *'\"managementState\"'* ]] || must_claim
}

# Argo CD always owns managementState, since it stands in the Config of the
# profile. Where this script is its second owner by the switch itself, that is
# enough.
must_claim() {
  [[ ${seen[claimed]-} != "$(claimed_fields)" ]] || return 1
  [[ -n ${seen[storageOwner]-} || -n ${seen[stateOwner]-} && -z ${seen[stateIsOurs]-} ]]
}

# other_owners of spec.storage and spec.managementState, besides the operator.
other_owners() {
  local owners=${seen[storageOwner]-}${seen[storageOwner]:+$'\n'}${seen[stateOwner]-}
  owners=${owners%$'\n'}
  owners=${owners//$'\n'/, }
  say "${owners:-none}"
}

# claim changes no value: it applies what is there already. Only fields that the
# operator keeps as they are: one that it drops would be claimed again and again.
claim() {
  local storage
  case $BACKEND in
    s3) storage=$(printf '"s3":{%s%s%s}' "$(s3_fields)" \
      "${CHUNK_SIZE_MIB:+,\"chunkSizeMiB\":$CHUNK_SIZE_MIB}" "${TRUSTED_CA:+,\"trustedCA\":{\"name\":\"$TRUSTED_CA\"\}}") ;;
    pvc) storage=$(printf '"pvc":{"claim":"%s"}' "$CLAIM_NAME") ;;
  esac
  apply "$REGISTRY_NAMESPACE" "$(printf '{"apiVersion":"imageregistry.operator.openshift.io/v1","kind":"Config","metadata":{"name":"cluster","resourceVersion":"%s"},"spec":{"managementState":"Managed","storage":{"managementState":"Unmanaged",%s}}}' \
    "${seen[resourceVersion]}" "$storage")"
}

# claimed_fields is what a claim looks like in managedFields.
claimed_fields() {
  local fields # in alphabetical order, as oc prints them
  case $BACKEND in
    s3) fields="f:managementState:map[] f:s3:map[f:bucket:map[]${CHUNK_SIZE_MIB:+ f:chunkSizeMiB:map[]} f:region:map[] f:regionEndpoint:map[]${TRUSTED_CA:+ f:trustedCA:map[f:name:map[]]} f:virtualHostedStyle:map[]]" ;;
    pvc) fields='f:managementState:map[] f:pvc:map[f:claim:map[]]' ;;
  esac
  say "map[f:managementState:map[] f:storage:map[$fields]]"
}

# ---------------------------------------------------------------- 6. the operator

readonly CONFIG_ADVICE="Read the conditions above; oc logs -n $REGISTRY_NAMESPACE deployment/cluster-image-registry-operator says more. If spec.storage of $CONFIG is not what is wanted, something else keeps writing it: take it out of there. Then start the Job again."

wait_for_operator() {
  await registry_is_available print_operator \
    'the image registry operator to report the registry Available on this storage, and not Degraded' "$CONFIG_ADVICE"
  say "Done: the registry keeps its images in $(wanted_store)."
}

# All that was written is looked at again: the operator's first write after the
# switch may have undone it.
registry_is_available() {
  ca_bundle_is_in_place && credentials_are_in_place && config_is_in_place && operator_is_content
}

operator_is_content() {
  # config_is_in_place has just seen what this relies on: managementState Managed,
  # as a Removed registry is reported as Available, too; and no claim but ours.
  [[ ${seen[generation]-} == "${seen[observedGeneration]-}" ]] || return 1
  [[ " ${seen[status.backends]-} " == *" $BACKEND "* ]] || return 1
  [[ $BACKEND != s3 || ${seen[status.bucket]-} == "$bucket" ]] || return 1
  [[ ${seen[isAvailable]-} == True && ${seen[isDegraded]-} == False ]] || return 1
  read_cluster_operator && [[ ${seen[isAvailable]-} == True && ${seen[isDegraded]-} == False ]]
}

read_cluster_operator() {
  observe '{{with .status}}{{range .conditions}}
is{{js .type}}={{js .status}}
condition={{js .type}}={{js .status}} {{with .reason}}{{js .}}{{end}}: {{with .message}}{{js .}}{{end}}{{end}}{{end}}' \
    clusteroperators.config.openshift.io image-registry
}

print_config() {
  observe "$CONFIG_TEMPLATE" "$CONFIG" || true
  say "$CONFIG: managementState ${seen[managementState]:-none}, spec.storage${seen[spec.backends]:- none}, status.storage${seen[status.backends]:- none}, its other owners: $(other_owners)."
  say "Its conditions: ${seen[condition]:-none}"
}

print_operator() {
  print_config
  read_cluster_operator || true
  say "Conditions of ClusterOperator image-registry: ${seen[condition]:-none}"
}

# ---------------------------------------------------------------- the steps

check_parameters
wait_for_claim
resolve_endpoint
read_ca_bundle
guard_images
write_ca_bundle
write_credentials
switch_storage
wait_for_operator
