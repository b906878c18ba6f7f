#!/bin/bash -p
# smoke-test.sh shows that images can be pushed to OpenShift's internal image
# registry, and that nodes can pull them. It runs in the cluster, as a Job, and
# needs bash and oc. It pushes one tiny image that has never been there before,
# starts a pod of it for each node that is asked for, reads what the nodes say, and
# takes image and pods away again. It touches nothing else.
#
# It can be killed after any call and started again: each run first takes away what
# an earlier one has left. Its parameters are environment variables, see
# check_parameters. How it ends:
#   0  every node that was asked for has pulled the image
#   1  time is up, or it was stopped; another run can succeed
#   2  a parameter that no waiting can mend
#   3  the registry does not work: it takes no image, or a node cannot pull it
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
umask 077  # the credentials are in a file while an image is pushed

readonly MANAGER=registry-profile
readonly CONFIG=configs.imageregistry.operator.openshift.io/cluster
readonly REGISTRY_NAMESPACE=openshift-image-registry
readonly REGISTRY=image-registry.$REGISTRY_NAMESPACE.svc:5000 # by which nodes know it
readonly LABEL=registryprofile.dev/smoke-test                 # of the pods; its value is IMAGE_NAME

# What values may look like. Everything that goes into JSON has passed one of
# these, so nothing needs escaping.
readonly NAME='[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?'
readonly LABEL_KEY='[A-Za-z0-9]([A-Za-z0-9._/-]{0,315}[A-Za-z0-9])?'
readonly DIGEST='sha256:[0-9a-f]{64}'
readonly SECONDS_PATTERN='0|[1-9][0-9]{0,6}'

# The credentials must never be in the environment of oc. Had a variable that
# holds them come in from outside, it would be passed on, even a local one.
unset -v access_key secret_key access_text secret_text answer encoded fields line output reason rest text token value

# What log hides: this Job's own token, as it is and as the registry takes it. The
# other two are of the bootstrap Job's, and stay empty here.
access_key='' access_text='' secret_key='' secret_text=''
run='' digest='' cleaned=yes

# ---------------------------------------------------------------- as in bootstrap.sh

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

readonly CONDITION_TEMPLATE='<js .status> <with .reason><js .><end>: <with .message><js .><end>'
readonly CONDITIONS_TEMPLATE="<range .conditions>
condition.<js .type>=$CONDITION_TEMPLATE
conditions=<js .type>=$CONDITION_TEMPLATE<end>"

# exists WHAT [ADVICE]: the object that was just read is there.
exists() { [[ -n $found ]] || not_yet "there is no $1" "${2-}"; }

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

# ---------------------------------------------------------------- talking and calling

# fail STATUS ADVICE... ends the run, and leaves nothing behind.
fail() {
  local IFS=' '
  clean_up
  log "What to do: ${*:2}"
  exit "$1"
}

# call INPUT ARGUMENT... runs oc with INPUT on its standard input; what it prints is
# then in $output. A failure is the reason of not_yet.
call() {
  ask "$@" || report_failed_call "$status"
}

# ask is call without a word about a failure; oc's own exit status is then in $status.
# oc runs in the background, and the script reads from it with a builtin, which a
# signal interrupts even while oc waits for an answer.
ask() {
  local from_oc pid
  status=''
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
  [[ $status == 0 ]]
}

# ---------------------------------------------------------------- parameters

faults=0

