#!/bin/bash
# Wraps the manifests that COMMAND writes into a Policy of Open Cluster Management, in FILE.
# If COMMAND fails, whatever it has written before, FILE stays as it is.
set -euo pipefail
export LC_ALL=C

if (($# < 2)); then
  echo "usage: wrap.sh FILE COMMAND [ARGUMENT...]" >&2
  exit 2
fi
file=$1
shift
# What is no file would be replaced by one, or get it inside.
refusal=
if [[ $file == -* ]]; then
  refusal="begins with a hyphen; write ./$file"
elif [[ -L $file ]]; then
  refusal="is a link; name the file that it leads to"
elif [[ -e $file && ! -f $file ]]; then
  refusal="is a folder or another thing that is no file; name a file, such as policy/policy.yaml"
fi
if [[ $refusal ]]; then
  echo "wrap.sh: $file $refusal" >&2
  exit 2
fi
new=$(mktemp "$file.XXXXXX")
manifests=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new" "$manifests"' EXIT

if ! "$@" >"$manifests"; then
  echo "wrap.sh: $file stays as it was, since this has failed: $*" >&2
  exit 1
fi

cat >"$new" <<'END'
apiVersion: policy.open-cluster-management.io/v1
kind: Policy
metadata:
  name: image-registry
  namespace: policies
spec:
  disabled: false
  remediationAction: enforce
  policy-templates:
  - objectDefinition:
      apiVersion: policy.open-cluster-management.io/v1
      kind: ConfigurationPolicy
      metadata:
        name: image-registry
      spec:
        remediationAction: enforce
        severity: high
        # What the policy has brought stays when the policy goes: the images too.
        pruneObjectBehavior: None
        object-templates:
END

awk '
  # "musthave" leaves in a list what it does not name: a right, a variable, a rule of before.
  # "mustonlyhave" takes it away, and would take from the other kinds what the API server, an
  # operator or a provisioner has written.
  function compliance(kind) {
    return kind ~ /^(Role|RoleBinding|ClusterRole|ClusterRoleBinding|CronJob|NetworkPolicy|AlertingRule)$/ ||
      kind ~ /^ValidatingAdmissionPolicy(Binding)?$/ ? "mustonlyhave" : "musthave"
  }
  # The lines of a document are held back until its kind is seen.
  function end_document() {
    if (kinds > 1) fail("line " NR ": two objects without --- between them")
    if (kinds == 0 && text ~ /[^ \n]/) fail("line " NR ": no kind in the document that ends here")
    if (kinds == 1) {
      printf "        - complianceType: %s\n          metadataComplianceType: musthave\n", compliance(kind)
      printf "          objectDefinition:\n%s", text
    }
    objects += kinds; kinds = 0; text = ""
  }
  function fail(why) {
    print "wrap.sh: " why > "/dev/stderr"; failed = 1; exit 1
  }
  { sub(/\r$/, "") }
  /^(---|\.\.\.)[ \t]*(#.*)?$/ { end_document(); next }
  /^(---|%|[^ -~])/ { fail("line " NR ": write manifests as render does: " $0) }
  /^#/ && kinds == 0 { next }
  /^kind:/ {
    kinds++; kind = $2
    gsub(/["\047]/, "", kind)
    if (kind !~ /^[A-Za-z]+$/) fail("line " NR ": write manifests as render does: " $0)
  }
  { text = text ($0 == "" ? "" : "            " $0) "\n" }
  END {
    if (failed) exit 1
    end_document()
    if (!objects) fail("the command has written no manifest")
  }
' "$manifests" >>"$new"
chmod 644 "$new"
mv "$new" "$file"
