#!/bin/sh
# Wraps the manifests on its standard input into a Policy of Open Cluster Management.
set -eu

cat <<'END'
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
  NR == 1 || /^---$/ { print "        - complianceType: musthave\n          objectDefinition:" }
  /^---$/ { next }
  { print ($0 == "" ? "" : "            " $0) }
'
