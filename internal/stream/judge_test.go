package stream_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// rendered returns what a profile with a spec emits.
func rendered(t *testing.T, spec string) string {
	t.Helper()
	return renderedAs(t, "registry", spec)
}

// renderedAs returns what a profile of a name emits.
func renderedAs(t *testing.T, name, spec string) string {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n" +
		"metadata: {name: " + name + "}\nspec: " + spec + "\n"))
	require.NotNil(t, p, results)
	var documents []string
	for _, r := range generators.Expand(p) {
		documents = append(documents, r.MustString())
	}
	return cases.Join(documents)
}

// change replaces the first place of a text in a stream that has it.
type change [2]string

// without takes every object of a kind out of a stream.
func without(text, kind string) string {
	var rest []string
	for _, document := range strings.Split(text, "---\n") {
		if !strings.Contains(document, "\nkind: "+kind+"\n") {
			rest = append(rest, document)
		}
	}
	return cases.Join(rest)
}

// judged returns what is wrong with a stream, a line for each finding.
func judged(t *testing.T, text string) []string {
	t.Helper()
	lines := []string{}
	for _, r := range stream.Check(cases.Parse(t, []byte(text))) {
		object := ""
		if r.ResourceRef != nil {
			object = r.ResourceRef.Kind + "/" + r.ResourceRef.Name
			if r.ResourceRef.Kind == "Job" {
				object = "Job/JOB" // whose name ends in a hash
			}
			if r.ResourceRef.Kind == "ConfigMap" && strings.HasPrefix(r.ResourceRef.Name, "registry-bootstrap-") {
				object = "ConfigMap/SCRIPT"
			}
			if r.ResourceRef.Kind == "ConfigMap" && strings.HasPrefix(r.ResourceRef.Name, "registry-smoke-test-") {
				object = "ConfigMap/SMOKE"
			}
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Severity, finding.CodeOf(r), object, finding.Path(r))))
	}
	return lines
}

// scenario is what a profile emits, what has become of it, and what the check says.
type scenario struct {
	spec     string
	without  string
	changes  []change
	added    string
	findings []string
}

func (s scenario) run(t *testing.T) {
	t.Helper()
	if s.spec == "" {
		s.spec = "{}"
	}
	text := rendered(t, s.spec)
	require.Empty(t, judged(t, text), "what is rendered is good")
	if s.without != "" {
		fewer := without(text, s.without)
		require.NotEqual(t, text, fewer)
		text = fewer
	}
	for _, c := range s.changes {
		require.Contains(t, text, c[0])
		text = strings.Replace(text, c[0], c[1], 1)
	}
	if s.added != "" {
		text += "---\n" + s.added
	}
	expected := s.findings
	if expected == nil {
		expected = []string{}
	}
	assert.Equal(t, expected, judged(t, text))
}

const written = "error written-in-cluster "

// TestNothingThatIsWrittenInTheCluster: what the Job and the provisioner write, what makes
// such objects, and credentials under any name.
func TestNothingThatIsWrittenInTheCluster(t *testing.T) {
	const here = "namespace: openshift-image-registry"
	for name, s := range map[string]scenario{
		"the bucket's credentials": {
			added:    "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-rgw, " + here + "}}",
			findings: []string{written + "Secret/image-registry-rgw"},
		},
		"the bucket's address": {
			added:    "{apiVersion: v1, kind: ConfigMap, metadata: {name: image-registry-rgw, " + here + "}, data: {BUCKET_HOST: other}}",
			findings: []string{written + "ConfigMap/image-registry-rgw"},
		},
		"the copied CA": {
			added:    "{apiVersion: v1, kind: ConfigMap, metadata: {name: registry-s3-ca, namespace: openshift-config}}",
			findings: []string{written + "ConfigMap/registry-s3-ca"},
		},
		"of cert-manager": {
			added: "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, " + here + "}, " +
				"spec: {secretName: image-registry-private-configuration-user}}",
			findings: []string{written + "Certificate/c"},
		},
		"of trust-manager": {
			added:    "{apiVersion: trust.cert-manager.io/v1alpha1, kind: Bundle, metadata: {name: image-registry-private-configuration-user}}",
			findings: []string{written + "Bundle/image-registry-private-configuration-user"},
		},
		"of a controller that nobody knows": {
			added: "{apiVersion: example.com/v7, kind: CloudSecretSync, metadata: {name: a, " + here + "}, " +
				"spec: {outputs: [{into: [image-registry-private-configuration-user]}]}}",
			findings: []string{written + "CloudSecretSync/a"},
		},
		"for another target": {
			added: "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, " +
				"metadata: {name: image-registry-private-configuration-user}, spec: {target: {name: other}}}",
		},
		"of another namespace": {
			added: "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-rgw, namespace: other}}",
		},
		"of a volume": { // whose registry takes no credentials
			spec:  "{storage: {cephfs: {}}}",
			added: "{apiVersion: v1, kind: ConfigMap, metadata: {name: image-registry-cephfs, " + here + "}}",
		},
		"a key in small letters": {
			added:    "{apiVersion: v1, kind: Secret, metadata: {name: my}, stringData: {registry_storage_s3_secretkey: b}}",
			findings: []string{"error credential Secret/my stringData.registry_storage_s3_secretkey"},
		},
		"a key beside a volume": {
			spec: "{storage: {cephfs: {}}}",
			added: "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-private-configuration-user}, " +
				"data: {REGISTRY_STORAGE_S3_SECRETKEY: Yg==}}",
			findings: []string{"error credential Secret/image-registry-private-configuration-user data.REGISTRY_STORAGE_S3_SECRETKEY"},
		},
	} {
		t.Run(name, s.run)
	}
}