check_parameters() {
  : "${POLL_SECONDS:=5}" "${CALL_SECONDS:=20}" "${PUSH_SECONDS:=120}" "${GRACE_SECONDS:=}"
  : "${NODE_SELECTOR=}" "${TOLERATIONS=}"
  : "${ACCOUNT_FOLDER:=/var/run/secrets/kubernetes.io/serviceaccount}"
  command -v oc >/dev/null || { log 'There is no oc in this image.' && faults=1; }
  check_parameter BOOTSTRAP_NAMESPACE "$NAME" 'the name of a namespace'
  check_parameter BOOTSTRAP_JOB "$NAME" 'the name of a Job'
  check_parameter PULL_NAMESPACE "$NAME" 'the name of a namespace'
  check_parameter IMAGE_NAME "$NAME" 'the name of an ImageStream'
  check_parameter SECRETS_FOLDER '/[A-Za-z0-9/._-]+' 'a folder'
  check_parameter SERVICE_CA_FILE '/[A-Za-z0-9/._-]+' 'a file'
  check_parameter NODES '[1-9][0-9]{0,2}' 'a number of nodes'
  check_parameter TOPOLOGY_KEY "$LABEL_KEY" 'the key of a label'
  check_parameter NODE_SELECTOR "($LABEL_KEY=[A-Za-z0-9._-]*)?( $LABEL_KEY=[A-Za-z0-9._-]*)*" \
    'KEY=VALUE of labels, with spaces between'
  check_parameter TOLERATIONS '(\[\{[^{}]*\}(,\{[^{}]*\})*\])?' 'a list of tolerations in JSON, or empty'
  check_parameter WAIT_SECONDS "$SECONDS_PATTERN" 'a number of seconds'
  check_parameter TIMEOUT_SECONDS "$SECONDS_PATTERN" 'a number of seconds'
  [[ -z $GRACE_SECONDS ]] || check_parameter GRACE_SECONDS "$SECONDS_PATTERN" 'a number of seconds'
  check_parameter POLL_SECONDS '[0-9]{1,4}(\.[0-9]{1,3})?' 'a number of seconds'
  check_parameter CALL_SECONDS '[1-9][0-9]{0,3}' 'a number of seconds'
  check_parameter PUSH_SECONDS '[1-9][0-9]{0,3}' 'a number of seconds'
  ((faults == 0)) || fail 2 'Correct the profile, render it again, and deliver it.'
  # A fault that lasts is one. A short test comes to a verdict, too.
  [[ -n $GRACE_SECONDS ]] || GRACE_SECONDS=$((TIMEOUT_SECONDS < 270 ? TIMEOUT_SECONDS / 3 : 90))
}

# ---------------------------------------------------------------- 1. the registry is ready

# wait_for_registry may take as long as the bootstrap Job; the rest has a time of its own.
wait_for_registry() {
  local test_seconds=$TIMEOUT_SECONDS
  TIMEOUT_SECONDS=$WAIT_SECONDS
  wait_until registry_is_ready print_config \
    "Job $BOOTSTRAP_NAMESPACE/$BOOTSTRAP_JOB to complete and the registry to be Available" "$OPERATOR_ADVICE"
  TIMEOUT_SECONDS=$((SECONDS + test_seconds))
  log 'The registry is Available on its storage.'
}
readonly OPERATOR_ADVICE="Find out why the registry is not ready: oc describe $CONFIG;\
 oc logs -n $REGISTRY_NAMESPACE deployment/cluster-image-registry-operator. $AGAIN"

readonly JOB_TEMPLATE='<with .status><range .conditions><if eq .status "True">
<js .type>='"$CONDITION_TEMPLATE"'<end><end><end>'

readonly CONFIG_TEMPLATE='
generation=<.metadata.generation>
<- with .spec>
state=<with .managementState><js .><end>
readOnly=<with .readOnly><.><end>
<- end>
<- with .status>
observed=<with .observedGeneration><.><end>'"$CONDITIONS_TEMPLATE<end>"

registry_is_ready() { bootstrap_is_complete && config_is_settled; }

bootstrap_is_complete() {
  local job="Job $BOOTSTRAP_NAMESPACE/$BOOTSTRAP_JOB"
  local words="Do what its last words say: oc logs -n $BOOTSTRAP_NAMESPACE job/$BOOTSTRAP_JOB. $AGAIN"
  get_fields "$JOB_TEMPLATE" -n "$BOOTSTRAP_NAMESPACE" jobs.batch "$BOOTSTRAP_JOB" &&
    exists "$job" "Deliver all that was rendered. $AGAIN" || return 1
  [[ -z ${fields[Failed]-} ]] || not_yet "$job has failed: ${fields[Failed]#True }" "$words" || return 1
  [[ -n ${fields[Complete]-} ]] || not_yet "$job is not complete" "$words"
}

