#!/bin/bash
# Wraps the manifests on standard input into a Policy of Open Cluster Management, in FILE.
# Without manifests, as after a render that failed, FILE stays as it is.
set -euo pipefail

file=${1:?usage: wrap.sh FILE <manifests}
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT

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
  # The lines of a document are held back until its kind is seen.
  function end_document() {
    if (kinds > 1) fail("line " NR ": two objects without --- between them")
    if (kinds == 0 && text ~ /[^ \n]/) fail("line " NR ": no kind in the document that ends here")
    if (kinds == 1) printf "        - complianceType: musthave\n          objectDefinition:\n%s", text
    objects += kinds; kinds = 0; text = ""
  }
  function fail(why) {
    print "wrap.sh: " why > "/dev/stderr"; failed = 1; exit 1
  }
  { sub(/\r$/, "") }
  /^(---|\.\.\.)[ \t]*(#.*)?$/ { end_document(); next }
  /^(---|%)/ { fail("line " NR ": write manifests as render does: " $0) }
  /^#/ && kinds == 0 { next }
  /^kind:/ { kinds++ }
  { text = text ($0 == "" ? "" : "            " $0) "\n" }
  END {
    if (failed) exit 1
    end_document()
    if (!objects) fail("there is no manifest on standard input: see why the render has failed")
  }
' >>"$new"
chmod 644 "$new"
mv "$new" "$file"