// TestCredentialsAreNowhere: names of the registry's own are told anywhere, those of a claim beside
// the registry, where no other application's are.
func TestCredentialsAreNowhere(t *testing.T) {
	const here, elsewhere = ", namespace: openshift-image-registry", ", namespace: x"
	object := func(kind, namespace, rest string) string {
		return "{apiVersion: v1, kind: " + kind + ", metadata: {name: a" + namespace + "}, " + rest + "}"
	}
	pod := func(namespace, variable string) string {
		return object("Pod", namespace, "spec: {containers: [{name: a, env: [{name: a, value: b}, {"+variable+"}]}]}")
	}
	const file = "stringData: {credentials: \"[default]\\naws_access_key_id=AKIA\\naws_secret_access_key = abc\"}"
	const variable = "error credential Pod/a spec.containers[0].env[1].value"
	for name, s := range map[string]scenario{
		"in small letters": {
			added:    object("Secret", here, "stringData: {aws_secret_access_key: a}"),
			findings: []string{"error credential Secret/a stringData.aws_secret_access_key"},
		},
		"of others":        {added: object("Secret", elsewhere, "stringData: {aws_secret_access_key: a}")},
		"a file":           {added: object("Secret", here, file), findings: []string{"error credential Secret/a stringData.credentials"}},
		"a file of others": {added: object("Secret", elsewhere, file)},
		"an encoded file": {
			added:    object("Secret", here, "data: {a: QVdTX1NFQ1JFVF9BQ0NFU1NfS0VZPWFiYwo=}"),
			findings: []string{"error credential Secret/a data.a"},
		},
		"a script": {
			added:    object("ConfigMap", here, "data: {env: export AWS_SECRET_ACCESS_KEY=abc}"),
			findings: []string{"error credential ConfigMap/a data.env"},
		},
		"what kubectl has kept": {
			added: `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, annotations: {` +
				`kubectl.kubernetes.io/last-applied-configuration: '{"data":{"REGISTRY_STORAGE_S3_SECRETKEY":"abc"}}'}}}` + "\n",
			findings: []string{"error credential ConfigMap/a metadata.annotations.kubectl.kubernetes.io/last-applied-configuration"},
		},
		"a text of others in a text of JSON": {
			added:    object("ConfigMap", elsewhere, `data: {a: '{\"b\": \"{\\\"registry_storage_s3_secretkey\\\":\\\"abc\\\"}\"}'}`),
			findings: []string{"error credential ConfigMap/a data.a"},
		},
		"an argument": {
			added: "{apiVersion: v1, kind: Pod, metadata: {name: a" + here + "}, " +
				"spec: {containers: [{args: [sh, -c, 'AWS_SECRET_ACCESS_KEY=abc aws s3 ls']}]}}\n",
			findings: []string{"error credential Pod/a spec.containers[0].args[2]"},
		},
		"words": {added: object("ConfigMap", here, "data: {README: 'AWS_SECRET_ACCESS_KEY: the key that the claim has'}")},
		"a script that asks": {added: object("ConfigMap", here, "data: {env: 'export AWS_SECRET_ACCESS_KEY=$(cat key)', "+
			"json: '{\"AWS_SECRET_ACCESS_KEY\": \"${KEY}\"}'}")},
		"a role, no key": {added: object("Secret", here, "stringData: {credentials: 'role_arn = a'}")},
		"a template":     {added: object("Secret", here, "stringData: {AWS_SECRET_ACCESS_KEY: '${KEY}'}")},
		"sealed": {added: "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a" + here + "}, " +
			"spec: {encryptedData: {AWS_SECRET_ACCESS_KEY: a}}}"},
		"a variable":            {added: pod(elsewhere, "name: REGISTRY_STORAGE_S3_SECRETKEY, value: a"), findings: []string{variable}},
		"a variable of a claim": {added: pod(here, "name: AWS_ACCESS_KEY_ID, value: a"), findings: []string{variable}},
		"in no namespace": {
			added:    object("Secret", "", "stringData: {AWS_ACCESS_KEY_ID: a}"),
			findings: []string{"error credential Secret/a stringData.AWS_ACCESS_KEY_ID"},
		},
		"a variable wherever":    {added: pod("", "name: AWS_ACCESS_KEY_ID, value: a")},
		"a variable of others":   {added: pod(elsewhere, "name: AWS_ACCESS_KEY_ID, value: a")},
		"a variable of a Secret": {added: pod(here, "name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: a, key: b}}")},
		"a variable of another":  {added: pod(here, "name: AWS_ACCESS_KEY_ID, value: $(OTHER)")},
		"a variable, no secret":  {added: pod(elsewhere, "name: REGISTRY_STORAGE_S3_BUCKET, value: a")},
		"an annotation of Config": {changes: []change{{
			"kind: Config\nmetadata:\n  name: cluster\n  labels:\n" +
				"    app.kubernetes.io/managed-by: registry-profile\n  annotations:\n",
			"kind: Config\nmetadata:\n  name: cluster\n  labels:\n" +
				"    app.kubernetes.io/managed-by: registry-profile\n  annotations:\n    x/AWS_SECRET_ACCESS_KEY: a\n",
		}},
			findings: []string{"error credential Config/cluster metadata.annotations.x/AWS_SECRET_ACCESS_KEY"}},
		"in a policy, told once": {added: "{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, " +
			"metadata: {name: c}, spec: {object-templates: [" +
			"{complianceType: musthave, objectDefinition: " + pod(here, "name: AWS_ACCESS_KEY_ID, value: a") + "}]}}", findings: []string{variable}},
	} {
		t.Run(name, s.run)
	}
}

// TestSettingsAreThoseOfAProfile: what no profile may say, no patch says either.
func TestSettingsAreThoseOfAProfile(t *testing.T) {
	const rbd, service = "{storage: {rbd: {}}}", "{storage: {rgw: {endpoint: {service: {}}}}}"
	for name, s := range map[string]scenario{
		"a block device for three": {
			spec: rbd, changes: []change{{"  replicas: 1\n  rolloutStrategy: Recreate", "  replicas: 3\n  rolloutStrategy: RollingUpdate"}},
			findings: []string{
				"error rbd-replicas Config/cluster spec.replicas", "error rbd-strategy Config/cluster spec.rolloutStrategy",
			},
		},
		"redirects to a Service": {
			spec: service, changes: []change{{"disableRedirect: true", "disableRedirect: false"}},
			findings: []string{"error endpoint-redirect Config/cluster spec.disableRedirect"},
		},
		"a duration that nobody reads": {
			changes:  []change{{"keepYoungerThanDuration: 720h", "keepYoungerThanDuration: 30d"}},
			findings: []string{"error pruner-duration ImagePruner/cluster spec.keepYoungerThanDuration"},
		},
		"a schedule that nobody reads": {
			changes:  []change{{"schedule: 0 0 * * *", "schedule: every day"}},
			findings: []string{"error pruner-schedule ImagePruner/cluster spec.schedule"},
		},
		"no replicas, and a field that Config has not": {
			changes: []change{{"  replicas: 2\n", "  replicas: 0\n  foo: 0\n"}},
			findings: []string{
				"error unknown-field Config/cluster spec.foo", "error out-of-range Config/cluster spec.replicas",
			},
		},
		"more replicas than the Job writes": {
			changes:  []change{{"  replicas: 2\n", "  replicas: 3\n"}},
			findings: []string{"warning job-differs Config/cluster spec.replicas"},
		},
		"fields of upstream":      {changes: []change{{"  replicas: 2\n", "  replicas: 2\n  logging: 2\n  observedConfig: null\n"}}},
		"fields that nobody sets": {changes: []change{{"  replicas: 2\n  rolloutStrategy: RollingUpdate\n", ""}}},
		"a template for other tools": {
			changes:  []change{{"  replicas: 2\n", "  replicas: ${REPLICAS}\n"}},
			findings: []string{"warning template-left Config/cluster spec.replicas"},
		},
	} {
		t.Run(name, s.run)
	}
}

