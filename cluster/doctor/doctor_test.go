package doctor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// certificate makes a CA that ends after a time, as a string of JSON.
func certificate(t *testing.T, life time.Duration) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour * 9999), NotAfter: now.Add(life), IsCA: true}
	content, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	require.NoError(t, err)
	quoted, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content})))
	require.NoError(t, err)
	return string(quoted)
}

// marks are the annotations of a claim that every engine keeps, as JSON.
func marks(t *testing.T) string {
	t.Helper()
	annotations := map[string]string{}
	for _, m := range generators.MissingKeepingMarks(nil) {
		key, value, _ := strings.Cut(m, "=")
		if before := annotations[key]; before != "" {
			value = before + "," + value
		}
		annotations[key] = value
	}
	content, err := json.Marshal(annotations)
	require.NoError(t, err)
	return string(content)
}

// world is a cluster by the names of its objects, and the profile that it is held to.
type world struct {
	objects map[string]map[string]any
	profile *v1alpha1.RegistryProfile
}

func nameOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if namespace, _ := metadata["namespace"].(string); namespace != "" {
		name = namespace + "/" + name
	}
	return object["kind"].(string) + " " + name
}

// change merges documents into the objects of their names, as a merge patch is. A document
// of which nothing but the name is given and that has "gone: true" is deleted.
func (w world) change(t *testing.T, documents string) {
	t.Helper()
	for _, document := range strings.Split(documents, "\n---\n") {
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &object), document)
		name := nameOf(object)
		switch before, ok := w.objects[name]; {
		case object["gone"] == true:
			require.True(t, ok, "%s is not there anyway", name)
			delete(w.objects, name)
		case ok:
			merge(before, object)
		default:
			require.NotEmpty(t, object["apiVersion"], name)
			w.objects[name] = object
		}
	}
}

func merge(into, from map[string]any) {
	for key, value := range from {
		below, ok := value.(map[string]any)
		there, has := into[key].(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case ok && has:
			merge(there, below)
		default:
			into[key] = value
		}
	}
}

func healthy(t *testing.T) world {
	t.Helper()
	content, err := os.ReadFile("testdata/healthy.yaml")
	require.NoError(t, err)
	text := strings.NewReplacer("{{CA}}", certificate(t, 9000*time.Hour), "{{MARKS}}", marks(t)).Replace(string(content))
	w := world{objects: map[string]map[string]any{}}
	w.change(t, text)
	return w
}

const theProfile = `
apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata: {name: registry}
spec: {storage: {rgw: {claimName: images, storageClassName: rgw, endpoint: {route: {name: rgw}}}}}
`

// profiled is the healthy cluster after all of a profile was delivered, and the profile.
func profiled(t *testing.T) world {
	t.Helper()
	w := healthy(t)
	profile, results := v1alpha1.Decode(kyaml.MustParse(theProfile))
	require.Empty(t, results)
	for _, r := range generators.Expand(profile) {
		if _, ok := cluster.KindOf(r.GetApiVersion(), r.GetKind()); ok {
			w.change(t, r.MustString())
		}
		if r.GetKind() == "Job" {
			w.change(t, "kind: Job\nmetadata: {name: "+r.GetName()+", namespace: "+r.GetNamespace()+
				", creationTimestamp: '2026-02-01T00:00:00Z'}\nstatus: {conditions: [{type: Complete, status: 'True'}]}")
		}
	}
	w.profile = profile
	return w
}

// faulty is the healthy cluster with a fault. It is held to the profile where the check is
// one for profiles only.
func faulty(t *testing.T, code string) world {
	t.Helper()
	w := healthy(t)
	if withProfile[code] {
		w = profiled(t)
	}
	w.change(t, strings.NewReplacer(
		"{{SOON}}", certificate(t, 24*time.Hour), "{{OVER}}", certificate(t, -time.Hour),
		"{{OTHER}}", certificate(t, 9000*time.Hour), "{{MARKS}}", marks(t),
		"{{JOB}}", jobName(t)).Replace(faults[code].change))
	return w
}

