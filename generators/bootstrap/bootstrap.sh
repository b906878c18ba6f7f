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
#   2  a parameter, or a value from the cluster, that no waiting can mend
#   3  the registry's images could be lost; this run has written nothing
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
readonly CHUNK_SIZE='[5-9]|[1-9][0-9]{1,2}|[1-4][0-9]{3}|50[0-9]{2}|51[01][0-9]|5120'
readonly BUCKET='[A-Za-z0-9][A-Za-z0-9._-]{2,254}'
readonly BASE64='([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'
readonly SERVICE='([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.cluster\.local)?'
readonly ITEM="bucket=($BUCKET)|claim=($NAME)|backend=[A-Za-z0-9]{1,32}" # of leaveStorage
readonly UUID='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# The credentials must never be in the environment of oc. Had a variable that
# holds them come in from outside, it would be passed on, even a local one.
unset -v access_key secret_key answer config decoded error fields input line output reason rest text value
unset -v access_text secret_text

# What the steps find out.
access_key='' secret_key='' access_text='' secret_text='' # in base64, and as text
bucket='' prefix='' bucket_host='' bucket_port='' bucket_place='' # of the claim
host='' endpoint='' endpoint_place='' proven='' ca_bundle=''
written='' # what this run has written, or may have

# ---------------------------------------------------------------- talking

# log prints a message, without the credentials that may have got into it.
log() {
  local text=$1 value
  for value in "$access_key" "$secret_key" "$access_text" "$secret_text"; do
    [[ -z $value ]] || hide "$value"
  done
  printf '%s\n' "$text"
}