// TestTheClaimIsTheJobs: the class of a claim is the storage that holds the images.
func TestTheClaimIsTheJobs(t *testing.T) {
	const claim = "error job-differs ObjectBucketClaim/image-registry-rgw spec."
	const volume = "error job-differs PersistentVolumeClaim/image-registry-cephfs spec."
	const existing = "{storage: {rgw: {existingClaim: {name: mine}}}}"
	for name, s := range map[string]scenario{
		"another store": {
			changes: []change{
				{"  storageClassName: ocs-storagecluster-ceph-rgw\n", "  storageClassName: openshift-storage.noobaa.io\n  bucketName: images\n"},
			},
			findings: []string{claim + "storageClassName", claim + "bucketName"},
		},
		"no class": {
			changes:  []change{{"  storageClassName: ocs-storagecluster-ceph-rgw\n", ""}},
			findings: []string{claim + "storageClassName"},
		},
		"another volume": {
			spec: "{storage: {cephfs: {}}}",
			changes: []change{
				{"  - ReadWriteMany\n", "  - ReadWriteOnce\n"}, {"storageClassName: ocs-storagecluster-cephfs", "storageClassName: gp2"},
				{"volumeMode: Filesystem", "volumeMode: Block"},
			},
			findings: []string{volume + "storageClassName", volume + "accessModes", volume + "volumeMode"},
		},
		"a larger quota": {
			spec:    "{storage: {rgw: {bucket: {maxSize: 1Ti}}}}",
			changes: []change{{"    maxSize: 1Ti\n", "    maxSize: 2Ti\n"}},
		},
		"an existing claim of another class": {
			spec: existing, added: marked("ObjectBucketClaim", "mine", "spec: {bucketName: b, generateBucketName: b, storageClassName: other}"),
			findings: []string{"error job-differs ObjectBucketClaim/mine spec.storageClassName"},
		},
		"an existing claim": {
			spec: existing, added: marked("ObjectBucketClaim", "mine", "spec: {bucketName: b, generateBucketName: b}"),
		},
		"a claim of somebody else": {
			added: "{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {name: loki, namespace: openshift-logging}}",
		},
	} {
		t.Run(name, s.run)
	}
}

// marked is a claim of the user's own with the marks that keep it.
func marked(kind, name, more string) string {
	return "apiVersion: objectbucket.io/v1alpha1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n" +
		"  namespace: openshift-image-registry\n  annotations:\n" +
		"    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n" +
		"    kustomize.toolkit.fluxcd.io/prune: disabled\n    cli-utils.sigs.k8s.io/on-remove: keep\n" +
		"    client.lifecycle.config.k8s.io/deletion: detach\n    helm.sh/resource-policy: keep\n" +
		"    apps.open-cluster-management.io/do-not-delete: \"true\"\n" + more + "\n"
}

// TestTheClaimIsKept: whoever has written the claim that a Job waits for, and whichever
// namespace it says, nothing in the stream makes an engine lose it.
func TestTheClaimIsKept(t *testing.T) {
	const existing, mine = "{storage: {rgw: {existingClaim: {name: mine}}}}", "ObjectBucketClaim/mine metadata."
	const ours = "ObjectBucketClaim/image-registry-rgw metadata."
	claim := func(metadata string) string {
		return "{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {" + metadata + "}}"
	}
	for name, s := range map[string]scenario{
		"no marks": {
			spec: existing, added: claim("name: mine, namespace: openshift-image-registry"),
			findings: []string{"error engine-mark " + mine + "annotations"},
		},
		"no marks and no namespace": {
			spec: existing, added: claim("name: mine"), findings: []string{"error engine-mark " + mine + "annotations"},
		},
		"in another namespace": {
			spec:     "{storage: {rgw: {existingClaim: {name: mine, namespace: openshift-storage}}}}",
			added:    claim("name: mine, namespace: openshift-storage"),
			findings: []string{"error engine-mark " + mine + "annotations"},
		},
		"of the same name in another namespace": {
			spec: existing, added: claim("name: mine, namespace: openshift-storage"),
		},
		"replaced, forced and a hook": {
			spec: existing, added: strings.Replace(marked("ObjectBucketClaim", "mine", ""), "Delete=false\n",
				"Delete=false,Replace=true\n    argocd.argoproj.io/hook: Sync\n    registryprofile.dev/confirm-deletion: \"true\"\n", 1),
			findings: []string{
				"error hook " + mine + "annotations.argocd.argoproj.io/hook",
				"error replace-mark " + mine + "annotations.argocd.argoproj.io/sync-options",
				"error confirmation " + mine + "annotations.registryprofile.dev/confirm-deletion",
			},
		},
		"kept": {spec: existing, added: marked("ObjectBucketClaim", "mine", "")},
		"the other kind": {
			spec: existing, added: "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: mine, namespace: openshift-image-registry}}",
		},
		"twice, once without a namespace": {
			added: claim("name: image-registry-rgw"),
			findings: []string{
				"error duplicate-item " + ours + "namespace",
				"error engine-mark " + ours + "annotations",
			},
		},
		"a volume twice": {
			spec: "{storage: {cephfs: {}}}",
			added: "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: image-registry-cephfs}, " +
				"spec: {accessModes: [ReadWriteMany]}}",
			findings: []string{
				"error duplicate-item PersistentVolumeClaim/image-registry-cephfs metadata.namespace",
				"error engine-mark PersistentVolumeClaim/image-registry-cephfs metadata.annotations",
			},
		},
		"an account without a namespace": {
			added:    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: registry-bootstrap}}",
			findings: []string{"error duplicate-item ServiceAccount/registry-bootstrap metadata.namespace"},
		},
		"as a cluster prints it": {
			changes: []change{{"  name: image-registry-rgw\n  namespace: openshift-image-registry\n  labels:",
				"  name: image-registry-rgw\n  namespace: openshift-image-registry\n  creationTimestamp: null\n  uid: a\n" +
					"  deletionTimestamp: \"2026-01-01T00:00:00Z\"\n  resourceVersion: \"1\"\n  labels:"}},
			findings: []string{
				"error cluster-field " + ours + "deletionTimestamp", "error cluster-field " + ours + "resourceVersion",
				"error cluster-field " + ours + "uid",
			},
		},
		"with a name that the cluster makes": {
			changes: []change{{"  name: image-registry-rgw\n  namespace: openshift-image-registry\n  labels:",
				"  generateName: image-registry-rgw\n  namespace: openshift-image-registry\n  labels:"}},
			findings: []string{
				"error job-claim Job/JOB spec.template.spec",
				"error job-claim CronJob/registry-reconcile spec.jobTemplate.spec.template.spec",
			},
		},
	} {
		t.Run(name, s.run)
	}
}