// jobName is the name of the profile's Job.
func jobName(t *testing.T) string {
	t.Helper()
	profile, _ := v1alpha1.Decode(kyaml.MustParse(theProfile))
	for _, r := range generators.Expand(profile) {
		if r.GetKind() == "Job" {
			return r.GetName()
		}
	}
	return ""
}

func (w world) examine(t *testing.T, reader cluster.Reader) doctor.Report {
	t.Helper()
	return doctor.Examine(t.Context(), reader, doctor.Input{Now: now, Live: true, Profile: w.profile})
}

// reader knows all objects, and whether these are all that there are.
func (w world) reader(t *testing.T, complete bool) cluster.Reader {
	t.Helper()
	var documents []cluster.Document
	for name, object := range w.objects {
		content, err := json.Marshal(object)
		require.NoError(t, err)
		documents = append(documents, cluster.Document{Name: name, Content: content})
	}
	reader, faults := cluster.Files(documents, complete)
	require.Empty(t, faults)
	return reader
}

// hiding is a Reader that may not read one kind.
type hiding struct {
	cluster.Reader
	kind string
}

func (h hiding) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	if kind.Name == h.kind {
		return cluster.Answer{Outcome: cluster.Outcome{State: cluster.Forbidden, Why: "no rights"}}
	}
	return h.Reader.Get(ctx, kind, namespace, name)
}

func (h hiding) List(ctx context.Context, kind cluster.Kind, namespace string) cluster.Answers {
	if kind.Name == h.kind {
		return cluster.Answers{Outcome: cluster.Outcome{State: cluster.Forbidden, Why: "no rights"}}
	}
	return h.Reader.List(ctx, kind, namespace)
}

func lines(report doctor.Report, code string) (found []string) {
	for _, f := range report.Findings {
		if finding.CodeOf(f) == code {
			found = append(found, finding.Line(f, "", ""))
		}
	}
	return found
}

// TestRemovedOnPurpose: a registry that is off is a fault unless its profile wants that.
func TestRemovedOnPurpose(t *testing.T) {
	w := profiled(t)
	w.change(t, theConfig+"spec: {managementState: Removed}")
	assert.NotEmpty(t, lines(w.examine(t, w.reader(t, true)), "registry-removed"))
	wanted := *w.profile
	wanted.Spec.Registry.ManagementState = v1alpha1.Removed
	w.profile = &wanted
	report := w.examine(t, w.reader(t, true))
	assert.Empty(t, lines(report, "registry-removed"))
	assert.Empty(t, lines(report, "profile-drift"))
}

// TestHealthy: nothing is told of a cluster without a fault, and everything was seen.
func TestHealthy(t *testing.T) {
	for name, w := range map[string]world{"without a profile": healthy(t), "with its profile": profiled(t)} {
		t.Run(name, func(t *testing.T) {
			report := w.examine(t, w.reader(t, true))
			assert.Empty(t, report.Findings)
			assert.Empty(t, report.Unseen)
			assert.Empty(t, report.Blind)
		})
	}
}

// TestChecks plays the fault that each check is for, and hides from it what it needs.
func TestChecks(t *testing.T) {
	for _, check := range doctor.Checks() {
		c, ok := faults[check.Code]
		require.True(t, ok, "no case for %s", check.Code)
		t.Run(check.Code, func(t *testing.T) {
			w := faulty(t, check.Code)
			found := lines(w.examine(t, w.reader(t, true)), check.Code)
			require.Len(t, found, 1)
			assert.Contains(t, found[0], c.says)
			assert.Contains(t, found[0], string(check.Severity)+": ")
			assert.NotContains(t, found[0], "somebody-elses")

			blind := w.examine(t, hiding{w.reader(t, true), c.hidden})
			assert.Empty(t, lines(blind, check.Code), "a verdict without %s", c.hidden)
			var unseen []string
			for _, u := range blind.Unseen {
				unseen = append(unseen, u.Checks...)
			}
			assert.Contains(t, unseen, check.Code)
		})
	}
	assert.Len(t, faults, len(doctor.Checks()))
}