# hide VALUE takes it out of $text. A short one can be a part of any name, so it is
# hidden only where it stands for itself.
hide() {
  local around='[^A-Za-z0-9_.-]' rest=" $text " found
  if ((${#1} >= 8)); then
    text=${text//"$1"/(hidden)}
    return
  fi
  text=''
  while [[ $rest =~ ($around)"$1"($around) ]]; do
    found=${BASH_REMATCH[0]}
    text+=${rest%%"$found"*}${BASH_REMATCH[1]}'(hidden)'
    rest=${BASH_REMATCH[2]}${rest#*"$found"}
  done
  text+=$rest
  text=${text:1:${#text}-2}
}

# log_once prints what a loop would otherwise print over and over.
declare -A logged=()
log_once() {
  [[ -z ${logged["$1"]-} ]] || return 0
  logged["$1"]=yes
  log "$1"
}

# fail STATUS ADVICE... ends the run.
fail() {
  local IFS=' '
  log "What to do: ${*:2}"
  exit "$1"
}

# ---------------------------------------------------------------- waiting

waiting_for='the first answer of the cluster'
diagnose=':' step_advice='' advice='' reason='' reason_label='Not yet'

# A pipe that nothing is ever written into. To sleep, the script reads from it with
# a time limit: bash acts on a signal while it reads, but not while a command runs.
exec {silence}<> <(:)

# wait_until CHECK DIAGNOSIS WHAT ADVICE... repeats CHECK until it succeeds. A CHECK
# looks at the cluster, brings it nearer to what is wanted, and succeeds when
# there is nothing left to do. If there is, it fails with not_yet.
#
# "set -e" has no effect in a condition, nor in any function called from one, and
# so in no CHECK: every line there handles its own failure ("|| return 1").
wait_until() {
  local check=$1
  diagnose=$2 waiting_for=$3 step_advice=${*:4} advice=${*:4} reason=''
  until "$check"; do
    ((SECONDS < TIMEOUT_SECONDS)) || give_up
    read -r -t "$POLL_SECONDS" -u "$silence" || true
  done
}

# not_yet REASON [ADVICE...] fails. It prints the REASON unless that is still the
# same as before. ADVICE is what to do about it, if the step's is too general.
not_yet() {
  local IFS=' '
  log_once "Waiting for $waiting_for."
  [[ $reason == "$1" ]] || log "$reason_label: $1"
  reason=$1 advice=${*:2}
  advice=${advice:-$step_advice}
  return 1
}

give_up() {
  local what_to_do=$advice
  log "Time is up after $SECONDS seconds of waiting for $waiting_for."
  log "The last reason was: $reason"
  reason_label='No answer' # to a question of the diagnosis
  CALL_SECONDS=5           # the Job's own deadline is near
  "$diagnose"
  fail 1 "$what_to_do"
}

# The pod is deleted: its node is drained, or the Job's time is up.
stopped() {
  log "Stopped while waiting for $waiting_for."
  [[ -z $reason ]] || log "The last reason was: $reason"
  fail 1 "Nothing, if the Job starts another pod: it goes on from here. Otherwise: ${advice:-start the Job again.}"
}
trap stopped TERM INT

# ---------------------------------------------------------------- oc

# call INPUT ARGUMENT... runs oc with INPUT on its standard input; what it prints
# is then in $output. oc runs in the background, and the script reads from it with
# a builtin, which a signal interrupts even while oc waits for an answer.
# INPUT may hold credentials: printf is a builtin too, so they are in no argument
# list and in no environment.
#
# There is no --request-timeout: given any such flag, oc no longer looks for the
# cluster that its pod runs in (client-go, tools/clientcmd). So it is this script
# that stops waiting.
call() {
  local from_oc pid status=''
  exec {from_oc}< <(run_oc "$@")
  pid=$!
  if IFS= read -r -d '' -t "$CALL_SECONDS" -u "$from_oc" output; then
    IFS= read -r -d '' -u "$from_oc" status || : # it ends without a null character
  elif (($? > 128)); then
    output="oc has had no answer for $CALL_SECONDS seconds"
    kill "$pid" 2>/dev/null || : # it may just have ended
  fi
  exec {from_oc}<&-
  [[ $status =~ ^[0-9]{1,3}$ ]] || status=unknown
  [[ $status == 0 ]] || report_failed_call "$status"
}

# run_oc prints what oc prints, then a null character, then oc's exit status: bash
# 5.2 now and then loses the exit status of a process substitution. It runs oc in
# the background to be able to pass on the signal that call sends at a time-out.
run_oc() {
  local input=$1 status=0
  shift
  oc "$@" < <(printf '%s\n' "$input") 2>&1 &
  trap 'kill "$!" 2>/dev/null' TERM
  wait "$!" || status=$?
  printf '\0%s' "$status"
}

# report_failed_call STATUS makes the first message of oc the reason of not_yet.
# Warnings are no such message, nor are the lines of oc's own log ("E0131 ..."),
# which carry the time. A message that ends in a colon goes on in the next line.
report_failed_call() {
  local line error='' IFS=$'\n'
  # An answer that broke off may hold a part of a Secret.
  [[ $output != *"$MARK"* ]] || output='oc broke off in the middle of its answer'
  for line in $output; do
    [[ ! $line =~ ^[IWEF][0-9]{4}\  && $line != Warning:* ]] || continue
    error+=$line
    [[ $line =~ :\ *$ ]] || break
  done
  case ${error:=oc ended with status $1} in
    *' is forbidden: User '*) not_yet "$error" "Deliver the Job's Roles and RoleBindings, which allow that. $AGAIN" ;;
    *"ValidatingAdmissionPolicy '$MANAGER-"*)
      not_yet "$error" "Deliver this profile's own policies, or take away those of before if it has none: those in the\
 cluster let the Job of another profile pass. $AGAIN"
      ;;
    *"doesn't have a resource type"*)
      not_yet "$error" "Install what brings that kind; claims come with OpenShift Data Foundation. $AGAIN"
      ;;
    'Unable to connect to the server'* | 'The connection to the server'* | 'oc has had no answer'*)
      not_yet "$error" "Find out why the Job's pod does not reach the API server. $AGAIN"
      ;;
    *) not_yet "$error" "$CALL_ADVICE" ;;
  esac
}
readonly AGAIN='Then start the Job again.'
readonly CALL_ADVICE="Mend what the last reason says (a quota, an admission policy, the API server). $AGAIN"

# get_text TEMPLATE ARGUMENT... reads one object; what the TEMPLATE makes of it is
# then in $answer. Where there is no such object, $answer and $found are empty.
# MARK is where the answer begins: oc may have printed warnings before it.
#
# Templates are written with < and > for the double braces of oc: ACM and Helm
# evaluate double braces wherever they stand in a manifest, so here as well.
readonly OPEN='{''{' CLOSE='}''}' MARK='registry-profile reads:'
get_text() {
  local template=${1//</$OPEN}
  template=${template//>/$CLOSE}
  shift
  answer='' found=''
  call '' get --ignore-not-found "$@" -o "go-template=$MARK$template" || return 1
  [[ $output != *"$MARK"* ]] || found=yes answer=${output#*"$MARK"}
}

# get_fields is get_text for templates that print lines "key=value": they are then
# in $fields. A key that comes more than once collects its values, one to a line.
declare -A fields=()
get_fields() {
  local line key IFS=$'\n'
  fields=()
  get_text "$@" || return 1
  for line in $answer; do
    key=${line%%=*}
    fields[$key]+=${fields[$key]:+$'\n'}${line#*=}
  done
}

# Templates for the data of a ConfigMap, where js keeps any value on one line, and
# of a Secret; for the phase of anything; and for the conditions in a status.
readonly TEXT_TEMPLATE='<range $key, $value := .data>
<$key>=<js $value><end>'
readonly BASE64_TEMPLATE='<range $key, $value := .data>
<$key>=<$value><end>'
readonly PHASE_TEMPLATE='
phase=<with .status><with .phase><js .><end><end>'
readonly CONDITION_TEMPLATE='<js .status> <with .reason><js .><end>: <with .message><js .><end>'
readonly CONDITIONS_TEMPLATE="<range .conditions>
condition.<js .type>=$CONDITION_TEMPLATE
conditions=<js .type>=$CONDITION_TEMPLATE<end>"

# exists WHAT [ADVICE]: the object that was just read is there.
exists() { [[ -n $found ]] || not_yet "there is no $1" "${2-}"; }

# has_values WHAT ADVICE KEY...: it is there, and each KEY of it has a value. The
# reason names the key and never the value, which may be a credential.
has_values() {
  local key
  exists "$1" "$2" || return 1
  for key in "${@:3}"; do
    [[ -n ${fields[$key]-} ]] || not_yet "$key is missing or empty in $1" "$2" || return 1
  done
}

# write WHAT INPUT ARGUMENT... is a call that writes. A failed one may have been
# carried out all the same, unless the API server has refused it.
write() {
  local what=$1 status=0
  call "${@:2}" || status=1
  if ((status == 0)) || [[ ! $output =~ \((Conflict|Forbidden|NotFound)\) ]]; then
    [[ ", $written, " == *", $what, "* ]] || written+=${written:+, }$what
  fi
  return "$status"
}

# apply WHAT NAMESPACE MANIFEST writes the object whether it exists or not. It is a
# server-side apply because RBAC can allow its "create" for one single name.
apply() {
  write "$1" "$3" apply --server-side --force-conflicts "--field-manager=$MANAGER" --validate=false -n "$2" -f -
}

# never REASON ADVICE... ends the run: no waiting can mend that.
never() {
  log "$1"
  fail 2 "${@:2}"
}

# require_value PATTERN MEANING VALUE WHERE refuses a value of the cluster that no
# waiting can mend.
require_value() {
  [[ ! $3 =~ ^($1)$ ]] || return 0
  never "$4 is \"$3\", which is not $2." \
    'Find out who wrote that value, mend it there, and start the Job again.'
}

# ---------------------------------------------------------------- parameters

faults=0

# check_parameter NAME PATTERN MEANING counts a fault unless the variable of that
# NAME is set, and to what the PATTERN says.
check_parameter() {
  if [[ ! -v $1 ]]; then
    log "Parameter $1 is missing: $3."
  elif [[ ! ${!1} =~ ^($2)$ ]]; then
    log "Parameter $1: \"${!1}\" is not $3."
  else
    return 0
  fi
  faults=$((faults + 1))
}

check_parameters() {
  : "${POLL_SECONDS:=5}" "${CALL_SECONDS:=20}"
  # What is optional may be unset, or empty. A pvc needs nothing else of s3.
  : "${DISABLE_REDIRECT=}" "${STORAGE_NAMESPACE=}" "${STORAGE_CLUSTER=}" "${LEAVE_STORAGE=}"
  : "${CHUNK_SIZE_MIB=}" "${TRUSTED_CA=}" "${CA_SOURCE_NAME=}" "${MANAGEMENT_STATE:=Managed}"
  command -v oc >/dev/null || { log 'There is no oc in this image.' && faults=1; }
  check_parameter BACKEND 's3|pvc' 's3 or pvc'
  check_parameter CLAIM_NAMESPACE "$NAME" 'the name of a namespace'
  check_parameter CLAIM_NAME "$NAME" 'the name of a claim'
  check_parameter CLAIM_CLASS "$NAME" 'the name of a StorageClass'
  check_parameter REPLICAS '[1-9][0-9]{0,3}' 'a number of replicas'
  check_parameter ROLLOUT_STRATEGY 'RollingUpdate|Recreate' 'RollingUpdate or Recreate'
  check_parameter DISABLE_REDIRECT '(true|false)?' 'true, false or empty'
  check_parameter MANAGEMENT_STATE 'Managed|Removed' 'Managed or Removed'
  check_parameter LEAVE_STORAGE "(($ITEM)( ($ITEM))*)?" 'KIND=NAME of what may be left, with spaces between'
  check_parameter TIMEOUT_SECONDS '0|[1-9][0-9]{0,6}' 'a number of seconds'
  check_parameter POLL_SECONDS '[0-9]{1,4}(\.[0-9]{1,3})?' 'a number of seconds'
  check_parameter CALL_SECONDS '[1-9][0-9]{0,3}' 'a number of seconds'
  [[ ${BACKEND-} != s3 ]] || check_s3_parameters
  [[ ${BACKEND-} != pvc ]] ||
    check_parameter ACCESS_MODE 'ReadWriteMany|ReadWriteOnce' 'ReadWriteMany or ReadWriteOnce'
  ((faults == 0)) || fail 2 'Correct the profile, render it again, and deliver it.'
}

check_s3_parameters() {
  check_parameter STORAGE_NAMESPACE "($NAME)?" 'the name of a namespace, or empty'
  check_parameter STORAGE_CLUSTER "($NAME)?" 'the name of a StorageCluster, or empty'
  check_parameter REGION '[A-Za-z0-9_-]{1,64}' 'the name of a region'
  check_parameter CHUNK_SIZE_MIB "($CHUNK_SIZE)?" 'a number of MiB from 5 to 5120, or empty'
  check_parameter ENDPOINT_SCHEME 'https|http' 'https or http'
  check_parameter ENDPOINT 'route|host|service|external' 'route, host, service or external'
  case ${ENDPOINT-} in
    route)
      check_parameter ROUTE_NAMESPACE "$NAME" 'the name of a namespace'
      check_parameter ROUTE_NAME "$NAME" 'the name of a Route'
      ;;
    host) check_parameter ENDPOINT_HOST "($HOST)(:$PORT)?" 'a host, or host:port' ;;
  esac
  check_parameter TRUSTED_CA "($NAME)?" 'the name of a ConfigMap, or empty'
  check_parameter CA_SOURCE_NAME "($NAME)?" 'the name of a ConfigMap, or empty'
  if [[ -n $CA_SOURCE_NAME ]]; then
    check_parameter CA_SOURCE_NAMESPACE "$NAME" 'the name of a namespace'
    check_parameter CA_SOURCE_KEY '[A-Za-z0-9._-]{1,253}' 'a key of a ConfigMap'
    check_parameter TRUSTED_CA "$NAME" 'the name of the ConfigMap to copy the CA bundle to'
  fi
}

# ---------------------------------------------------------------- 1. the claim

wait_for_claim() {
  claim=$CLAIM_NAMESPACE/$CLAIM_NAME
  case $BACKEND in
    s3)
      the_claim="ObjectBucketClaim $claim" claim_resource=objectbucketclaims.objectbucket.io
      wait_until bucket_is_there print_claim "$the_claim to be Bound, with its ConfigMap and Secret" "$(claim_advice)"
      require_value "$BUCKET" 'the name of a bucket' "$bucket" "BUCKET_NAME in ConfigMap $claim"
      require_value "$HOST" 'the name of a host' "$bucket_host" "BUCKET_HOST in ConfigMap $claim"
      require_value "$PORT" 'a port' "$bucket_port" "BUCKET_PORT in ConfigMap $claim"
      bucket_place=$(place_of "https://$bucket_host:$bucket_port")
      log "Bucket $bucket is there."
      ;;
    pvc)
      the_claim="PersistentVolumeClaim $claim" claim_resource=persistentvolumeclaims
      wait_until volume_is_there print_claim "$the_claim to be Bound" "$(claim_advice)"
      ;;
  esac
}

claim_advice() {
  printf 'Find out why its provisioner does not fill it: oc describe -n %s %s %s.' \
    "$CLAIM_NAMESPACE" "$claim_resource" "$CLAIM_NAME"
  [[ -z $STORAGE_CLUSTER ]] ||
    printf ' Check that StorageCluster %s/%s is Ready.' "$STORAGE_NAMESPACE" "$STORAGE_CLUSTER"
  printf ' %s' "$AGAIN"
}

readonly CLAIM_TEMPLATE="
deleting=<with .metadata.deletionTimestamp><.><end>
provisioner=<with .metadata.labels><with index . \"bucket-provisioner\"><js .><end><end>
<- with .spec>
class=<with .storageClassName><js .><end>
prefix=<with .generateBucketName><js .><end>
modes=<range .accessModes> <js .><end>
<- end>$PHASE_TEMPLATE"

# claim_is_usable looks at what both kinds of claim have. Its callers then know $phase,
# $modes and $provisioner, which is the one that the claim's label names.
claim_is_usable() {
  get_fields "$CLAIM_TEMPLATE" -n "$CLAIM_NAMESPACE" "$claim_resource" "$CLAIM_NAME" &&
    exists "$the_claim" "Deliver all that was rendered, or make the claim that the profile's existingClaim names.\
 $AGAIN" || return 1
  [[ -z ${fields[deleting]-} ]] ||
    not_yet "$the_claim is being deleted" "Its storage goes with it. Find out who has deleted it; when it is\
 gone, deliver it again. $AGAIN" || return 1
  [[ ${fields[class]-} == "$CLAIM_CLASS" ]] ||
    never "$the_claim is of StorageClass \"${fields[class]-}\", but the profile wants \"$CLAIM_CLASS\"." \
      "A claim's class cannot change. Name the claim's class in the profile (storageClassName), or another claim."
  phase=${fields[phase]-} prefix=${fields[prefix]-} modes=${fields[modes]-} provisioner=${fields[provisioner]-}
  [[ $phase == Failed || $phase == Lost ]] || return 0
  print_claim
  never "The phase of $the_claim is $phase." \
    "It stays so. Find out why, and make it anew: oc describe -n $CLAIM_NAMESPACE $claim_resource $CLAIM_NAME." \
    "$AGAIN"
}

# class_is_read leaves the provisioner and the binding mode of the class in $fields.
class_is_read() {
  get_fields '
provisioner=<with .provisioner><js .><end>
binding=<with .volumeBindingMode><js .><end>' storageclasses.storage.k8s.io "$CLAIM_CLASS" &&
    exists "StorageClass $CLAIM_CLASS" "Check storageClassName in the profile, and that OpenShift Data Foundation is\
 set up: oc get storageclasses. $AGAIN"
}

bucket_is_there() {
  local phase modes provisioner wanted
  claim_is_usable && class_is_read || return 1
  wanted=$(label_of "${fields[provisioner]-}")
  [[ -z $provisioner || $provisioner == "$wanted" ]] ||
    never "$the_claim was served by \"$provisioner\", but StorageClass $CLAIM_CLASS means \"$wanted\"." \
      "The class of a claim that was there was changed, which has no effect. Name another claim in the profile."
  [[ $phase == Bound ]] || not_yet "the phase of $the_claim is ${phase:-empty}" || return 1
  [[ -n $provisioner ]] || not_yet "$the_claim has no label bucket-provisioner" || return 1
  claim_is_filled
}

# label_of PROVISIONER is the value of the label that lib-bucket-provisioner puts on
# its claims (pkg/provisioner/helpers.go).
label_of() {
  local label=$1
  [[ $label =~ ^[A-Za-z0-9_.-]{1,63}$ ]] || label=${label:0:63}
  printf '%s' "${label//\//-}"
}

claim_is_filled() {
  local key unfilled="The rook-ceph-operator or noobaa-operator fills that object; its log says why not yet. $AGAIN"
  get_fields "$TEXT_TEMPLATE" -n "$CLAIM_NAMESPACE" configmaps "$CLAIM_NAME" || return 1
  has_values "ConfigMap $claim" "$unfilled" BUCKET_NAME BUCKET_HOST BUCKET_PORT || return 1
  bucket=${fields[BUCKET_NAME]} bucket_host=${fields[BUCKET_HOST]} bucket_port=${fields[BUCKET_PORT]}

  # The values stay as they are stored, in base64; they are only copied.
  get_fields "$BASE64_TEMPLATE" -n "$CLAIM_NAMESPACE" secrets "$CLAIM_NAME" || return 1
  has_values "Secret $claim" "$unfilled" AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY || return 1
  for key in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; do
    [[ ${fields[$key]} =~ ^$BASE64$ ]] || not_yet "$key in Secret $claim is not base64" "$unfilled" || return 1
  done
  access_key=${fields[AWS_ACCESS_KEY_ID]} secret_key=${fields[AWS_SECRET_ACCESS_KEY]}
  # The text is only for log, to hide it.
  decode "$access_key" && access_text=$decoded
  decode "$secret_key" && secret_text=$decoded
}

# decode BASE64: what it says is then in $decoded.
decode() {
  local digits=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
  local i before text='' bits=0 count=0 byte
  for ((i = 0; i < ${#1}; i++)); do
    before=${digits%%"${1:i:1}"*} # as long as the digit is big
    ((${#before} < 64)) || break  # the padding
    bits=$(((bits << 6 | ${#before}) & 0xfff)) count=$((count + 6))
    ((count >= 8)) || continue
    count=$((count - 8))
    printf -v byte '\\x%02x' "$((bits >> count & 0xff))"
    text+=$byte
  done
  printf -v decoded %b "$text"
}

volume_is_there() {
  local phase modes provisioner
  claim_is_usable || return 1
  # A volume for many nodes serves one as well; the operator takes no other modes.
  [[ "$modes " == *" $ACCESS_MODE "* || "$modes " == *' ReadWriteMany '* ]] ||
    never "The accessModes of $the_claim are${modes:- none}, but the profile needs $ACCESS_MODE." \
      "A claim's accessModes cannot change. Name another claim in the profile."
  [[ $phase != Bound ]] || return 0
  class_is_read || return 1
  # Such a claim stays unbound until the registry's first pod.
  [[ $phase == Pending && ${fields[binding]-} == WaitForFirstConsumer ]] ||
    not_yet "the phase of $the_claim is ${phase:-empty}"
}

print_claim() {
  local kind=${the_claim%% *}
  get_fields "$CLAIM_TEMPLATE" -n "$CLAIM_NAMESPACE" "$claim_resource" "$CLAIM_NAME" || true
  log "$the_claim: phase ${fields[phase]:-none}, storage class ${fields[class]:-none}."
  get_fields '<range .items>
event=<with .reason><js .><end>: <with .message><js .><end><end>' -n "$CLAIM_NAMESPACE" events \
    --field-selector "involvedObject.kind=$kind,involvedObject.name=$CLAIM_NAME" || true
  log "Its events: ${fields[event]:-none}"
  [[ -n $STORAGE_NAMESPACE && -n $STORAGE_CLUSTER ]] || return 0
  get_fields "$PHASE_TEMPLATE" -n "$STORAGE_NAMESPACE" storageclusters.ocs.openshift.io "$STORAGE_CLUSTER" || true
  log "StorageCluster $STORAGE_NAMESPACE/$STORAGE_CLUSTER: phase ${fields[phase]:-none}."
}

# ---------------------------------------------------------------- 2. the endpoint and its CA

resolve_endpoint() {
  [[ $BACKEND == s3 ]] || return 0
  case $ENDPOINT in
    route)
      the_route="Route $ROUTE_NAMESPACE/$ROUTE_NAME"
      wait_until route_has_a_host : "$the_route to have a host" \
        "Check the Route's name. An external StorageCluster has no Route, nor has one with disableRoute:" \
        'give the profile endpoint.external or endpoint.service.'
      require_value "$HOST" 'the name of a host' "$host" "spec.host of $the_route"
      ;;
    host) host=$ENDPOINT_HOST ;;
    service) host=$bucket_host:$(port_of_the_scheme) ;;
    external) host=$bucket_host:$bucket_port ;;
  esac
  # A port that the scheme implies is left out: the Host header, which is part
  # of what an S3 client signs, never carries it.
  case $ENDPOINT_SCHEME in
    https) host=${host%:443} ;;
    http) host=${host%:80} ;;
  esac
  endpoint=$ENDPOINT_SCHEME://$host endpoint_place=$(place_of "$ENDPOINT_SCHEME://$host")
  log "The endpoint is $endpoint."
  prove_endpoint
}

# prove_endpoint: the endpoint has to lead to the store that has the claim's bucket. A
# literal host can say so only by being the one that the claim names.
prove_endpoint() {
  local service=''
  [[ ! ${bucket_host,,} =~ ^$SERVICE$ ]] || service=${BASH_REMATCH[2]}/${BASH_REMATCH[1]}
  proven=yes
  case $ENDPOINT in
    route)
      if [[ -n $service ]]; then
        [[ $ROUTE_NAMESPACE/$route_to == "${service%/*}/Service ${service#*/}" ]] ||
          never "$the_route leads to ${route_to:-nothing}, but the claim's bucket is at $bucket_host." "$ROUTE_ADVICE"
      elif [[ $endpoint_place != "$bucket_place" ]]; then
        never "$the_route has the host $host, but the claim's bucket is at $bucket_host:$bucket_port." "$ROUTE_ADVICE"
      fi
      ;;
    service)
      [[ -n $service ]] || never "The claim's bucket is at $bucket_host, which is no Service of this cluster." \
        'Give the profile endpoint.external in the place of endpoint.service.'
      ;;
    external)
      [[ -z $service ]] || never "The claim's bucket is at $bucket_host, which is a Service of this cluster." \
        'Give the profile endpoint.service or endpoint.route in the place of endpoint.external.'
      ;;
    host)
      [[ $endpoint_place != "$bucket_place" ]] || return 0
      proven=''
      log "Nothing in the cluster says that $endpoint leads to the claim's bucket, at $bucket_host:$bucket_port."
      ;;
  esac
}
readonly ROUTE_ADVICE="Name the Route that leads there in the profile (endpoint.route.name), or give it\
 endpoint.service or, for a host outside of the cluster, endpoint.external."

# place_of URL names where it leads, so that two places can be compared: the host, the
# port, and what else there is. 80 and 443, and 50080 and 50443, are the ports for
# http and https of one Service (see port_of_the_scheme).
place_of() {
  local name=${1,,} port=443
  name=${name#http://} name=${name#https://}
  while [[ $name == */ ]]; do name=${name%/}; done
  [[ ! $name =~ ^(.*[^:]):([0-9]{1,5})$ ]] || name=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
  case $port in
    80) port=443 ;;
    50080) port=50443 ;;
  esac
  [[ ! $name =~ ^$SERVICE$ ]] || name=${name%.cluster.local}
  [[ -z $name ]] || printf '%s:%s' "$name" "$port"
}

# port_of_the_scheme: a claim names one port of the Service, for https wherever
# the store has a certificate, as both of ODF's have. The port for http is beside
# it (ocs-operator, cephobjectstores.go; noobaa-operator, service-s3.yaml).
port_of_the_scheme() {
  case $ENDPOINT_SCHEME:$bucket_port in
    http:443) printf 80 ;;
    http:50443) printf 50080 ;; # on the network of the host
    *) printf '%s' "$bucket_port" ;;
  esac
}