// TestMarksOfFlux: Flux reads labels too, and does not care about case.
func TestMarksOfFlux(t *testing.T) {
	const (
		flux   = "kustomize.toolkit.fluxcd.io/"
		bucket = "ObjectBucketClaim/image-registry-rgw"
		volume = "PersistentVolumeClaim/image-registry-cephfs"
	)
	const config = "Config/cluster metadata.labels."
	label := func(object, mark string) change {
		kind, name, _ := strings.Cut(object, "/")
		head := "kind: " + kind + "\nmetadata:\n  name: " + name + "\n"
		if kind != "Config" {
			head += "  namespace: openshift-image-registry\n"
		}
		head += "  labels:\n"
		return change{head, head + "    " + flux + mark + "\n"}
	}
	for name, s := range map[string]scenario{
		"forced": {changes: []change{label(bucket, "force: enabled")},
			findings: []string{"error replace-mark " + bucket + " metadata.labels." + flux + "force"}},
		"a volume that is forced": {spec: "{storage: {cephfs: {}}}", changes: []change{label(volume, "force: Enabled")},
			findings: []string{"error replace-mark " + volume + " metadata.labels." + flux + "force"}},
		"pruned by a label, which an annotation overrules": {changes: []change{label(bucket, "prune: enabled")}},
		"left alone": {changes: []change{label("Config/cluster", "reconcile: Disabled")},
			findings: []string{"warning engine-mark " + config + flux + "reconcile"}},
		"left as the operator has made it": {changes: []change{label("Config/cluster", "ssa: IfNotPresent")},
			findings: []string{"warning engine-mark " + config + flux + "ssa"}},
		"told once": {changes: []change{{flux + "ssa: Merge", flux + "ssa: Ignore"}},
			findings: []string{"error engine-mark Config/cluster metadata.annotations." + flux + "ssa"}},
		"a claim of yours": {
			spec:  "{storage: {rgw: {existingClaim: {name: mine}}}}",
			added: strings.Replace(marked("ObjectBucketClaim", "mine", ""), "prune: disabled", "prune: Disabled", 1),
		},
	} {
		t.Run(name, s.run)
	}
}

// TestWhatOthersBring: policies, works and templates bring objects to a cluster too.
func TestWhatOthersBring(t *testing.T) {
	const config = "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}, " +
		"spec: {storage: {emptyDir: {}}}}"
	configuration := func(action, compliance, object string) string {
		return "{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, metadata: {name: c}, spec: {" +
			action + "object-templates: [{complianceType: " + compliance + ", objectDefinition: " + object + "}]}}"
	}
	policy := func(spec, object string) string {
		return "{apiVersion: policy.open-cluster-management.io/v1, kind: Policy, metadata: {name: p}, spec: {" +
			spec + "policy-templates: [{objectDefinition: " + object + "}]}}"
	}
	const enforce, inform, musthave = "remediationAction: Enforce, ", "remediationAction: inform, ", "musthave"
	storage := []string{"error config-storage Config/cluster spec.storage"}
	for name, s := range map[string]scenario{
		"a ConfigurationPolicy":        {added: configuration(enforce, musthave, config), findings: storage},
		"in a Policy":                  {added: policy("", configuration(enforce, musthave, config)), findings: storage},
		"that looks":                   {added: configuration(inform, musthave, config)},
		"in a Policy that looks":       {added: policy(inform, configuration(enforce, musthave, config))},
		"that looks in one that acts":  {added: policy(enforce, configuration(inform, musthave, config)), findings: storage},
		"in a Policy that is disabled": {added: policy("disabled: true, ", configuration(enforce, musthave, config))},
		"that deletes": {
			added:    configuration(enforce, "mustnothave", config),
			findings: []string{"error replace-mark Config/cluster"},
		},
		"that deletes something else": {added: configuration(enforce, "mustnothave", "{apiVersion: v1, kind: Secret, metadata: {name: a}}")},
		"a template that ACM fills in": {
			added: configuration(enforce, musthave, "{apiVersion: imageregistry.operator.openshift.io/v1, "+
				"kind: Config, metadata: {name: cluster}, spec: {replicas: '{{ 3 }}'}}"),
		},
		"without a list": {added: "{apiVersion: policy.open-cluster-management.io/v1, kind: Policy, metadata: {name: p}}"},
		"a Template": {
			added: "{apiVersion: template.openshift.io/v1, kind: Template, metadata: {name: t}, objects: [" + config +
				"]}",
			findings: storage,
		},
		"a ManifestWork": {
			added: "{apiVersion: work.open-cluster-management.io/v1, kind: ManifestWork, metadata: {name: w}, spec: {workload: {manifests: [" +
				config + "]}, deleteOption: {propagationPolicy: Orphan}}}",
			findings: storage,
		},
		"a ManifestWorkReplicaSet": {
			added: "{apiVersion: work.open-cluster-management.io/v1alpha1, kind: ManifestWorkReplicaSet, metadata: {name: w}, " +
				"spec: {manifestWorkTemplate: {workload: {manifests: [" + config + "]}, deleteOption: {propagationPolicy: Orphan}}}}",
			findings: storage,
		},
		"a List in a SyncSet": {
			added: "{apiVersion: hive.openshift.io/v1, kind: SyncSet, metadata: {name: s}, " +
				"spec: {resources: [{apiVersion: v1, kind: List, items: [" + config + "]}]}}",
			findings: storage,
		},
		"a policy of the same, for others": {
			added: configuration(enforce, musthave, "{apiVersion: imageregistry.operator.openshift.io/v1, "+
				"kind: Config, metadata: {name: cluster}, spec: {replicas: 3}}"),
		},
	} {
		t.Run(name, s.run)
	}
}