# config_is_settled: all pods of the registry are those of the settings that Config has now.
config_is_settled() {
  local kind wanted condition
  get_fields "$CONFIG_TEMPLATE" "$CONFIG" && exists "$CONFIG" || return 1
  [[ ${fields[state]-} == Managed ]] ||
    not_yet "spec.managementState of $CONFIG is ${fields[state]:-empty}" \
      "Only a Managed registry can be tested. If it shall not be, leave the test out (spec.verify.enabled). $AGAIN" ||
    return 1
  [[ ${fields[readOnly]-} != true ]] || not_yet "spec.readOnly of $CONFIG is true, so that no image can be pushed" \
    "Set it to false, or leave the test out (spec.verify.enabled: false). $AGAIN" || return 1
  [[ ${fields[observed]-} == "${fields[generation]-}" ]] ||
    not_yet "the operator saw generation ${fields[observed]:-0} of $CONFIG, not ${fields[generation]-}" || return 1
  for kind in Available=True Degraded=False Progressing=False; do
    condition=${fields[condition.${kind%=*}]-} wanted=${kind#*=}
    [[ $condition =~ ^$wanted($|\ ) ]] || not_yet "$CONFIG says ${kind%=*}=${condition:-nothing}" || return 1
  done
}

print_config() {
  get_fields "$CONFIG_TEMPLATE" "$CONFIG" || true
  log "The conditions of $CONFIG: ${fields[conditions]:-none}"
}

# ---------------------------------------------------------------- 2. what is left of earlier runs

# clean_up takes away what this run has made. What it cannot, the next run does, and
# pods end by themselves.
clean_up() {
  [[ -z $cleaned ]] || return 0
  cleaned=yes
  CALL_SECONDS=5 # the Job's own deadline may be near
  forget_credentials
  take_away || log "Note: what this run has made is still in namespace $PULL_NAMESPACE: ${output:-no answer}"
}

forget_credentials() { : >"$SECRETS_FOLDER/config.json"; }

take_away() {
  ask '' delete pods -n "$PULL_NAMESPACE" -l "$LABEL=$IMAGE_NAME" --ignore-not-found --wait=false &&
    ask '' delete imagestreams.image.openshift.io "$IMAGE_NAME" -n "$PULL_NAMESPACE" --ignore-not-found --wait=false
}

forget_earlier_runs() {
  wait_until nothing_is_left : "what an earlier run has left to be gone from namespace $PULL_NAMESPACE" "$CALL_ADVICE"
}

nothing_is_left() {
  take_away || report_failed_call "$status" || return 1
  get_text '<range .items> <.metadata.name><end>' pods -n "$PULL_NAMESPACE" -l "$LABEL=$IMAGE_NAME" || return 1
  [[ -z $answer ]] || not_yet "there is still:$answer"
}

# A pod that comes before its pull secret has none for good. OpenShift makes it when the
# registry comes.
wait_for_pull_secret() {
  wait_until pull_secret_is_there : "ServiceAccount $PULL_NAMESPACE/default to have its pull secret" \
    "Find out why openshift-controller-manager does not make it: oc get clusteroperator openshift-controller-manager.\
 $AGAIN"
}

pull_secret_is_there() {
  get_text '<range .imagePullSecrets> <js .name><end>' -n "$PULL_NAMESPACE" serviceaccounts default &&
    exists "ServiceAccount $PULL_NAMESPACE/default" || return 1
  [[ -n $answer ]] || not_yet 'it has no imagePullSecrets'
}

# ---------------------------------------------------------------- 3. the image is pushed

# push_image pushes an image of one layer that nobody has had before: no node can have it
# already.
push_image() {
  local now
  printf -v now '%(%s)T' -1
  printf -v run '%08x%04x' "$now" "$RANDOM"
  write_layer "run $run of the smoke test of registry-profile"
  failing=''
  wait_until image_is_pushed : "an image to be pushed to $REGISTRY/$PULL_NAMESPACE/$IMAGE_NAME" "$CALL_ADVICE"
  log "Pushed $REGISTRY/$PULL_NAMESPACE/$IMAGE_NAME@$digest."
}

# The token is read anew for each try: it is renewed in its file. oc finds the CA of the
# registry in the variable that every Go program reads; its flag for it is younger.
image_is_pushed() {
  local CALL_SECONDS=$PUSH_SECONDS pushed=''
  [[ -r $ACCOUNT_FOLDER/token ]] || not_yet "$ACCOUNT_FOLDER/token cannot be read" || return 1
  token=$(<"$ACCOUNT_FOLDER/token")
  access_text=$token
  encode "smoke-test:$token"
  access_key=$encoded
  printf '{"auths":{"%s":{"auth":"%s"} } }\n' "$REGISTRY" "$encoded" >"$SECRETS_FOLDER/config.json"
  ! ask '' image append --to="$REGISTRY/$PULL_NAMESPACE/$IMAGE_NAME:$run" \
    --registry-config="$SECRETS_FOLDER/config.json" --image='{"User":"65534","Cmd":["/none"]}' \
    "$SECRETS_FOLDER/layer.tar.gz" || pushed=yes
  forget_credentials
  if [[ -n $pushed && $output =~ Pushed\ ($DIGEST) ]]; then
    digest=${BASH_REMATCH[1]}
    return 0
  fi
  push_has_failed
}

# push_has_failed: some faults pass, such as a pod of the registry that is replaced.
push_has_failed() {
  local line message='' IFS=$'\n'
  for line in $output; do
    [[ $line != error:* ]] || message=${line#error: }
  done
  message=${message:-${output//$'\n'/ } (status $status)}
  plain "$message"
  classify push "$text"
  failing=${failing:-$SECONDS}
  ((SECONDS - failing < GRACE_SECONDS)) || {
    log "The registry takes no image: $fault: $text"
    fail 3 "$fix $AGAIN"
  }
  not_yet "$fault: $text" "$fix $AGAIN"
}

# encode TEXT: its base64 is then in $encoded.
encode() {
  local digits=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
  local i a b c bits
  encoded=''
  for ((i = 0; i < ${#1}; i += 3)); do
    printf -v a %d "'${1:i:1}"
    printf -v b %d "'${1:i + 1:1}"
    printf -v c %d "'${1:i + 2:1}"
    bits=$((a << 16 | b << 8 | c))
    encoded+=${digits:bits >> 18:1}${digits:bits >> 12 & 63:1}${digits:bits >> 6 & 63:1}${digits:bits & 63:1}
  done
  case $((${#1} % 3)) in
    1) encoded=${encoded:0:-2}== ;;
    2) encoded=${encoded:0:-1}= ;;
  esac
}

declare -a bytes=() trailer=()

# write_layer TEXT writes a gzipped tar archive of one file with this content. The image has
# no tar that could be relied on, and gzip allows data that is not compressed.
write_layer() {
  local i byte size escaped sum=0 crc=$((0xffffffff))
  bytes=() trailer=()
  add_text smoke-test 100
  add_text 0000644 8
  add_text 0000000 8 # its owner
  add_text 0000000 8
  printf -v size '%011o' "${#1}"
  add_text "$size" 12
  add_text 00000000000 12 # its time
  add_text '        ' 8   # the sum is made with spaces in its place
  add_text 0 101          # a regular file
  add_text ustar 6
  add_text 00 249
  for byte in "${bytes[@]}"; do sum=$((sum + byte)); done
  printf -v size '%06o' "$sum"
  for ((i = 0; i < 6; i++)); do printf -v 'bytes[148 + i]' %d "'${size:i:1}"; done
  bytes[154]=0
  add_text "$1" 512
  add_text '' 1024 # the end of the archive
  for byte in "${bytes[@]}"; do
    crc=$((crc ^ byte))
    for ((i = 0; i < 8; i++)); do crc=$((crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1)); done
  done
  little $((crc ^ 0xffffffff))
  little "${#bytes[@]}"
  printf -v escaped '\\x%02x' "${bytes[@]}" "${trailer[@]}"
  # One block, of 2048 bytes that are stored as they are (RFC 1951, 3.2.4).
  printf '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x00\x08\xff\xf7%b' "$escaped" >"$SECRETS_FOLDER/layer.tar.gz"
}

# add_text TEXT WIDTH adds it to $bytes, filled up with nulls.
add_text() {
  local i byte
  for ((i = 0; i < $2; i++)); do
    byte=0
    ((i >= ${#1})) || printf -v byte %d "'${1:i:1}"
    bytes+=("$byte")
  done
}

# little NUMBER adds its four bytes to $trailer, the lowest first.
little() { trailer+=($(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))); }

# ---------------------------------------------------------------- 4. the nodes pull it

# All that the nodes say of the pods of this run. scheduled is why there is no node yet.
readonly PODS_TEMPLATE='<range .items><$pod := .metadata.name>
there.<$pod>=yes
leaving.<$pod>=<with .metadata.deletionTimestamp><.><end>
node.<$pod>=<with .spec.nodeName><js .><end>
<- with .status>
lost.<$pod>=<with .reason><js .><end>
<- range .conditions><if and (eq .type "PodScheduled") (eq .status "False")>
scheduled.<$pod>=<with .message><js .><end><end><end>
<- range .containerStatuses>
image.<$pod>=<with .imageID><js .><end>
<- range $state, $detail := .state>
state.<$pod>=<$state>
why.<$pod>=<with $detail.reason><js .><end>
message.<$pod>=<with $detail.message><js .><end><end><end><end><end>'

# Events tell why where the status only says that the node will try again.
readonly EVENTS_TEMPLATE='<range .items><if eq (print .reason) "Failed">
<js .involvedObject.name>=<with .message><js .><end><end><end>'

# By pod: the node's verdict ("pulled", or a fault), what it said, what to do, and since when.
declare -A verdict=() said=() remedy=() since=() node=()

pull_on_nodes() {
  wait_until nodes_have_answered judge "$NODES nodes to pull the image" \
    "Find out what keeps the pods: oc get pods -n $PULL_NAMESPACE. $AGAIN"
  judge
  log "Done: an image was pushed, and $NODES of $NODES nodes have pulled it."
}

# nodes_have_answered: each pod has pulled the image, or could not for a while.
nodes_have_answered() {
  local i pod what hint waiting='' help='' IFS=' '
  get_fields "$PODS_TEMPLATE" pods -n "$PULL_NAMESPACE" -l "$LABEL=$IMAGE_NAME" || return 1
  for ((i = 1; i <= NODES; i++)); do
    pod=$IMAGE_NAME-$run-$i
    [[ -z ${verdict[$pod]-} ]] || continue
    if [[ -z ${fields[there.$pod]-} ]]; then
      call "$(pod_manifest "$pod")" create --validate=false "--field-manager=$MANAGER" -n "$PULL_NAMESPACE" -f - ||
        return 1
      waiting=${waiting:-"$pod was only just made"}
    else
      look_at "$pod" || [[ -n $waiting ]] || waiting=$what help=$hint
    fi
  done
  [[ -z $waiting ]] || not_yet "$waiting" "$help"
}

# The states of a container that has its image, and waits for something else.
readonly AFTER_THE_PULL='Create(Container|ContainerConfig)Error|RunContainerError|CrashLoopBackOff|PostStartHookError'

# Why a node gives up on a pod, whatever its image is.
readonly GIVEN_UP='Evicted|NodeLost|NodeShutdown|Terminated|Preempting|UnexpectedAdmissionError|NodeAffinity|OutOf.*'

# look_at POD: the node has said all that there is to say, and it is in $verdict. If not,
# $what is why not, and $hint what to do about that.
look_at() {
  local pod=$1 state=${fields[state.$1]-} why=${fields[why.$1]-}
  node[$pod]=${fields[node.$pod]-} hint=''
  if [[ -n ${fields[leaving.$pod]-} ]]; then
    what="$pod is being deleted"
  elif [[ $why == ContainerStatusUnknown || ${fields[lost.$pod]-} =~ ^($GIVEN_UP)$ ]]; then
    what="node ${node[$pod]:-unknown} has given up on $pod (${fields[lost.$pod]:-$why})"
    call '' delete pods "$pod" -n "$PULL_NAMESPACE" --ignore-not-found --wait=false || : # another comes in its place
  elif [[ -z ${node[$pod]} ]]; then
    plain "${fields[scheduled.$pod]-}"
    what="$pod is on no node${text:+: $text}"
    hint="Let as many nodes take the pods as are asked for (spec.verify.nodes: count, topologyKey, nodeSelector,\
 tolerations). $AGAIN"
  elif [[ -n ${fields[image.$pod]-} || $state == running || $state == terminated || $why =~ ^($AFTER_THE_PULL)$ ]]; then
    # Whatever happened then: the image is there. It has no program to run.
    verdict[$pod]=pulled
    log "Node ${node[$pod]} has pulled the image."
    return 0
  elif [[ $why == *Image* || $why == *Registry* || $why == *Signature* ]]; then
    pull_has_failed "$pod" "$why" && return 0
  else
    what="node ${node[$pod]} is at it (${why:-no state yet})"
  fi
  return 1
}

# pull_has_failed POD WHY: the node tries again by itself, and some faults pass.
pull_has_failed() {
  local pod=$1 message=${fields[message.$1]-} began
  if [[ $2 == ImagePullBackOff && $message != *': '*': '* ]]; then
    message=$(last_event "$pod" "$message")
  fi
  plain "$message"
  text=${text#*: ErrImagePull: } # what a newer kubelet repeats while it waits
  # While it waits for its next try, what it said before is still true.
  if [[ $2 != ImagePullBackOff || -z ${said[$pod]-} || $text == *': '*': '* ]]; then
    classify pull "$text"
    said[$pod]="$fault: ${text:-$2}" remedy[$pod]=$fix
  fi
  since[$pod]=${since[$pod]:-$SECONDS}
  what="node ${node[$pod]} cannot pull the image: ${said[$pod]}" hint="${remedy[$pod]} $AGAIN"
  began=${since[$pod]}
  ((SECONDS - began >= GRACE_SECONDS)) || return 1
  verdict[$pod]=failed
  log_once "Node ${node[$pod]} cannot pull the image: ${said[$pod]}"
}

# last_event POD DEFAULT prints the last event of a pull that has failed.
last_event() {
  local key found=$2 IFS=$'\n'
  get_fields "$EVENTS_TEMPLATE" events -n "$PULL_NAMESPACE" --field-selector "involvedObject.name=$1" >/dev/null || :
  for key in ${fields[$1]-}; do
    [[ $key != *'ailed to pull image'* ]] || found=$key
  done
  printf '%s' "$found"
}

# pod_manifest NAME prints a pod that only has to be pulled: it is not let run for long, and
# two of them do not go to the same place.
pod_manifest() {
  local pair selector=''
  for pair in $NODE_SELECTOR; do
    selector+=${selector:+,}"\"${pair%%=*}\":\"${pair#*=}\""
  done
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"%s","labels":{"%s":"%s"} },' \
    "$1" "$PULL_NAMESPACE" "$LABEL" "$IMAGE_NAME"
  printf '"spec":{"restartPolicy":"Never","activeDeadlineSeconds":%s,"terminationGracePeriodSeconds":0,' \
    "$((TIMEOUT_SECONDS - SECONDS + 60))"
  printf '"automountServiceAccountToken":false,"enableServiceLinks":false,'
  printf '"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"} },'
  printf '"nodeSelector":{%s},"tolerations":%s,' "$selector" "${TOLERATIONS:-[]}"
  printf '"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"%s",' \
    "$TOPOLOGY_KEY"
  printf '"labelSelector":{"matchLabels":{"%s":"%s"} } }]} },' "$LABEL" "$IMAGE_NAME"
  printf '"containers":[{"name":"pull","image":"%s/%s/%s@%s","imagePullPolicy":"Always","command":["/none"],' \
    "$REGISTRY" "$PULL_NAMESPACE" "$IMAGE_NAME" "$digest"
  printf '"resources":{"requests":{"cpu":"1m","memory":"16Mi"},"limits":{"cpu":"100m","memory":"32Mi"} },'
  printf '"securityContext":{"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,'
  printf '"capabilities":{"drop":["ALL"]} } }]} }'
}

# judge ends the run where a node could not pull the image.
judge() {
  local i pod IFS=' ' failed='' pulled=0 advice=''
  for ((i = 1; i <= NODES; i++)); do
    pod=$IMAGE_NAME-$run-$i
    [[ ${verdict[$pod]-} != pulled ]] || pulled=$((pulled + 1))
    [[ ${verdict[$pod]-} == failed ]] || continue
    failed+=${failed:+, }${node[$pod]}
    [[ " $advice " == *" ${remedy[$pod]} "* ]] || advice+=${advice:+ }${remedy[$pod]}
  done
  [[ -n $failed ]] || return 0
  log "$pulled of $NODES nodes have pulled the image. These could not: $failed."
  fail 3 "$advice $AGAIN"
}

# ---------------------------------------------------------------- what a message means

# plain MESSAGE leaves in $text what people can read of a message that js has escaped,
# without what can be used as a credential: an address that the registry has signed is
# good for 20 minutes.
plain() {
  local rest
  text=${1//'\"'/\"}
  text=${text//"\\'"/\'}
  text=${text//'\u003D'/=}
  text=${text//'\u0026'/'&'}
  text=${text//'\u003C'/<}
  text=${text//'\u003E'/>}
  text=${text//'\u000A'/ }
  rest=$text text=''
  while [[ $rest =~ \?[^\"\'\ ]+ ]]; do
    text+=${rest%%"${BASH_REMATCH[0]}"*}'?(hidden)'
    rest=${rest#*"${BASH_REMATCH[0]}"}
  done
  text+=$rest
}

# host_of MESSAGE prints the host that a message is about: the one that was looked up, or
# the one of the last address in it.
host_of() {
  if [[ $1 =~ lookup\ ([A-Za-z0-9.-]+) ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  elif [[ $1 =~ .*https?://([A-Za-z0-9.:-]+) ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  fi
}

readonly STREAM='let the registry send the content itself (registry.disableRedirect: true)'
readonly REGISTRY_LOG="oc logs -n $REGISTRY_NAMESPACE deployment/image-registry"

# classify SIDE MESSAGE leaves in $fault what is wrong, in a few words, and in $fix what to do
# about it. SIDE is who has asked: push is this Job, pull a node.
classify() {
  local message=${2,,} host own=''
  host=$(host_of "$2")
  [[ ${host%:*} != "${REGISTRY%:*}" && -n $host ]] || own=yes
  host=${host:-$REGISTRY}
  # The digits of a digest are no status.
  while [[ $message =~ sha256:[0-9a-f]+ ]]; do message=${message/"${BASH_REMATCH[0]}"/}; done
  case $message in
    *'no such host'* | *'server misbehaving'*) no_such_host "$1" ;;
    *x509:* | *'certificate signed by unknown authority'* | *'tls: '*certificate*) not_trusted "$1" ;;
    *'quota'* | *'insufficient storage'* | *'no space left'*) full "$1" ;;
    *'server gave http response to https client'*)
      fault="$host answers with http where https is expected"
      fix="Give the profile the scheme that $host has (endpoint.route.scheme)."
      ;;
    *'read-only'* | *readonly* | *unsupported* | *'method not allowed'* | *'status: 405'*)
      fault='the registry is read-only'
      fix="Find out why: spec.readOnly of $CONFIG, or its unsupportedConfigOverrides."
      ;;
    *'unauthorized'* | *'authentication required'* | *'status: 401'* | *'401 '*) not_known "$1" ;;
    *'forbidden'* | *'denied'* | *'403 '* | *': 403'* | *signaturedoesnotmatch* | *invalidaccesskeyid* | \
      *requesttimetooskewed*) refused "$1" ;;
    *'manifest unknown'* | *'blob unknown'* | *'name unknown'* | *nosuchkey* | *nosuchbucket* | *'not found'* | \
      *': 404'* | *'404 '*)
      fault='the storage has lost what was just pushed'
      fix="Find out where the registry writes: spec.storage of $CONFIG must be one store that all its pods share."
      ;;
    *'i/o timeout'* | *'deadline exceeded'* | *'client.timeout'* | *'no answer'* | *'no route to host'* | \
      *'connection refused'* | *'connection reset'* | *'network is unreachable'* | *'broken pipe'* | *': eof'*)
      fault="$host cannot be reached"
      fix="Find out what is between $(side "$1") and $host: a firewall, a NetworkPolicy, a proxy (noProxy), or pods\
 that do not answer."
      ;;
    *toomanyrequests* | *'too many requests'* | *': 429'*)
      fault='the registry has too much to do'
      fix='Raise registry.requests in the profile, or registry.replicas.'
      ;;
    *'source image rejected'* | *'signature was required'*)
      fault='a policy of the node refuses the image'
      fix="Let the nodes take images of $REGISTRY without a signature: oc get clusterimagepolicies,imagepolicies -A."
      ;;
    *'internal server error'* | *'unknown error'* | *': 50'[0-9]* | *' 50'[0-9]' '* | *'service unavailable'* | \
      *'bad gateway'*)
      fault='the registry has an error of its own, mostly of its storage'
      fix="Its log says which (credentials, a full bucket): $REGISTRY_LOG."
      ;;
    *)
      fault='an error that is not known here'
      fix="Mend what it says; $REGISTRY_LOG may say more."
      ;;
  esac
}

side() { [[ $1 == push ]] && printf "this Job's pod" || printf 'the node'; }

no_such_host() {
  fault="$(side "$1") cannot resolve $host (no such host)"
  fix="Find out why DNS in the cluster does not know $host: oc get pods -n openshift-dns."
  [[ $1 == pull ]] || return 0
  if [[ -n $own ]]; then
    fix="Find out why the nodes do not know the registry's name: oc get pods -n openshift-dns (node-resolver)."
  else
    fix="The registry sends nodes to $host, and nodes do not use the cluster's DNS. Give the profile an endpoint that\
 nodes know (endpoint.route), or $STREAM."
  fi
}

not_trusted() {
  fault="$(side "$1") does not trust the certificate of $host (x509)"
  fix="Find out who has signed it: the certificate of the registry's Service comes from the CA of the cluster's\
 Services (oc get clusteroperator service-ca)."
  [[ $1 == pull ]] || return 0
  if [[ -n $own ]]; then
    fix="Find out why node-ca does not bring the registry's CA to the nodes: oc get pods -n $REGISTRY_NAMESPACE."
  else
    fix="The registry sends nodes to $host. Give the profile the CA that signed its certificate (trustedCA), which\
 node-ca brings to the nodes, add it to the cluster's proxy (trustedCA), or $STREAM."
  fi
}

not_known() {
  if [[ $1 == push ]]; then
    fault='the registry does not take the token of this Job (unauthorized)'
    fix="Deliver the smoke test's Role and RoleBinding in namespace $PULL_NAMESPACE."
  else
    fault='the registry does not know the node (unauthorized)'
    fix="Find out why the pull secret of ServiceAccount $PULL_NAMESPACE/default does not work, and whether RoleBinding\
 system:image-pullers is in that namespace."
  fi
}

refused() {
  if [[ $1 == pull && $message != *denied:* ]]; then
    fault='the store to which the registry sends nodes refuses them (403)'
    fix="Find out why: credentials that were revoked (run the bootstrap Job again), a policy of the bucket, or a clock\
 that is wrong."
  else
    fault='the registry refuses it (denied)'
    fix="Deliver the smoke test's Role and RoleBinding in namespace $PULL_NAMESPACE. If they are there, $REGISTRY_LOG\
 says why: the storage refuses the registry's credentials, or is full."
  fi
}

full() {
  if [[ $1 == push ]]; then
    fault='the storage is full, or its quota is used up'
    fix='Make room (oc adm prune images), or raise the quota (bucket.maxSize, bucket.maxObjects) or the volume (size).'
  else
    fault='the disk of the node is full'
    fix='Make room on the node.'
  fi
}

# ---------------------------------------------------------------- the steps

check_parameters
export SSL_CERT_FILE=$SERVICE_CA_FILE
wait_for_registry
forget_earlier_runs
wait_for_pull_secret
cleaned=''
trap clean_up EXIT
push_image
pull_on_nodes
clean_up
