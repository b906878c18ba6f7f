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

func (w world) reader(t *testing.T) cluster.Reader {
	t.Helper()
	var documents []cluster.Document
	for name, object := range w.objects {
		content, err := json.Marshal(object)
		require.NoError(t, err)
		documents = append(documents, cluster.Document{Name: name, Content: content})
	}
	reader, faults := cluster.Files(documents, true)
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
	assert.NotEmpty(t, lines(w.examine(t, w.reader(t)), "registry-removed"))
	wanted := *w.profile
	wanted.Spec.Registry.ManagementState = v1alpha1.Removed
	w.profile = &wanted
	report := w.examine(t, w.reader(t))
	assert.Empty(t, lines(report, "registry-removed"))
	assert.Empty(t, lines(report, "profile-drift"))
}

// TestHealthy: nothing is told of a cluster without a fault, and everything was seen.
func TestHealthy(t *testing.T) {
	for name, w := range map[string]world{"without a profile": healthy(t), "with its profile": profiled(t)} {
		t.Run(name, func(t *testing.T) {
			report := w.examine(t, w.reader(t))
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
			found := lines(w.examine(t, w.reader(t)), check.Code)
			require.Len(t, found, 1)
			assert.Contains(t, found[0], c.says)
			assert.Contains(t, found[0], string(check.Severity)+": ")
			assert.NotContains(t, found[0], "somebody-elses")

			blind := w.examine(t, hiding{w.reader(t), c.hidden})
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

// TestNoFault holds checks to what looks like their fault, and is none.
func TestNoFault(t *testing.T) {
	for name, c := range map[string]struct{ change, quiet string }{
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
			report := w.examine(t, w.reader(t))
			assert.Empty(t, lines(report, c.quiet))
			for _, u := range report.Unseen {
				assert.NotContains(t, u.Checks, c.quiet, u.Why)
			}
		})
	}
}

// TestDumpsHaveNoClock: a schedule of a cluster that was dumped a year ago is not late.
func TestDumpsHaveNoClock(t *testing.T) {
	w := faulty(t, "cronjob-idle")
	report := doctor.Examine(t.Context(), w.reader(t), doctor.Input{Now: now})
	assert.Empty(t, lines(report, "cronjob-idle"))
	assert.Equal(t, []doctor.Unseen{{Checks: []string{"cronjob-idle"}, Why: "at which time the input was written"}}, report.Unseen)
}