route_has_a_host() {
  get_fields '<with .spec>
host=<with .host><js .><end>
to=<with .to><js .kind> <js .name><end>
<- range .alternateBackends>
to=<js .kind> <js .name><end><end>' -n "$ROUTE_NAMESPACE" routes.route.openshift.io "$ROUTE_NAME" &&
    exists "$the_route" || return 1
  host=${fields[host]-} route_to=${fields[to]-}
  route_to=${route_to//$'\n'/, }
  [[ -n $host ]] || not_yet "$the_route has no spec.host" \
    "OpenShift gives a Route its host: oc describe route -n $ROUTE_NAMESPACE $ROUTE_NAME says why it has not. $AGAIN"
}

# read_ca_bundle only reads: nothing is written before the guard has looked.
read_ca_bundle() {
  [[ $BACKEND == s3 && -n $TRUSTED_CA ]] || return 0
  ca_namespace=${CA_SOURCE_NAMESPACE-} ca_name=$CA_SOURCE_NAME ca_key=${CA_SOURCE_KEY-}
  # Without a source the ConfigMap is the user's own: it only has to be there.
  [[ -n $ca_name ]] || ca_namespace=$CA_NAMESPACE ca_name=$TRUSTED_CA ca_key=$CA_KEY
  wait_until ca_bundle_is_read : "a CA certificate in ConfigMap $ca_namespace/$ca_name, key $ca_key" \
    "Put the PEM certificate of the CA that signed the certificate of $endpoint under that key. $AGAIN"
}

ca_bundle_is_read() {
  local source="ConfigMap $ca_namespace/$ca_name"
  get_text "<with .data><with index . \"$ca_key\"><.><end><end>" -n "$ca_namespace" configmaps "$ca_name" &&
    exists "$source" || return 1
  [[ -n $answer ]] || not_yet "$ca_key is missing or empty in $source" || return 1
  keep_certificates
  [[ -n $ca_bundle ]] || not_yet "$ca_key in $source holds no PEM certificate"
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

# All of Config that matters, in one consistent read. First its owners: storageOwner
# and stateOwner are managers, but the operator and this script, that own
# spec.storage or just spec.managementState; appliedByUs is what co_own has made
# ours. Then the fields, by their path; backends are the stores in storage (" s3").
readonly CONFIG_TEMPLATE='
resourceVersion=<.metadata.resourceVersion>
generation=<.metadata.generation>
deleting=<with .metadata.deletionTimestamp><.><end>
<- with .metadata.annotations><with index . "kubectl.kubernetes.io/last-applied-configuration">
lastApplied=<js .><end><with index . "registryprofile.dev/left-storage">
left=<js .><end><with index . "registryprofile.dev/confirm-storage-change">
confirmed=<js .><end><end>
<- range .metadata.managedFields><if not .subresource><$manager := print .manager>
<- $state := exists .fieldsV1 "f:spec" "f:managementState"><$storage := exists .fieldsV1 "f:spec" "f:storage">
<- if eq $manager "registry-profile"><if $state>
stateIsOurs=yes<end><if eq (print .operation) "Apply"><with .fieldsV1>
appliedByUs=<print (index . "f:spec")><end><end>
<- else if ne $manager "cluster-image-registry-operator"><if $storage>
storageOwner=<js $manager><else if $state>
stateOwner=<js $manager><end><end><end><end>
<- with .spec>
spec.managementState=<with .managementState><js .><end>
spec.rolloutStrategy=<with .rolloutStrategy><js .><end>
spec.disableRedirect=<with .disableRedirect><.><end>
<- end>
<- range $half, $object := .><if or (eq $half "spec") (eq $half "status")><with $object.storage>
<$half>.storage.managementState=<with .managementState><js .><end>
<$half>.backends=<range $key, $_ := .><if ne $key "managementState"> <$key><end><end>
<- with .pvc>
<$half>.storage.pvc.claim=<with .claim><js .><end><end>
<- with .s3><range $key, $value := .><if and $value (ne $key "trustedCA")>
<$half>.storage.s3.<js $key>=<js $value><end><end>
<$half>.storage.s3.trustedCA.name=<with .trustedCA><with .name><js .><end><end>
<- end><end><end><end>
<- with .status>
observedGeneration=<with .observedGeneration><.><end>'"$CONDITIONS_TEMPLATE<end>"

declare -A config=() # the fields of Config as they were last read

get_config() {
  local key
  config=()
  get_fields "$CONFIG_TEMPLATE" "$CONFIG" || return 1
  for key in "${!fields[@]}"; do config[$key]=${fields[$key]}; done
}

guard_images() {
  wait_until switch_is_admitted : "the registry's configuration, $CONFIG" "$NO_CONFIG_ADVICE"
}

# switch_is_admitted: the guard lets the switch pass, and so does the API server. It is
# asked before anything is written: a policy that refuses the switch later would leave the
# registry with the credentials of one store and the address of another.
switch_is_admitted() {
  config_may_be_changed || return 1
  spec_matches || call '' patch "$CONFIG" --type=merge "--field-manager=$MANAGER" --dry-run=server -p "$(config_patch)"
}
readonly NO_CONFIG_ADVICE="The image registry operator makes that object: check that the ImageRegistry capability is\
 enabled (oc get clusteroperator image-registry). $AGAIN"

config_may_be_changed() {
  get_config && exists "$CONFIG" "$NO_CONFIG_ADVICE" || return 1
  [[ -z ${config[deleting]-} ]] || not_yet "$CONFIG is being deleted" \
    "Find out what keeps it from going away (its finalizers; $OPERATOR_LOG). $AGAIN" || return 1
  require_value '[0-9]{1,20}' 'a number' "${config[resourceVersion]}" "The resourceVersion of $CONFIG"
  stop_if_images_could_be_lost
}

# stop_if_images_could_be_lost looks at what Config asks for and at what the operator
# has set up. What is there is only left behind where the profile names it: $leaving
# is then what the next write has to mark as spent.
stop_if_images_could_be_lost() {
  local half backend store item sort stores='' wanted='' sorts='' left=${config[left]-}
  left=${left//'\u003D'/=} # from what js makes of it
  leaving=''
  [[ ${config[spec.managementState]-} != Unmanaged ]] || stop_guard \
    "spec.managementState of $CONFIG is Unmanaged: the registry is run by hand." \
    "If the operator shall run it again, set spec.managementState of $CONFIG to Managed. $AGAIN"
  for half in spec status; do
    for backend in ${config[$half.backends]-}; do
      other_store "$half" "$backend" || continue
      # The switch is made already, and the operator is about to follow.
      [[ $half != status || " $left " != *" $item "* ]] || ! spec_names_our_store || continue
      stores+="$half.storage of $CONFIG names $store."$'\n'
      [[ " $wanted " == *" $item "* ]] || judge_item
    done
  done
  [[ -n $stores ]] || return 0
  stores+="The profile wants $(wanted_store)."
  [[ -z $sorts ]] || stop_guard "$stores" "$(guard_advice)"
  log_once "$stores"
  log_once "Leaving $leaving, which spec.bootstrap.leaveStorage of the profile allows. Images are not copied."
}

# judge_item: may $item be left? If not, $sorts grows by the reason.
judge_item() {
  wanted+=${wanted:+ }$item
  if [[ ! $item =~ ^($ITEM)$ ]]; then
    sorts+=' unfit'
  elif [[ " $LEAVE_STORAGE " != *" $item "* ]]; then
    sorts+=" $sort"
  elif [[ " $left " == *" $item "* ]]; then
    sorts+=' spent'
    stores+="The permission to leave $item was used before."$'\n'
  else
    leaving+=${leaving:+ }$item
  fi
}

# stop_guard REASON ADVICE ends the run, with 3 if it has written nothing. Otherwise
# it is 1, so that the Job starts another, which ends with 3 at its first look.
stop_guard() {
  log "$1"
  [[ -n $written ]] || fail 3 "$2"
  log "Before that, this run had written $written; it writes nothing more."
  fail 1 "$2"
}

# other_store HALF BACKEND: Config names a store there that is not ours and may hold
# images. It is then in $store, in $item as the profile would name it, and in $sort.
other_store() {
  local name=${config[$1.storage.s3.bucket]-} url=${config[$1.storage.s3.regionEndpoint]-}
  sort=other
  case $2 in
    emptyDir) return 1 ;; # dies with its pod: nothing to protect
    s3)
      [[ -n $name ]] && ! is_our_bucket "$name" "$url" || return 1
      store="bucket \"$name\" at \"$url\" (s3)" item=bucket=$name
      if [[ $BACKEND == s3 && $name == "$bucket" && -z $proven ]]; then
        sort=unproven
      elif [[ $BACKEND == s3 && $name != "$bucket" ]] && was_generated "$name" && leads_to_our_store "$url"; then
        sort=replaced
      fi
      ;;
    pvc)
      name=${config[$1.storage.pvc.claim]:-$OPERATORS_CLAIM}
      ! is_our_claim "$name" || return 1
      store="PersistentVolumeClaim \"$name\" (pvc)" item=claim=$name
      ;;
    *) store="a store of kind $2" item=backend=$2 ;;
  esac
}