// TestBlind: who can read nothing gets no verdict at all.
func TestBlind(t *testing.T) {
	reader, _ := cluster.Files(nil, false)
	report := healthy(t).examine(t, reader)
	assert.Empty(t, report.Findings)
	assert.Equal(t, "Config cluster is not in the input", report.Blind)
	unseen := 0
	for _, u := range report.Unseen {
		unseen += len(u.Checks)
	}
	assert.Equal(t, len(doctor.Checks())-len(withProfile), unseen)
}

const (
	onAmazon = theConfig + "spec: {storage: {managementState: Managed, " +
		"s3: {regionEndpoint: '', trustedCA: {name: ''}, encrypt: true}}}\n---\n" +
		"kind: Infrastructure\nmetadata: {name: cluster}\nstatus: {platformStatus: {type: AWS}}\n---\n"
	noOwnKeys = "kind: Secret\nmetadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}\ngone: true"
	onMinIO   = theConfig + "spec: {disableRedirect: true, storage: {s3: {bucket: other, encrypt: true, " +
		"regionEndpoint: https://minio.minio.svc}}}"
	noClass   = "kind: StorageClass\nmetadata: {name: rgw}\ngone: true"
	otherKeys = "kind: Secret\nmetadata: {name: images, namespace: openshift-image-registry}\n" +
		"stringData: {AWS_SECRET_ACCESS_KEY: somebody-elses}"
	disabled = "kind: ClusterVersion\nmetadata: {name: version}\nstatus: {capabilities: {enabledCapabilities: [Console]}}\n---\n"
	quota    = "kind: ResourceQuota\nmetadata: {name: quota, namespace: openshift-image-registry}\n"
)