// TestWhoBringsKeeps: what brings the claim, Config or a policy to clusters does not lose them
// there, nor take from them what the cluster has written.
func TestWhoBringsKeeps(t *testing.T) {
	const (
		claim = "{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {name: image-registry-rgw, " +
			"namespace: openshift-image-registry}}"
		config    = "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}}"
		configMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}"
		cronJob   = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a, labels: {x: y}}}"
		guard     = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: x}}"
	)
	policy := func(rule, template, object string) string {
		return "{apiVersion: policy.open-cluster-management.io/v1, kind: Policy, metadata: {name: p}, " +
			"spec: {policy-templates: [{objectDefinition: " +
			"{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, metadata: {name: c}, spec: {" + rule +
			"object-templates: [{" + template + ", objectDefinition: " + object + "}]}}}]}}"
	}
	work := func(option, objects string) string {
		return "{apiVersion: work.open-cluster-management.io/v1, kind: ManifestWork, metadata: {name: w}, spec: {" + option +
			"workload: {manifests: [" + objects + "]}}}"
	}
	syncSet := func(spec string) string {
		return "{apiVersion: hive.openshift.io/v1, kind: SyncSet, metadata: {name: s}, spec: {" + spec + "}}"
	}
	patch := func(kind, patchType, text string) string {
		return syncSet("patches: [{apiVersion: imageregistry.operator.openshift.io/v1, kind: " + kind + ", name: cluster, patchType: " +
			patchType + ", patch: '" + text + "'}]")
	}
	orphan := func(resource string) string {
		return "deleteOption: {propagationPolicy: SelectivelyOrphan, selectivelyOrphans: {orphaningRules: [" +
			"{group: imageregistry.operator.openshift.io, resource: " + resource + ", name: cluster}]}}, "
	}
	const musthave, inPolicy = "complianceType: musthave", "error carrier Policy/p spec.policy-templates[0].objectDefinition.spec."
	prune := []string{inPolicy + "pruneObjectBehavior"}
	foreground := []string{"error carrier ManifestWork/w spec.deleteOption.propagationPolicy"}
	storage := []string{"error config-storage Config/cluster spec.storage"}
	for name, s := range map[string]scenario{
		"a policy that prunes":              {added: policy("pruneObjectBehavior: DeleteAll, ", musthave, config), findings: prune},
		"a policy that prunes what it made": {added: policy("pruneObjectBehavior: DeleteIfCreated, ", musthave, config), findings: prune},
		"a policy that leaves":              {added: policy("pruneObjectBehavior: None, ", musthave, config)},
		"a policy that prunes what goes":    {added: policy("pruneObjectBehavior: DeleteAll, ", musthave, configMap)},
		"a policy that takes": {added: policy("", "complianceType: MustOnlyHave", config),
			findings: []string{inPolicy + "object-templates[0].complianceType"}},
		"a policy that takes from what is ours alone": {added: policy("", "complianceType: mustonlyhave", cronJob)},
		"a policy that makes again": {added: policy("", musthave+", recreateOption: IfRequired", config),
			findings: []string{inPolicy + "object-templates[0].recreateOption"}},
		"a policy that makes others again": {added: policy("", musthave+", recreateOption: Always", guard)},
		"a policy that deletes the claim": {added: policy("", "complianceType: mustnothave", claim),
			findings: []string{"error replace-mark ObjectBucketClaim/image-registry-rgw"}},
		"a policy that deletes all claims": {
			added:    policy("", "complianceType: mustnothave", "{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim}"),
			findings: []string{"error replace-mark ObjectBucketClaim/"},
		},
		"a policy that deletes the claim of the Job": {
			spec: "{storage: {rgw: {existingClaim: {name: image-registry-rgw}}}}", added: policy("", "complianceType: mustnothave", claim),
			findings: []string{"error replace-mark ObjectBucketClaim/image-registry-rgw"},
		},
		"a policy that deletes the claim's namespace": {
			added: policy("", "complianceType: mustnothave",
				"{apiVersion: v1, kind: Namespace, metadata: {name: openshift-image-registry}}"),
			findings: []string{"error replace-mark Namespace/openshift-image-registry"},
		},
		"a policy that deletes the definition of claims": {
			added: policy("", "complianceType: mustnothave", "{apiVersion: apiextensions.k8s.io/v1, "+
				"kind: CustomResourceDefinition, metadata: {name: objectbucketclaims.objectbucket.io}}"),
			findings: []string{"error replace-mark CustomResourceDefinition/objectbucketclaims.objectbucket.io"},
		},
		"a policy that deletes another namespace": {added: policy("", "complianceType: mustnothave",
			"{apiVersion: v1, kind: Namespace, metadata: {name: other}}")},
		"a policy that deletes another claim": {
			added: policy("", "complianceType: mustnothave", strings.Replace(claim, "image-registry-rgw", "loki", 1))},
		"a policy that deletes claims elsewhere": {added: policy("", "complianceType: mustnothave",
			"{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {namespace: other}}")},

		"a work":               {added: work("", config), findings: foreground},
		"a work that deletes":  {added: work("deleteOption: {propagationPolicy: Foreground}, ", configMap+", "+config), findings: foreground},
		"a work that leaves":   {added: work("deleteOption: {propagationPolicy: Orphan}, ", config)},
		"a work with the rule": {added: work(orphan("configs"), config)},
		"a work with another":  {added: work(orphan("imagepruners"), config), findings: foreground},
		"a work of others":     {added: work("", configMap)},

		"a SyncSet that prunes": {added: syncSet("resourceApplyMode: Sync, resources: [" + config + "]"),
			findings: []string{"error carrier SyncSet/s spec.resourceApplyMode"}},
		"a SyncSet that adds":      {added: syncSet("resourceApplyMode: Upsert, resources: [" + config + "]")},
		"a SyncSet of others":      {added: syncSet("resourceApplyMode: Sync, resources: [" + configMap + "]")},
		"a SyncSet that patches":   {added: patch("Config", "merge", `{"spec": {"storage": {"emptyDir": {}}}}`), findings: storage},
		"a patch of operations":    {added: patch("Config", "json", `[{"op": "remove", "path": "/spec/storage/s3"}]`), findings: storage},
		"a patch that asks":        {added: patch("Config", "json", `[{"op": "test", "path": "/spec/storage", "value": {}}]`)},
		"a patch of the log":       {added: patch("Config", "merge", `{"spec": {"logLevel": "Debug"}}`)},
		"a patch of another kind":  {added: patch("Other", "merge", `{"spec": {"storage": {}}}`)},
		"a patch that is template": {added: patch("Config", "merge", `{{ x }`)},
	} {
		t.Run(name, s.run)
	}
}

// TestListsAreOpened: a client takes the kind of an item from its List, and whatever has items
// is one.
func TestListsAreOpened(t *testing.T) {
	list := func(group, kind, item string) string {
		return "{apiVersion: " + group + ", kind: " + kind + ", items: [" + item + "]}"
	}
	const imageRegistry, storage = "imageregistry.operator.openshift.io/v1", "spec: {storage: {emptyDir: {}}}}"
	config := []string{"error duplicate-item Config/cluster", "error config-storage Config/cluster spec.storage"}
	for name, s := range map[string]scenario{
		"of Configs": {added: list(imageRegistry, "ConfigList", "{metadata: {name: cluster}, "+storage), findings: config},
		"of another kind": {added: list(imageRegistry, "Config", "{metadata: {name: cluster}, "+storage), findings: append(config,
			"error singleton-name Config/ metadata.name")},
		"of Secrets": {
			added:    list("v1", "SecretList", "{metadata: {name: my}, stringData: {REGISTRY_STORAGE_S3_SECRETKEY: b}}"),
			findings: []string{"error credential Secret/my stringData.REGISTRY_STORAGE_S3_SECRETKEY"},
		},
		"of what the Job writes": {
			added:    list("v1", "SecretList", "{metadata: {name: image-registry-private-configuration-user}}"),
			findings: []string{"error written-in-cluster Secret/image-registry-private-configuration-user"},
		},
		"of claims": {
			spec:     "{storage: {rgw: {existingClaim: {name: mine}}}}",
			added:    list("objectbucket.io/v1alpha1", "ObjectBucketClaimList", "{metadata: {name: mine}}"),
			findings: []string{"error engine-mark ObjectBucketClaim/mine metadata.annotations"},
		},
		"of nothing":     {added: list("v1", "List", "")},
		"of no objects":  {added: list("v1", "List", "a, {b: c}")},
		"of others":      {added: list("v1", "ConfigMapList", "{metadata: {name: a}}")},
		"with no object": {added: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, items: {a: b}}"},
	} {
		t.Run(name, s.run)
	}
}

func TestProfilesAreNotDelivered(t *testing.T) {
	const profile = "{apiVersion: registryprofile.dev/v1alpha1, kind: RegistryProfile, metadata: {name: registry%s}}"
	for name, s := range map[string]scenario{
		"as it is": {added: fmt.Sprintf(profile, ""), findings: []string{"error profile-left RegistryProfile/registry"}},
		"for the build alone": {
			added: fmt.Sprintf(profile, `, annotations: {config.kubernetes.io/local-config: "true"}`),
		},
	} {
		t.Run(name, s.run)
	}
}