# guard_advice reads the variables of stop_if_images_could_be_lost.
guard_advice() {
  local allow
  allow="write into the profile, for one switch, spec.bootstrap.leaveStorage: [$(as_yaml)]"
  [[ $sorts != *unfit* ]] || allow="take that storage out of $CONFIG by hand, as no profile can name it"
  case $sorts in
    *spent*)
      printf 'Find out what has switched back. To allow it once more: oc annotate %s %s-. %s' \
        "$CONFIG" "$LEFT_STORAGE" "$AGAIN"
      ;;
    *other* | *unfit*)
      printf 'Copy the images that are still needed, since image streams keep their references to what is only there;'
      printf ' then %s. Or write the storage that is there into the profile.' "$allow"
      ;;
    *replaced*)
      printf 'Look for a claim that still has the old bucket: oc get objectbucketclaims -A -o yaml. If there is none,'
      printf ' the claim was deleted and made again: the bucket was deleted with it, its images are gone with it, and'
      printf ' have to be pushed again. If there is one, copy the images. Then %s.' "$allow"
      ;;
    *)
      printf 'Check that %s leads to bucket "%s" with the images in it; then %s.' "$endpoint" "$bucket" "$allow"
      printf ' Or use endpoint.route, endpoint.service or endpoint.external, which can be proven.'
      ;;
  esac
}
readonly LEFT_STORAGE=registryprofile.dev/left-storage
readonly CONFIRM_STORAGE=registryprofile.dev/confirm-storage-change # that of the admission policy