// TestNoFault holds checks to what looks like their fault, and is none.
func TestNoFault(t *testing.T) {
	for name, c := range map[string]struct{ change, quiet string }{
		"a claim that is Bound needs no class any more":       {noClass, "claim-class"},
		"nor does a volume that is Bound":                     {onVolume + noClass, "claim-class"},
		"in Amazon's cloud the operator has its credentials":  {onAmazon + noOwnKeys, "credentials-missing"},
		"a claim has nothing to do with a bucket of Amazon's": {onAmazon + theClaim + "status: {phase: Pending}", "claim-unbound"},
		"so have its credentials":                             {onAmazon + otherKeys, "credentials-differ"},
		"the installer may have left credentials": {
			noOwnKeys + "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: installer-cloud-credentials, " +
				"namespace: openshift-image-registry}\nstringData: {credentials: x}", "credentials-missing",
		},
		"the claim's bucket is another store's": {
			otherKeys + "\n---\nkind: ConfigMap\nmetadata: {name: images, namespace: openshift-image-registry}\n" +
				"data: {BUCKET_HOST: s3.openshift-storage.svc}", "credentials-differ",
		},
		"it is the API server that forbids": {
			refused(`secrets "image-registry-private-configuration" is forbidden: exceeded quota`), "store-credentials",
		},
		"it is a webhook that is not trusted": {
			refused("failed calling webhook: x509: certificate signed by unknown authority"), "store-certificate",
		},
		"it is another host that is not trusted": {
			refused(`Get "https://172.30.0.1:443/api": x509: certificate signed by unknown authority`), "store-certificate",
		},
		"the operator does not speak of its storage": {degraded("x509: certificate signed by unknown authority"), "store-certificate"},
		"a volume has no certificate": {
			onVolume + refused("x509: certificate signed by unknown authority"), "store-certificate",
		},
		"one node has no place for two pods": {
			theConfig + "spec: {replicas: 1}\n---\nkind: Infrastructure\nmetadata: {name: cluster}\n" +
				"status: {infrastructureTopology: SingleReplica}", "replicas-one",
		},
		"three replicas may share a node": {theConfig + "spec: {replicas: 3}", "replicas-nodes"},
		"Config spreads its pods itself": {
			theConfig + "spec: {topologySpreadConstraints: [{maxSkew: 2}]}\n---\nkind: Node\nmetadata: {name: two}\ngone: true",
			"replicas-nodes",
		},
		"a node is emptied for an update": {
			"kind: Node\nmetadata: {name: two}\nspec: {unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, " +
				"effect: NoSchedule}]}", "replicas-nodes",
		},
		"another store of the cluster takes the header": {onMinIO, "storage-encrypted"},
		"and its buckets have no claim":                 {onMinIO, "claim-unknown"},
		"an object gateway that encrypts takes it, too": {
			theConfig + "spec: {storage: {s3: {encrypt: true}}}\n---\nkind: CephObjectStore" +
				"\nmetadata: {name: rgw, namespace: openshift-storage}\nspec: {security: {s3: {enabled: true}}}", "storage-encrypted",
		},
		"a client cluster has no StorageCluster": {
			theClaim + "status: {phase: Pending}\n---\nkind: StorageCluster" + ofStorage + "gone: true", "odf-missing",
		},
		"no registry needs no volume": {
			onVolume + theConfig + "spec: {managementState: Removed}\n---\n" + theVolume + "status: {phase: Lost}", "volume-unbound",
		},
		"nor any storage": {
			theConfig + "spec: {managementState: Removed}\nstatus: {conditions: [{type: StorageExists, status: 'False', reason: Removed}]}",
			"registry-condition",
		},
		"a disabled registry has no Config": {disabled + theConfig + "gone: true", "config-missing"},
		"and no ImagePruner":                {disabled + thePruner + "gone: true", "pruner-missing"},
		"a Route of the same host is left from before": {
			"apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: old, namespace: openshift-storage}\n" +
				"spec: {host: rgw.apps.example.com, to: {kind: Service, name: rgw}}\n" +
				"status: {ingress: [{conditions: [{type: Admitted, status: 'False', reason: HostAlreadyClaimed}]}]}", "route-refused",
		},
		"the Job of a CronJob runs": {
			faults["cronjob-idle"].change + "\n---\nkind: CronJob\nmetadata: {name: bootstrap, namespace: registry-profile}\n" +
				"status: {active: [{name: bootstrap-2}]}", "cronjob-idle",
		},
		"a quota of the processors of graphics cards": {
			quota + "status: {hard: {requests.example.com/vcpu: '1'}, used: {requests.example.com/vcpu: '1'}}", "quota-exhausted",
		},
		"a quota that forbids some pods": {
			quota + "spec: {scopes: [BestEffort]}\nstatus: {hard: {pods: '0'}, used: {pods: '0'}}", "quota-exhausted",
		},
		"an entry of noProxy has a port": {
			"kind: Proxy\nmetadata: {name: cluster}\nstatus: {noProxy: 'localhost,rgw.apps.example.com:443'}", "proxy-endpoint",
		},
		"or is everything": {"kind: Proxy\nmetadata: {name: cluster}\nstatus: {noProxy: '*'}", "proxy-endpoint"},
		"nothing delivers the claim": {
			"kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry, annotations: null, labels: " +
				"{app.kubernetes.io/managed-by: null}}", "claim-unmarked",
		},
		"a newer Job of the profile is complete": {
			"kind: Job\nmetadata: {name: bootstrap, namespace: registry-profile, creationTimestamp: '2026-02-01T00:00:00Z'}\n" +
				"status: {conditions: [{type: Failed, status: 'True'}]}\n---\n" +
				"apiVersion: batch/v1\nkind: Job\nmetadata: {name: newer, namespace: registry-profile, " +
				"creationTimestamp: '2026-02-02T00:00:00Z', labels: {app.kubernetes.io/managed-by: registry-profile}}\n" +
				"status: {conditions: [{type: Complete, status: 'True'}]}", "job-failed",
		},
		"a store outside of the cluster has no claim": {
			theConfig + "spec: {storage: {s3: {bucket: other, regionEndpoint: https://s3.example.net}}}", "claim-unknown",
		},
		"nor a Route": {theConfig + "spec: {storage: {s3: {regionEndpoint: https://s3.example.net}}}", "route-missing"},
		"a pod may tolerate a taint": {
			"kind: Node\nmetadata: {name: two}\nspec: {taints: [{effect: NoSchedule}]}\n---\n" +
				theConfig + "spec: {tolerations: [{operator: Exists}]}", "replicas-nodes",
		},
		"a quota of what the registry does not need": {
			"kind: ResourceQuota\nmetadata: {name: quota, namespace: openshift-image-registry}\n" +
				"status: {hard: {services.loadbalancers: '0'}, used: {services.loadbalancers: '0'}}", "quota-exhausted",
		},
		"a cluster says more by what it serves than by its version": {
			"kind: ClusterVersion\nmetadata: {name: version}\ngone: true", "policies-missing",
		},
		"policies are of OpenShift 4.17 and later": {
			"kind: ClusterVersion\nmetadata: {name: version}\nstatus: {desired: {version: 4.16.1}}\n---\n" +
				"kind: ValidatingAdmissionPolicy\nmetadata: {name: registry-profile-claims}\ngone: true", "policies-missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := healthy(t)
			w.change(t, c.change)
			report := w.examine(t, w.reader(t, true))
			assert.Empty(t, lines(report, c.quiet))
			for _, u := range report.Unseen {
				assert.NotContains(t, u.Checks, c.quiet, u.Why)
			}
		})
	}
}