// TestPoliciesAndRolesAreWhole: whichever part of one is taken away, it is told.
func TestPoliciesAndRolesAreWhole(t *testing.T) {
	const policy = "ValidatingAdmissionPolicy/registry-profile-claims"
	changed := []string{"error guard " + policy}
	for name, s := range map[string]scenario{
		"that lets failures pass": {changes: []change{{"failurePolicy: Fail", "failurePolicy: Ignore"}}, findings: changed},
		"that is always content": {
			changes:  []change{{`expression: request.operation != "DELETE" || variables.confirmed`, `expression: "true"`}},
			findings: changed,
		},
		"that nothing matches": {
			changes:  []change{{"  matchConditions:\n", "  matchConditions:\n  - name: x\n    expression: \"false\"\n"}},
			findings: changed,
		},
		"of no request":      {changes: []change{{"      - UPDATE\n      - DELETE\n", "      - CONNECT\n"}}, findings: changed},
		"of other namespace": {changes: []change{{"        - openshift-image-registry\n", "        - other\n"}}, findings: changed},
		"that only warns": {
			changes: []change{{"  - Deny\n", "  - Warn\n"}},
			findings: []string{
				"error guard ValidatingAdmissionPolicyBinding/registry-profile-claims spec.validationActions",
				"error guard ValidatingAdmissionPolicyBinding/registry-profile-claims",
			},
		},
		"of an older version": {
			changes:  []change{{"failurePolicy: Fail", "failurePolicy: Ignore"}, {contentOf(t, policy), ""}},
			findings: []string{"warning guard " + policy + " metadata.annotations.registryprofile.dev/content"},
		},
		"a Role without rules": {
			changes:  []change{{"  verbs:\n  - get\n", "  verbs: []\n"}},
			findings: []string{"error role-changed Role/registry-bootstrap"},
		},
		"with an annotation more": {changes: []change{{contentOf(t, policy), contentOf(t, policy) + "    argocd.argoproj.io/tracking-id: a\n"}}},
	} {
		t.Run(name, s.run)
	}
}

// contentOf returns the line with the hash of an object, KIND/NAME.
func contentOf(t *testing.T, object string) string {
	t.Helper()
	kind, name, _ := strings.Cut(object, "/")
	_, from, found := strings.Cut(rendered(t, "{}"), "kind: "+kind+"\nmetadata:\n  name: "+name+"\n")
	require.True(t, found)
	at := strings.Index(from, "    registryprofile.dev/content: ")
	require.Positive(t, at)
	line, _, _ := strings.Cut(from[at:], "\n")
	return line + "\n"
}

// TestNothingIsMissing: what was taken out is told, and what was never there is not.
func TestNothingIsMissing(t *testing.T) {
	const names = "metadata.annotations.config.kubernetes.io/depends-on"
	role := "error broken-reference RoleBinding/registry-bootstrap roleRef.name"
	smoke := "error broken-reference RoleBinding/registry-smoke-test roleRef.name"
	for name, s := range map[string]scenario{
		"the claim": {without: "ObjectBucketClaim", findings: []string{"warning incomplete Job/JOB " + names}},
		"the volume": {
			spec: "{storage: {cephfs: {}}}", without: "PersistentVolumeClaim",
			findings: []string{"warning incomplete Config/cluster " + names},
		},
		"the account": {without: "ServiceAccount", findings: []string{"warning incomplete Job/JOB " + names}},
		"the Roles":   {without: "Role", findings: []string{role, role, role, role, "warning incomplete Job/JOB " + names, smoke, smoke}},
		"the policies": {without: "ValidatingAdmissionPolicy", findings: []string{
			"error broken-reference ValidatingAdmissionPolicyBinding/registry-profile-claims spec.policyName",
			"error broken-reference ValidatingAdmissionPolicyBinding/registry-profile-claims-in-use spec.policyName",
			"error broken-reference ValidatingAdmissionPolicyBinding/registry-profile-config spec.policyName",
			"warning incomplete ObjectBucketClaim/image-registry-rgw " + names,
		}},
		"the Jobs": {without: "Job", findings: []string{
			"warning incomplete CronJob/registry-reconcile " + names, "warning incomplete ConfigMap/SMOKE",
		}},
		"the only Job": {
			spec: "{bootstrap: {reconcile: {enabled: false}}, verify: {enabled: false}}", without: "Job", findings: []string{
				"warning incomplete ConfigMap/SCRIPT",
			},
		},
	} {
		t.Run(name, s.run)
	}
	text := rendered(t, "{}")
	for _, g := range generators.All() {
		if g.Class != generators.ClassShared {
			text = without(text, g.Kind)
		}
	}
	assert.Empty(t, judged(t, text), "Config and ImagePruner alone")
}

// TestRightsAreTheJobsAlone: a binding has no hash, so each part of it is looked at.
func TestRightsAreTheJobsAlone(t *testing.T) {
	const binding = "RoleBinding/registry-bootstrap"
	const account = "  - kind: ServiceAccount\n    name: registry-bootstrap\n    namespace: registry-profile\n"
	other := func(kind, role, subject string) string {
		return "{apiVersion: rbac.authorization.k8s.io/v1, kind: " + kind + ", metadata: {name: other, namespace: " +
			"openshift-image-registry}, roleRef: {apiGroup: rbac.authorization.k8s.io, " + role + "}, subjects: [" + subject + "]}"
	}
	subjects := strings.ReplaceAll(account, "  - ", "- ")
	subjects = strings.ReplaceAll(subjects, "\n    ", "\n  ")
	for name, s := range map[string]scenario{
		"a group, too": {
			changes:  []change{{subjects, subjects + "- kind: Group\n  name: system:authenticated\n"}},
			findings: []string{"error role-changed " + binding + " subjects[1]"},
		},
		"another account, too": {
			changes:  []change{{subjects, subjects + "- kind: ServiceAccount\n  name: x\n  namespace: y\n"}},
			added:    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: x, namespace: y}}",
			findings: []string{"error role-changed " + binding + " subjects[1]"},
		},
		"nobody": {
			changes:  []change{{"subjects:\n" + subjects, "subjects: []\n"}},
			findings: []string{"error role-changed " + binding + " subjects"},
		},
		"no role": {
			changes:  []change{{"  kind: Role\n  name: registry-bootstrap\n", "  kind: Role\n"}},
			findings: []string{"error role-changed " + binding + " roleRef"},
		},
		"given away": {
			added:    other("RoleBinding", "kind: Role, name: registry-bootstrap", "{kind: Group, name: all}"),
			findings: []string{"error role-changed RoleBinding/other roleRef.name"},
		},
		"more than it needs": {
			added: other("ClusterRoleBinding", "kind: ClusterRole, name: cluster-admin",
				"{kind: ServiceAccount, name: registry-bootstrap, namespace: registry-profile}"),
			findings: []string{"warning role-changed ClusterRoleBinding/other subjects[0]"},
		},
		"more for its user": {
			added: other("ClusterRoleBinding", "kind: ClusterRole, name: cluster-admin",
				"{kind: User, name: 'system:serviceaccount:registry-profile:registry-bootstrap'}"),
			findings: []string{"warning role-changed ClusterRoleBinding/other subjects[0]"},
		},
		"a token for whoever reads it": {
			added: "{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: a, " +
				"namespace: registry-profile, annotations: {kubernetes.io/service-account.name: registry-bootstrap}}}",
			findings: []string{"warning role-changed Secret/a metadata.annotations.kubernetes.io/service-account.name"},
		},
		"a token of another account": {
			added: "{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: a, " +
				"namespace: registry-profile, annotations: {kubernetes.io/service-account.name: mine}}}",
		},
		"more for its group": {
			added: other("RoleBinding", "kind: ClusterRole, name: edit",
				"{kind: Group, name: 'system:serviceaccounts:registry-profile'}"),
			findings: []string{"warning role-changed RoleBinding/other subjects[0]"},
		},
		"of others for others": {added: other("RoleBinding", "kind: ClusterRole, name: edit", "{kind: User, name: me}")},
		"added to a role of every user": {
			changes: []change{{"kind: ClusterRole\nmetadata:\n  name: registry-profile-registry-bootstrap\n  labels:\n",
				"kind: ClusterRole\nmetadata:\n  name: registry-profile-registry-bootstrap\n  labels:\n" +
					"    rbac.authorization.k8s.io/aggregate-to-edit: \"true\"\n"}},
			findings: []string{"error role-changed ClusterRole/registry-profile-registry-bootstrap " +
				"metadata.labels.rbac.authorization.k8s.io/aggregate-to-edit"},
		},
	} {
		t.Run(name, s.run)
	}
}