# as_yaml prints $wanted as items of leaveStorage. A name is quoted where YAML could
# take it for something else.
as_yaml() {
  local item name list=''
  for item in $wanted; do
    name=${item#*=}
    [[ $name =~ ^[A-Za-z] && ! ${name,,} =~ ^(true|false|null|yes|off)$ ]] || name="\"$name\""
    list+="${list:+, }{${item%%=*}: $name}"
  done
  printf '%s' "$list"
}

wanted_store() {
  case $BACKEND in
    s3) printf 'bucket "%s" at "%s" (s3)' "$bucket" "$endpoint" ;;
    pvc) printf 'PersistentVolumeClaim "%s" (pvc)' "$CLAIM_NAME" ;;
  esac
}

readonly OPERATORS_CLAIM=image-registry-storage # what an empty claim means to the operator

is_our_claim() { [[ $BACKEND == pvc && ${1:-$OPERATORS_CLAIM} == "$CLAIM_NAME" ]]; }

# is_our_bucket BUCKET ENDPOINT. The name alone says little: two stores can have
# buckets of one name, unless a provisioner made it unique. To an endpoint that is
# not proven, nothing is moved unasked, not even the bucket of that name.
is_our_bucket() {
  [[ $BACKEND == s3 && $1 == "$bucket" ]] || return 1
  [[ $(place_of "$2") != "$endpoint_place" ]] || return 0
  [[ -n $proven ]] || return 1
  leads_to_our_store "$2" || was_generated "$1"
}