// TestAlsoAFault are further faults of a check, each with a part of what is told.
func TestAlsoAFault(t *testing.T) {
	unknown := func(name string) string {
		return theConfig + "status: {conditions: [{type: " + name + ", status: Unknown, reason: Unknown Error Occurred, message: EOF}]}"
	}
	for name, c := range map[string]struct{ change, code, says string }{
		"a step that failed": {
			theConfig + "status: {conditions: [{type: Progressing, status: 'True', reason: Error, message: no pull-secret}]}",
			"registry-condition", "Progressing is True: Error: no pull-secret",
		},
		"a store that is not known":    {unknown("StorageExists"), "registry-condition", "StorageExists is Unknown"},
		"a registry that is not known": {unknown("Available"), "registry-condition", "Available is Unknown"},
		"a state that is not known":    {unknown("Degraded"), "registry-condition", "Degraded is Unknown"},
		"a store that is not trusted":  {strings.Replace(unknown("StorageExists"), "EOF", "'x509: none'", 1), "store-certificate", "x509"},
		"an operator not Available": {
			"kind: ClusterOperator\nmetadata: {name: image-registry}\nstatus: {conditions: [{type: Available, status: 'False', message: none}]}",
			"operator-degraded", "error: ClusterOperator/image-registry: status.conditions: is not Available while Config is: none",
		},
		"a storage without a driver": {theConfig + "spec: {storage: {s3: null, oss: {}}}", "storage-none", "names oss"},
		"a storage by another name": {
			theConfig + "spec: {storage: {s3: null, S3: {bucket: a}}}\nstatus: {storage: {s3: null, S3: {bucket: a}}}", "storage-none", "names S3",
		},
		"writes, too": {
			theConfig + "spec: {requests: {write: {maxWaitInQueue: 1w}}}", "config-unreadable", "spec.requests.write.maxWaitInQueue",
		},
		"a bucket that goes with Config": {
			"kind: Config\nmetadata: {name: cluster, deletionTimestamp: x}\nspec: {storage: {managementState: Managed}}",
			"config-deleting", "copy them now. Set spec.storage.managementState: Unmanaged at once",
		},
		"a bucket of the operator's own": {onAmazon + noOwnKeys, "storage-managed", "info: "},
		"a confirmation on a claim elsewhere": {
			"apiVersion: objectbucket.io/v1alpha1\nkind: ObjectBucketClaim\nmetadata: {name: rgwbucket, namespace: openshift-storage, " +
				"annotations: {registryprofile.dev/confirm-deletion: x}}", "confirmation-left", "ObjectBucketClaim/rgwbucket",
		},
		"the last event of this claim": {
			"kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry, uid: '1'}\nstatus: {phase: Pending}" +
				event("a", "1", "2026-02-01T02:00:00Z", "the last") + event("b", "1", "2026-02-01T01:00:00Z", "an early") +
				event("c", "0", "2026-02-01T03:00:00Z", "another's"), "claim-unbound", "its last warning is Failed: the last,",
		},
		"a pod on no node": {
			registryPod + "status: {conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: none}]}",
			"registry-pod-stuck", "is on no node: Unschedulable",
		},
		"a container that does not start": {
			registryPod + "status: {containerStatuses: [{name: registry, state: {waiting: {reason: RunContainerError}}}]}",
			"registry-pod-stuck", "registry waits with RunContainerError",
		},
		"an init container that ends": {
			registryPod + "status: {initContainerStatuses: [{name: first, state: {waiting: {reason: CrashLoopBackOff}}}]}",
			"registry-pod-stuck", "status.initContainerStatuses: first waits with CrashLoopBackOff",
		},
		"a quota of no pods": {quota + "status: {hard: {pods: '0'}, used: {pods: '0'}}", "quota-exhausted", "pods=0"},
		"a scheme in capitals": {
			theConfig + "spec: {storage: {s3: {regionEndpoint: HTTP://rgw.apps.example.com}}}", "endpoint-http-redirect", "no encryption",
		},
		"a Service with a dot at its end": {
			theConfig + "spec: {storage: {s3: {regionEndpoint: https://rgw.openshift-storage.svc.}}}", "endpoint-service-redirect", "is a Service",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := healthy(t)
			w.change(t, c.change)
			found := lines(w.examine(t, w.reader(t, true)), c.code)
			require.Len(t, found, 1)
			assert.Contains(t, found[0], c.says)
		})
	}
}