// TestWhatIsUsedIsOurs: a part of a profile that has lost its label and its annotation is told
// where another part names it.
func TestWhatIsUsedIsOurs(t *testing.T) {
	const policies = "error guard ValidatingAdmissionPolicyBinding/registry-profile-claims spec.policyName"
	for name, s := range map[string]struct {
		spec, object string
		change       change
		findings     []string
	}{
		"a Role": {
			object:   "Role/registry-bootstrap",
			findings: []string{"error role-changed RoleBinding/registry-bootstrap roleRef.name"},
		},
		"a ClusterRole": {
			object:   "ClusterRole/registry-profile-registry-bootstrap",
			findings: []string{"error role-changed ClusterRoleBinding/registry-profile-registry-bootstrap roleRef.name"},
		},
		"a policy": {object: "ValidatingAdmissionPolicy/registry-profile-claims", findings: []string{policies}},
		"a CronJob": {object: "CronJob/registry-reconcile", findings: []string{
			"error role-changed CronJob/registry-reconcile spec.jobTemplate.spec.template.spec.serviceAccountName"}},
		"the Job": {object: "Job/registry-bootstrap-", findings: []string{
			"error role-changed Job/JOB spec.template.spec.serviceAccountName"}},
		"the only script": {
			spec: "{verify: {enabled: false}}", object: "ConfigMap/registry-bootstrap-", findings: []string{
				"error broken-reference Job/JOB spec.template.spec.volumes",
				"error broken-reference CronJob/registry-reconcile spec.jobTemplate.spec.template.spec.volumes",
			}},
		"the script": {
			object: "ConfigMap/registry-bootstrap-", findings: []string{
				"error broken-reference Job/JOB spec.template.spec.volumes",
				"error broken-reference CronJob/registry-reconcile spec.jobTemplate.spec.template.spec.volumes",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			text := rendered(t, cmp.Or(s.spec, "{}"))
			kind, object, _ := strings.Cut(s.object, "/")
			documents := strings.Split(text, "---\n")
			changed := 0
			for i, document := range documents {
				if changed == 0 && strings.Contains(document, "\nkind: "+kind+"\nmetadata:\n  name: "+object) {
					document = strings.Replace(document, "    app.kubernetes.io/managed-by: registry-profile\n", "    a: b\n", 1)
					documents[i] = strings.Replace(document, "    registryprofile.dev/profile: registry\n", "", 1)
					changed++
				}
			}
			require.Equal(t, 1, changed)
			assert.Equal(t, s.findings, judged(t, cases.Join(documents)))
		})
	}
}

// TestNothingElseRunsAsTheJob: what has its account has its rights.
func TestNothingElseRunsAsTheJob(t *testing.T) {
	const deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d%s}, spec: {template: {spec: {%s: %s}}}}"
	const here, account = ", namespace: registry-profile", "registry-bootstrap"
	path := "warning role-changed Deployment/d spec.template.spec."
	for name, s := range map[string]scenario{
		"here": {
			added:    fmt.Sprintf(deployment, here, "serviceAccountName", account),
			findings: []string{path + "serviceAccountName"},
		},
		"wherever it lands": {added: fmt.Sprintf(deployment, "", "serviceAccountName", account), findings: []string{path + "serviceAccountName"}},
		"by the old name":   {added: fmt.Sprintf(deployment, here, "serviceAccount", account), findings: []string{path + "serviceAccount"}},
		"elsewhere":         {added: fmt.Sprintf(deployment, ", namespace: other", "serviceAccountName", account)},
		"with another":      {added: fmt.Sprintf(deployment, here, "serviceAccountName", "other")},
		"with none":         {added: fmt.Sprintf(deployment, here, "hostNetwork", "true")},
		"a kind of a CRD's": {
			added: "{apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {name: p" + here + "}, " +
				"spec: {taskRunSpecs: [{serviceAccountName: " + account + "}]}}",
			findings: []string{"warning role-changed PipelineRun/p spec.taskRunSpecs[0].serviceAccountName"},
		},
		"in what is for others": {added: "{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, " +
			"metadata: {name: c}, spec: {object-templates: [" +
			"{complianceType: musthave, objectDefinition: " + fmt.Sprintf(deployment, here, "serviceAccountName", account) + "}]}}"},
	} {
		t.Run(name, s.run)
	}
}

// TestTheJobHasAToken: without one it can ask the API server for nothing.
func TestTheJobHasAToken(t *testing.T) {
	const account = "kind: ServiceAccount\nmetadata:\n  name: registry-%s\n"
	off := func(name string) []change {
		head := fmt.Sprintf(account, name)
		return []change{{head, "automountServiceAccountToken: false\n" + head}}
	}
	finding := func(name string) []string {
		return []string{"error broken-reference ServiceAccount/registry-" + name + " automountServiceAccountToken"}
	}
	for name, s := range map[string]scenario{
		"of the Job":        {changes: off("bootstrap"), findings: finding("bootstrap")},
		"of the smoke test": {changes: off("smoke-test"), findings: finding("smoke-test")},
		"of others": {added: "{apiVersion: v1, kind: ServiceAccount, metadata: {name: registry-bootstrap, namespace: other}, " +
			"automountServiceAccountToken: false}"},
		"on": {changes: []change{{
			fmt.Sprintf(account, "bootstrap"), "automountServiceAccountToken: true\n" + fmt.Sprintf(account, "bootstrap"),
		}}},
	} {
		t.Run(name, s.run)
	}
}