leads_to_our_store() {
  local place
  place=$(place_of "$1")
  [[ $place == "$endpoint_place" || $place == "$bucket_place" ]]
}

# was_generated BUCKET: lib-bucket-provisioner made that name from the claim's prefix
# (pkg/provisioner/helpers.go), so that no other bucket has it.
was_generated() { [[ -n $prefix && $1 == "${prefix:0:26}"-* && ${1#"${prefix:0:26}"-} =~ ^$UUID$ ]]; }

# ---------------------------------------------------------------- 4. the CA bundle and the credentials

readonly REWRITTEN_ADVICE="Find out what else writes that object (oc get -o yaml --show-managed-fields). $AGAIN"

write_ca_bundle() {
  wait_until ca_bundle_is_in_place : "ConfigMap $CA_NAMESPACE/$TRUSTED_CA to hold the CA bundle" "$CALL_ADVICE"
}

ca_bundle_is_in_place() {
  [[ $BACKEND == s3 && -n $CA_SOURCE_NAME ]] || return 0
  get_written_ca || return 1
  [[ $answer != "$ca_bundle" ]] || return 0
  config_may_be_changed || return 1
  log_once "Writing ConfigMap $CA_NAMESPACE/$TRUSTED_CA."
  apply "ConfigMap $CA_NAMESPACE/$TRUSTED_CA" "$CA_NAMESPACE" "$(ca_manifest)" && get_written_ca || return 1
  [[ $answer == "$ca_bundle" ]] ||
    not_yet "ConfigMap $CA_NAMESPACE/$TRUSTED_CA does not hold what was just written to it" "$REWRITTEN_ADVICE"
}

get_written_ca() {
  get_text "<with .data><with index . \"$CA_KEY\"><.><end><end>" -n "$CA_NAMESPACE" configmaps "$TRUSTED_CA"
}

ca_manifest() {
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"%s"},"data":{"%s":"%s"} }' \
    "$TRUSTED_CA" "$CA_NAMESPACE" "$CA_KEY" "${ca_bundle//$'\n'/\\n}"
}

write_credentials() {
  wait_until credentials_are_in_place : \
    "Secret $REGISTRY_NAMESPACE/$CREDENTIALS to hold the credentials of the claim" "$CALL_ADVICE"
}

# Writing the same credentials again would be harmless to them, but any write of
# this Secret can restart the registry's pods. So it is compared first.
credentials_are_in_place() {
  [[ $BACKEND == s3 ]] || return 0
  get_written_credentials || return 1
  ! credentials_match || return 0
  config_may_be_changed || return 1
  log_once "Writing Secret $REGISTRY_NAMESPACE/$CREDENTIALS."
  apply "Secret $REGISTRY_NAMESPACE/$CREDENTIALS" "$REGISTRY_NAMESPACE" "$(credentials_manifest)" &&
    get_written_credentials || return 1
  credentials_match ||
    not_yet "Secret $REGISTRY_NAMESPACE/$CREDENTIALS does not hold what was just written to it" "$REWRITTEN_ADVICE"
}

get_written_credentials() {
  get_fields "$BASE64_TEMPLATE" -n "$REGISTRY_NAMESPACE" secrets "$CREDENTIALS"
}

credentials_match() {
  [[ ${fields[REGISTRY_STORAGE_S3_ACCESSKEY]-} == "$access_key" ]] &&
    [[ ${fields[REGISTRY_STORAGE_S3_SECRETKEY]-} == "$secret_key" ]]
}

# No "type": it could not be changed where the Secret exists with another one.
credentials_manifest() {
  printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s","namespace":"%s"},"data":{' \
    "$CREDENTIALS" "$REGISTRY_NAMESPACE"
  printf '"REGISTRY_STORAGE_S3_ACCESSKEY":"%s","REGISTRY_STORAGE_S3_SECRETKEY":"%s"} }' "$access_key" "$secret_key"
}

# ---------------------------------------------------------------- 5. the switch

switch_storage() {
  wait_until config_is_in_place print_config "$CONFIG to name the new storage" "$CALL_ADVICE"
}

# config_is_in_place writes only on top of what the guard has just seen: every
# write carries the resourceVersion of that read, so the API server refuses it
# when anything has happened in between.
config_is_in_place() {
  local undone="Something else keeps writing that: find out what (metadata.managedFields of $CONFIG names it), and\
 take it out of there. $AGAIN"
  config_may_be_changed || return 1
  if ! spec_matches || must_forget_last_applied || [[ -n $leaving ]]; then
    spec_matches || announce_switch
    ! must_forget_last_applied ||
      log_once 'Removing the annotation last-applied-configuration: by it, the next oc apply could remove the storage.'
    write "$CONFIG" '' patch "$CONFIG" --type=merge "--field-manager=$MANAGER" -p "$(config_patch)" || return 1
    config_may_be_changed || return 1
  fi
  if must_co_own && ! must_forget_last_applied; then
    log_once "Becoming a second owner of spec.managementState and spec.storage: $(other_owners) could remove them."
    co_own || return 1
    config_may_be_changed || return 1
  fi
  spec_matches || not_yet "$difference" "$undone" || return 1
  ! must_forget_last_applied || not_yet "oc apply has just annotated $CONFIG again" "$undone" || return 1
  ! must_co_own || not_yet "$(other_owners) could still remove spec.storage of $CONFIG" "$undone"
}

announce_switch() {
  local removed="spec.managementState of $CONFIG is Removed"
  if [[ $MANAGEMENT_STATE == Removed ]]; then
    log_once "Removing the registry, as the profile says. Its storage stays: $(wanted_store)."
    return
  fi
  # So it is on a new cluster, too, and nobody can tell the two apart.
  [[ ${config[spec.managementState]-} != Removed ]] ||
    log_once "$removed, and the profile wants Managed. To keep it Removed, say so in the profile: $REMOVED_FIELD."
  log_once "Switching the registry to $(wanted_store)."
}
readonly REMOVED_FIELD='spec.registry.managementState: Removed'

# spec_matches: Config asks for our storage. If not, $difference names the first
# field that differs. It compares by meaning: the operator leaves out what is false
# and writes out what is empty. Replicas and the like are not looked at: after the
# switch they belong to Git.
spec_matches() {
  local i is want=(managementState "$MANAGEMENT_STATE" backends " $BACKEND" storage.managementState Unmanaged)
  [[ $DISABLE_REDIRECT != true ]] || want+=(disableRedirect true)
  if [[ $BACKEND == pvc ]]; then
    want+=(storage.pvc.claim "$CLAIM_NAME")
    # A volume for one pod at a time cannot be rolled over to a second pod.
    [[ $ROLLOUT_STRATEGY != Recreate ]] || want+=(rolloutStrategy Recreate)
  else
    want+=(storage.s3.bucket "$bucket" storage.s3.region "$REGION" storage.s3.regionEndpoint "$endpoint")
    want+=(storage.s3.chunkSizeMiB "$CHUNK_SIZE_MIB" storage.s3.trustedCA.name "$TRUSTED_CA")
    want+=(storage.s3.virtualHostedStyle '' storage.s3.encrypt '' storage.s3.keyID '' storage.s3.cloudFront '')
  fi
  for ((i = 0; i < ${#want[@]}; i += 2)); do
    is=${config[spec.${want[i]}]-}
    [[ $is == "${want[i + 1]}" ]] && continue
    difference="spec.${want[i]} of $CONFIG is \"$is\" and not \"${want[i + 1]}\""
    return 1
  done
}

# spec_names_our_store: Config asks for this bucket or claim, and for no other store.
spec_names_our_store() {
  [[ ${config[spec.backends]-} == " $BACKEND" ]] || return 1
  case $BACKEND in
    s3) is_our_bucket "${config[spec.storage.s3.bucket]-}" "${config[spec.storage.s3.regionEndpoint]-}" ;;
    pvc) is_our_claim "${config[spec.storage.pvc.claim]-}" ;;
  esac
}

# One patch, for two reasons: two storage backends at a time are an error, and
# the operator, writing back all of a Config that it read earlier, can lose a
# second patch. The resourceVersion makes it conditional.
config_patch() {
  local annotations='' spec='' others='' defaults='"encrypt":false,"keyID":null,"cloudFront":null,' key
  ! must_forget_last_applied || annotations='"kubectl.kubernetes.io/last-applied-configuration":null'
  [[ -z $leaving ]] || annotations+=${annotations:+,}"\"$LEFT_STORAGE\":\"$(left_by_now)\""
  if ! spec_matches; then
    for key in azure emptyDir gcs ibmcos oss s3 swift pvc; do
      [[ $key == "$BACKEND" ]] || others+="\"$key\":null,"
    done
    [[ -n $CHUNK_SIZE_MIB ]] || defaults+='"chunkSizeMiB":null,'
    [[ -n $TRUSTED_CA ]] || defaults+='"trustedCA":{"name":""},'
    spec=,$(config_spec "$others" "$defaults" "$(switched_along)")
    # It was good for one move by hand, and would stand in the way of the same one later.
    [[ -z ${config[confirmed]-} ]] || annotations+=${annotations:+,}"\"$CONFIRM_STORAGE\":null"
  fi
  [[ -z $annotations ]] || annotations=",\"annotations\":{$annotations}"
  printf '{"metadata":{"resourceVersion":"%s"%s}%s}' "${config[resourceVersion]}" "$annotations" "$spec"
}

# left_by_now prints all that was ever left with a permission. Two Jobs that each may
# leave the other's storage would otherwise switch back and forth.
left_by_now() {
  local item all='' left=${config[left]-}
  for item in ${left//'\u003D'/=} $leaving; do
    [[ ! $item =~ ^($ITEM)$ || " $all " == *" $item "* ]] || all+=${all:+ }$item
  done
  printf '%s' "$all"
}

# config_spec MORE-OF-STORAGE MORE-OF-S3 MORE prints the spec with what the profile
# says of the storage, and with the rest. storage.managementState "Managed" would
# let the operator empty and delete the bucket when the registry is removed.
config_spec() {
  local store
  case $BACKEND in
    s3)
      store=$(printf '"s3":{%s"bucket":"%s","region":"%s","regionEndpoint":"%s"' "$2" "$bucket" "$REGION" "$endpoint")
      [[ -z $CHUNK_SIZE_MIB ]] || store+=",\"chunkSizeMiB\":$CHUNK_SIZE_MIB"
      [[ -z $TRUSTED_CA ]] || store+=",\"trustedCA\":{\"name\":\"$TRUSTED_CA\"}"
      store+=',"virtualHostedStyle":false}'
      ;;
    pvc) store="\"pvc\":{\"claim\":\"$CLAIM_NAME\"}" ;;
  esac
  printf '"spec":{"managementState":"%s","storage":{%s"managementState":"Unmanaged",%s}%s}' \
    "$MANAGEMENT_STATE" "$1" "$store" "$3"
}

# switched_along prints what has to change together with the storage. Once the
# registry is on it, replicas are Git's again, and this script sets only what
# the storage cannot work without. A registry that is to be Removed keeps its own.
switched_along() {
  if [[ $MANAGEMENT_STATE == Managed && ${config[spec.managementState]-} != Managed ]] || ! spec_names_our_store; then
    printf ',"replicas":%s,"rolloutStrategy":"%s"' "$REPLICAS" "$ROLLOUT_STRATEGY"
  elif [[ $BACKEND == pvc && $ROLLOUT_STRATEGY == Recreate ]]; then
    printf ',"rolloutStrategy":"Recreate"'
  fi
  [[ -z $DISABLE_REDIRECT ]] || printf ',"disableRedirect":%s' "$DISABLE_REDIRECT"
}

# Who else owns the storage? An applier that once had spec.storage in Git, and has
# it no longer, removes it at its next sync. That must not happen:
#
# - A client-side "oc apply" removes what the annotation last-applied-configuration
#   says it once applied. Without the annotation it removes nothing.
# - A server-side applier (Argo CD, Flux, oc apply --server-side) removes the
#   fields that it alone owns. Argo CD and Flux count the fields of oc among
#   their own. So the fields get a second owner, this script.
#
# The second needs the first, too: an apply by oc hands all the fields of the
# annotation's owner to us, and then removes those that are not in our manifest.
# In lastApplied, js has put a backslash before every quote of the annotation.
must_forget_last_applied() {
  [[ -n ${config[lastApplied]-} ]] || return 1
  [[ ${config[lastApplied]} == *'\"storage\"'* || ${config[lastApplied]} == *'\"managementState\"'* ]] || must_co_own
}

# An applier of a Config of the user's own may own managementState alone. Where this
# script is its second owner by the switch itself, that is enough.
must_co_own() {
  [[ ${config[appliedByUs]-} != "$(owned_fields)" ]] || return 1
  [[ -n ${config[storageOwner]-} || -n ${config[stateOwner]-} && -z ${config[stateIsOurs]-} ]]
}

# other_owners of spec.storage and spec.managementState, besides the operator.
other_owners() {
  local owners=${config[storageOwner]-}${config[storageOwner]:+$'\n'}${config[stateOwner]-}
  owners=${owners%$'\n'}
  owners=${owners//$'\n'/, }
  printf '%s' "${owners:-none}"
}

# co_own changes no value: it applies what is there already. Only fields that the
# operator keeps as they are: one that it drops would be applied again and again.
co_own() {
  local kind='"apiVersion":"imageregistry.operator.openshift.io/v1","kind":"Config"'
  apply "$CONFIG" "$REGISTRY_NAMESPACE" "$(printf '{%s,"metadata":{"name":"cluster","resourceVersion":"%s"},%s}' \
    "$kind" "${config[resourceVersion]}" "$(config_spec '' '' '')")"
}

# owned_fields is f:spec of our entry in managedFields after co_own, in the words
# in which oc prints a map: by the alphabet, and "map[]" for a field without others.
owned_fields() {
  local s3 storage
  s3="f:bucket:map[]${CHUNK_SIZE_MIB:+ f:chunkSizeMiB:map[]} f:region:map[] f:regionEndpoint:map[]"
  s3+="${TRUSTED_CA:+ f:trustedCA:map[f:name:map[]]} f:virtualHostedStyle:map[]"
  case $BACKEND in
    s3) storage="f:s3:map[$s3]" ;;
    pvc) storage='f:pvc:map[f:claim:map[]]' ;;
  esac
  printf 'map[f:managementState:map[] f:storage:map[f:managementState:map[] %s]]' "$storage"
}

# ---------------------------------------------------------------- 6. the operator

readonly OPERATOR_LOG="oc logs -n $REGISTRY_NAMESPACE deployment/cluster-image-registry-operator"
readonly OPERATOR_ADVICE="Mend what the conditions above say; $OPERATOR_LOG says more. $AGAIN"
readonly IDLE_ADVICE="Find out why the operator is idle: oc get pods -n $REGISTRY_NAMESPACE; $OPERATOR_LOG. $AGAIN"

wait_for_operator() {
  local state='Available on this storage' done='the registry keeps its images in'
  [[ $MANAGEMENT_STATE == Managed ]] || state=Removed done='the registry is Removed. Its images stay in'
  wait_until operator_has_followed print_operator \
    "the image registry operator to report the registry $state, and not Degraded" "$OPERATOR_ADVICE"
  note_cluster_operator
  log "Done: $done $(wanted_store)."
}

# note_cluster_operator: ClusterOperator sums up the registry, the image pruner and
# node-ca. Of these only the registry is this script's business.
note_cluster_operator() {
  local kind condition
  reason_label='No answer'
  get_cluster_operator || return 0
  for kind in Available=True Degraded=False; do
    condition=${fields[condition.${kind%=*}]-}
    [[ -z $condition || ${condition%% *} == "${kind#*=}" ]] ||
      log "Note: ClusterOperator image-registry says ${kind%=*}=$condition. Config's own conditions are good, so that\
 it comes from the image pruner or from node-ca, or is about to pass."
  done
}

# All that was written is looked at again: the operator's first write after the
# switch may have undone it.
operator_has_followed() {
  ca_bundle_is_in_place && credentials_are_in_place && config_is_in_place && operator_is_content
}

# operator_is_content judges the Config that config_is_in_place has just read. A Removed
# registry is reported as Available, too: it is gone when nothing of it is in Progress.
operator_is_content() {
  local condition there conditions='Available=True Degraded=False'
  [[ ${config[generation]-} == "${config[observedGeneration]-}" ]] ||
    not_yet "the operator saw generation ${config[observedGeneration]:-0} of $CONFIG, not ${config[generation]-}" \
      "$IDLE_ADVICE" || return 1
  if [[ $MANAGEMENT_STATE == Removed ]]; then
    conditions='Removed=True Progressing=False Degraded=False'
  else
    status_names_our_store || return 1
  fi
  for condition in $conditions; do
    there=${config[condition.${condition%=*}]-}
    [[ ${there%% *} == "${condition#*=}" ]] || not_content "$CONFIG says ${condition%=*}=${there:-nothing}" || return 1
  done
}

# Where the operator cannot use what was changed, the registry goes on as before.
status_names_our_store() {
  local field there
  [[ " ${config[status.backends]-} " == *" $BACKEND "* ]] ||
    not_content "status.storage of $CONFIG names${config[status.backends]:- nothing} and not $BACKEND" || return 1
  for field in bucket regionEndpoint trustedCA.name; do
    there=${config[status.storage.s3.$field]-}
    [[ $BACKEND != s3 || $there == "${config[spec.storage.s3.$field]-}" ]] ||
      not_content "status.storage.s3.$field of $CONFIG is \"$there\", not yet that of spec" || return 1
  done
}

# not_content REASON is not_yet. Where one of Config's conditions shows an error of the
# store, that is the reason, and has advice of its own.
not_content() {
  local kind error what_to_do
  for kind in StorageExists Progressing Degraded Available; do
    error=${config[condition.$kind]-}
    what_to_do=$(store_advice "$error")
    [[ -z $what_to_do ]] || not_yet "$CONFIG says $kind=$error" "$what_to_do $AGAIN" || return 1
  done
  not_yet "$1"
}

# store_advice ERROR prints what to do about an error of the store, if it is one.
store_advice() {
  [[ $BACKEND == s3 ]] || return 0
  case ${1,,} in
    *' is forbidden: user '*) return ;; # it is the API server that says so
    *x509:* | *'signed by unknown authority'*)
      printf 'Give the profile the CA that signed the certificate of %s (trustedCA).' "$endpoint"
      ;;
    *nosuchbucket* | *toomanybuckets*)
      printf 'Find out why %s has no bucket %s: another store answers there, or the bucket was deleted.' \
        "$endpoint" "$bucket"
      ;;
    *signaturedoesnotmatch* | *invalidaccesskeyid* | *accessdenied* | *forbidden* | *' 403'*)
      printf 'Find out why %s refuses the credentials of Secret %s: it leads to another store,' "$endpoint" "$claim"
      printf ' or the provisioner has to be restarted to write them anew.'
      ;;
    *'no such host'*) printf 'Find out why the operator cannot resolve the host of %s (DNS).' "$endpoint" ;;
    *'connection refused'* | *'i/o timeout'*)
      printf 'Find out why nothing answers at %s: its pods, its port, or a proxy in between (noProxy).' "$endpoint"
      ;;
  esac
}

get_cluster_operator() {
  get_fields "<with .status>$CONDITIONS_TEMPLATE<end>" clusteroperators.config.openshift.io image-registry
}

print_config() {
  get_config || true
  log "$CONFIG: managementState ${config[spec.managementState]:-none}, spec.storage${config[spec.backends]:- none},\
 status.storage${config[status.backends]:- none}, its other owners: $(other_owners)."
  log "Its conditions: ${config[conditions]:-none}"
}

print_operator() {
  print_config
  get_cluster_operator || true
  log "Conditions of ClusterOperator image-registry: ${fields[conditions]:-none}"
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