const registryPod = "kind: Pod\nmetadata: {name: registry-1, namespace: openshift-image-registry}\n"

// event is a warning about the claim, as one more document.
func event(name, uid, last, message string) string {
	return "\n---\napiVersion: v1\nkind: Event\nmetadata: {name: " + name + ", namespace: openshift-image-registry}\ntype: Warning\n" +
		"reason: Failed\nmessage: \"" + message + "\"\nlastTimestamp: '" + last + "'\n" +
		"involvedObject: {kind: ObjectBucketClaim, name: images, uid: '" + uid + "'}"
}

// TestProfileOfAnotherClaim: a profile may name a claim that the registry is not on yet.
func TestProfileOfAnotherClaim(t *testing.T) {
	w := profiled(t)
	w.change(t, "kind: ConfigMap\nmetadata: {name: images, namespace: openshift-image-registry}\ndata: {BUCKET_NAME: images-2}\n---\n"+
		otherKeys+"\n---\n"+theRoute+"spec: {to: {name: s3}}")
	report := w.examine(t, w.reader(t, true))
	assert.Empty(t, lines(report, "credentials-differ"))
	assert.Empty(t, lines(report, "route-elsewhere"))
}

// TestDumpsHaveNoClock: a schedule of a cluster that was dumped a year ago is not late.
func TestDumpsHaveNoClock(t *testing.T) {
	w := faulty(t, "cronjob-idle")
	report := doctor.Examine(t.Context(), w.reader(t, true), doctor.Input{Now: now})
	assert.Empty(t, lines(report, "cronjob-idle"))
	assert.Equal(t, []doctor.Unseen{{Checks: []string{"cronjob-idle"}, Why: "at which time the input was written"}}, report.Unseen)
}