// TestCronJobsRepeat: a CronJob runs what the Job of the profile runs.
func TestCronJobsRepeat(t *testing.T) {
	const spec = "{verify: {schedule: 30 5 * * *}}"
	const pod = "spec.jobTemplate.spec.template.spec"
	differs := func(name, field string) []string {
		return []string{"error job-differs CronJob/" + name + " " + pod + field}
	}
	const jobs = "error job-differs CronJob/registry-reconcile spec.jobTemplate.spec."
	const deadline = "      activeDeadlineSeconds: "
	schedule := func(cronJob string) []string { return []string{"error " + cronJob + " spec.schedule"} }
	for name, s := range map[string]struct {
		cronJob, old, new string
		findings          []string
	}{
		"as it is": {cronJob: "registry-reconcile"},
		"a permission without an end": {
			"registry-reconcile", "            env:\n", "            env:\n            - name: LEAVE_STORAGE\n              value: claim=old\n",
			differs("registry-reconcile", ".containers[0].env.LEAVE_STORAGE"),
		},
		"another scheme": {
			"registry-reconcile", "name: ENDPOINT_SCHEME\n              value: https", "name: ENDPOINT_SCHEME\n              value: http",
			differs("registry-reconcile", ".containers[0].env.ENDPOINT_SCHEME.value"),
		},
		"a value twice": {
			"registry-reconcile", "            env:\n", "            env:\n            - name: CLAIM_NAME\n              value: other\n",
			differs("registry-reconcile", ".containers[0].env"),
		},
		"another command": {
			"registry-reconcile", "- /bin/bash\n", "- /bin/sh\n", differs("registry-reconcile", ".containers[0].command[0]"),
		},
		"another image": {
			"registry-verify", "image: registry.redhat.io", "image: evil.example.com", differs("registry-verify", ".containers[0].image"),
		},
		"another container": {
			"registry-reconcile", "          containers:\n", "          initContainers:\n          - name: x\n          containers:\n",
			differs("registry-reconcile", ".initContainers"),
		},
		"somebody else's Jobs": {"registry-reconcile", deadline, "      managedBy: example.com/x\n" + deadline, []string{jobs + "managedBy"}},
		"two runs at once":     {"registry-reconcile", deadline, "      completions: 2\n" + deadline, []string{jobs + "completions"}},
		"pods of others":       {"registry-reconcile", deadline, "      manualSelector: true\n" + deadline, []string{jobs + "manualSelector"}},
		"another verdict":      {"registry-reconcile", "action: FailJob", "action: Ignore", []string{jobs + "podFailurePolicy.rules[0].action"}},
		"what a Job lets be changed": {cronJob: "registry-reconcile", old: deadline,
			new: "      parallelism: 1\n      ttlSecondsAfterFinished: 60\n      suspend: false\n" + deadline},
		"labels of pods": {
			cronJob: "registry-reconcile",
			old:     "            app.kubernetes.io/component: ",
			new:     "            a: b\n            app.kubernetes.io/component: ",
		},
		"no pod": {"registry-reconcile", "jobTemplate:", "jobTemplate: {}\n  other:", differs("registry-reconcile", ".containers")},
		"no schedule": {
			"registry-reconcile", "  schedule: ", "  schedule: every day # ",
			schedule("reconcile-schedule CronJob/registry-reconcile"),
		},
		"never":           {"registry-verify", "  schedule: ", "  schedule: 0 0 31 2 * # ", schedule("verify-schedule CronJob/registry-verify")},
		"at another time": {cronJob: "registry-reconcile", old: "  schedule: ", new: "  suspend: true\n  schedule: '@weekly' # "},
		"a template": {"registry-reconcile", "  schedule: ", "  schedule: ${WHEN} # ",
			[]string{"warning template-left CronJob/registry-reconcile spec.schedule"}},
		"another time": {cronJob: "registry-reconcile", old: "  schedule: ", new: "  timeZone: Etc/UTC\n  schedule: "},
	} {
		t.Run(name, func(t *testing.T) {
			documents := strings.Split(rendered(t, spec), "---\n")
			for i, document := range documents {
				if strings.Contains(document, "kind: CronJob\n") && strings.Contains(document, "name: "+s.cronJob+"\n") {
					require.Contains(t, document, s.old)
					documents[i] = strings.Replace(document, s.old, s.new, 1)
				}
			}
			assert.Equal(t, append([]string{}, s.findings...), judged(t, cases.Join(documents)))
		})
	}
}

// TestSmokeTestHasWhatItNeeds: the Job that it waits for, and a registry that takes images.
func TestSmokeTestHasWhatItNeeds(t *testing.T) {
	for name, s := range map[string]scenario{
		"a Job that goes": {
			changes:  []change{{"\n  backoffLimit: 6\n", "\n  backoffLimit: 6\n  ttlSecondsAfterFinished: 300\n"}},
			findings: []string{"warning incomplete Job/JOB spec.ttlSecondsAfterFinished"},
		},
		"a Job that goes, and no test": {
			spec:    "{verify: {enabled: false}}",
			changes: []change{{"\n  backoffLimit: 6\n", "\n  backoffLimit: 6\n  ttlSecondsAfterFinished: 300\n"}},
		},
		"read-only": {
			changes:  []change{{"  defaultRoute: ", "  readOnly: true\n  defaultRoute: "}},
			findings: []string{"error verify-read-only Config/cluster spec.readOnly"},
		},
		"read-only, and no test": {
			spec: "{verify: {enabled: false}}", changes: []change{{"  defaultRoute: ", "  readOnly: true\n  defaultRoute: "}},
		},
	} {
		t.Run(name, s.run)
	}
}

// TestClaimHasNothingElse: what a profile does not give a claim can delete images, or is of
// another storage.
func TestClaimHasNothingElse(t *testing.T) {
	const bucket, volume = "ObjectBucketClaim/image-registry-rgw", "PersistentVolumeClaim/image-registry-cephfs"
	for name, s := range map[string]scenario{
		"a rule that deletes": {
			changes:  []change{{"  generateBucketName: ", "  additionalConfig: {maxSize: 1Gi, bucketLifecycle: x}\n  generateBucketName: "}},
			findings: []string{"error job-differs " + bucket + " spec.additionalConfig.bucketLifecycle"},
		},
		"another bucket": {
			changes:  []change{{"  generateBucketName: ", "  objectBucketName: x\n  generateBucketName: "}},
			findings: []string{"error job-differs " + bucket + " spec.objectBucketName"},
		},
		"somebody's volume": {
			spec: "{storage: {cephfs: {}}}", changes: []change{{"  storageClassName: ", "  volumeName: x\n  storageClassName: "}},
			findings: []string{"error job-differs " + volume + " spec.volumeName"},
		},
		"of another profile": {
			changes:  []change{{"registryprofile.dev/profile: registry\nspec:\n  storageClassName", "registryprofile.dev/profile: other\nspec:\n  storageClassName"}},
			findings: []string{"error owner-mark " + bucket + " metadata.annotations.registryprofile.dev/profile"},
		},
	} {
		t.Run(name, s.run)
	}
}
