package v1alpha1

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const head = "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n"

// found decodes a profile and returns its findings as "FIELD [CODE]".
func found(t *testing.T, text string) (*RegistryProfile, []string) {
	t.Helper()
	n, err := yaml.Parse(text)
	require.NoError(t, err)
	p, results := Decode(n)
	assert.Equal(t, p == nil, finding.HasErrors(results), "a profile, or an error")
	all := []string{}
	for _, r := range results {
		assert.NotContains(t, r.Message, "\n")
		assert.NotContains(t, r.Message, "<nil>")
		if finding.CodeOf(r) != finding.NotAProfile.Name {
			assert.Equal(t, Kind, r.ResourceRef.Kind)
		}
		path := ""
		if r.Field != nil {
			path = r.Field.Path
		}
		all = append(all, strings.TrimSpace(path+" ["+finding.CodeOf(r)+"]"))
	}
	return p, all
}

func TestDecodeReportsEverythingAtOnce(t *testing.T) {
	const broken = head + `
spec:
  storage:
    rgw: {claimname: x, encrypt: true, bucket: {name: UPPER}}
  registry: {replicas: none, logLevel: Loud, httpSecret: x}
  registri: {}
  pruner: {schedule: never, keepYoungerThanDuration: 30d, keepTagRevisions: -1}
  bootstrap: {timeout: 1d, image: "a b"}
`
	expected := []string{ // as they stand in the text
		"spec.storage.rgw.claimname [unknown-field]",
		"spec.storage.rgw.encrypt [storage-encrypt]",
		"spec.storage.rgw.bucket.name [bucket-adopt]",
		"spec.storage.rgw.bucket.name [bucket-name]",
		"spec.registry.replicas [wrong-type]",
		"spec.registry.logLevel [not-allowed]",
		"spec.registry.httpSecret [registry-http-secret]",
		"spec.registri [unknown-field]",
		"spec.pruner.schedule [pruner-schedule]",
		"spec.pruner.keepYoungerThanDuration [pruner-duration]",
		"spec.pruner.keepTagRevisions [out-of-range]",
		"spec.bootstrap.timeout [bootstrap-timeout]",
		"spec.bootstrap.image [bootstrap-image]",
	}
	for range 20 { // maps are walked in another order each time
		_, actual := found(t, broken)
		assert.Equal(t, expected, actual)
	}
}

// reconciles is whether the Job is repeated, and when.
func reconciles(enabled bool, schedule string) func(*RegistryProfile) bool {
	return func(p *RegistryProfile) bool {
		r := p.Spec.Bootstrap.Reconcile
		return *r.Enabled == enabled && r.Schedule == schedule
	}
}

// TestDailyScheduleIsSpread: many clusters with a name each do not ask one store at once.
func TestDailyScheduleIsSpread(t *testing.T) {
	minutes := map[string]int{}
	for i := range 1000 {
		schedule := dailySchedule(fmt.Sprintf("cluster-%d", i))
		_, err := cron.ParseStandard(schedule)
		require.NoError(t, err)
		assert.Regexp(t, `^[0-5]?[0-9] [1-4] \* \* \*$`, schedule)
		minutes[schedule]++
	}
	assert.Greater(t, len(minutes), 200, "of 240 minutes")
	assert.Less(t, slices.Max(slices.Collect(maps.Values(minutes))), 20)
}

func TestDecodeReads(t *testing.T) {
	for text, check := range map[string]func(p *RegistryProfile) bool{
		"":                              func(p *RegistryProfile) bool { return *p.Spec.Registry.Replicas == 2 },
		"spec:":                         func(p *RegistryProfile) bool { return p.Spec.Storage.RGW != nil },
		"spec: null":                    func(p *RegistryProfile) bool { return p.Spec.Storage.RGW != nil },
		"spec: {}":                      func(p *RegistryProfile) bool { return p.Spec.OpenShiftVersion == "4.20" },
		"spec: {storage: {}}":           func(p *RegistryProfile) bool { return p.Spec.Storage.RGW != nil },
		"spec: {storage: {noobaa: {}}}": func(p *RegistryProfile) bool { return p.Spec.Storage.RGW == nil },
		"spec: {storage: {noobaa: {endpoint: {service: {scheme: http}}}}}":             reconciles(true, "14 1 * * *"),
		"spec: {storage: {cephfs: {}}}":                                                reconciles(false, "14 1 * * *"),
		"spec: {storage: {cephfs: {}}, bootstrap: {reconcile: {enabled: true}}}":       reconciles(true, "14 1 * * *"),
		"spec: {storage: {cephfs: {}}, bootstrap: {reconcile: {schedule: 1 2 3 4 5}}}": reconciles(true, "1 2 3 4 5"),
		"spec: {bootstrap: {reconcile: {enabled: false, schedule: 1 2 3 4 5}}}":        reconciles(false, "1 2 3 4 5"),
		"spec: {delivery: {}}": func(p *RegistryProfile) bool { return p.Spec.Delivery.ArgoCD.BaseWave == 0 },
		"spec: {delivery: {argocd: {baseWave: -10000}}}": func(p *RegistryProfile) bool {
			return p.Spec.Delivery.ArgoCD.BaseWave == -10000
		},
		"spec: {pruner: {suspend: false}}":           func(p *RegistryProfile) bool { return !*p.Spec.Pruner.Suspend },
		"spec: {registry: {disableRedirect: false}}": func(p *RegistryProfile) bool { return !*p.Spec.Registry.DisableRedirect },
		"spec: {registry: {defaultRoute: TRUE}}":     func(p *RegistryProfile) bool { return *p.Spec.Registry.DefaultRoute },
		// YAML 1.1's booleans, and dates, are strings to Kubernetes too.
		"spec: {registry: {nodeSelector: {a: on, b: no, c: 2001-01-01}}}": func(p *RegistryProfile) bool {
			s := p.Spec.Registry.NodeSelector
			return s["a"] == "on" && s["b"] == "no" && s["c"] == "2001-01-01"
		},
		"spec: {registry: {nodeSelector: {a: !!str 010}}}": func(p *RegistryProfile) bool {
			return p.Spec.Registry.NodeSelector["a"] == "010"
		},
		"spec: {odf: {namespace: \"yes\"}}": func(p *RegistryProfile) bool { return p.Spec.ODF.Namespace == "yes" },
		"spec: {storage: {cephfs: {size: 107374182400}}}": func(p *RegistryProfile) bool {
			return p.Spec.Storage.CephFS.Size == "107374182400"
		},
		"spec: {registry: {replicas: !!int \"3\"}}": func(p *RegistryProfile) bool { return *p.Spec.Registry.Replicas == 3 },
		// Anchors and merge keys.
		"spec: {odf: {namespace: &n storage, storageCluster: *n}}": func(p *RegistryProfile) bool { return p.Spec.ODF.StorageCluster == "storage" },
		"spec:\n  registry: &r {nodeSelector: {a: b}}\n  pruner: {<<: *r, suspend: true}": func(p *RegistryProfile) bool {
			return p.Spec.Pruner.NodeSelector["a"] == "b" && *p.Spec.Pruner.Suspend
		},
		"spec:\n  registry: {<<: {replicas: 3, defaultRoute: true}, replicas: 4}": func(p *RegistryProfile) bool {
			return *p.Spec.Registry.Replicas == 4 && *p.Spec.Registry.DefaultRoute
		},
	} {
		t.Run(text, func(t *testing.T) {
			p, findings := found(t, head+text)
			require.NotNil(t, p, findings)
			assert.Empty(t, findings)
			assert.True(t, check(p))
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for text, expected := range map[string][]string{
		"spec: []": {"spec [wrong-type]"},
		"spec: x":  {"spec [wrong-type]"},
		// A field without a value is neither the default nor empty.
		"spec: {storage: null}":                                       {"spec.storage [wrong-type]"},
		"spec: {storage: {rgw: }}":                                    {"spec.storage.rgw [wrong-type]"},
		"spec: {registry: {replicas: ~}}":                             {"spec.registry.replicas [wrong-type]"},
		"spec: {registry: {logLevel: }}":                              {"spec.registry.logLevel [wrong-type]"},
		"spec: {registry: {routes: null}}":                            {"spec.registry.routes [wrong-type]"},
		"spec: {registry: {routes: [null]}}":                          {"spec.registry.routes[0] [wrong-type]"},
		"spec: {delivery: {engines: [ArgoCD]}}":                       {"spec.delivery.engines [unknown-field]"},
		"spec: {delivery: {argocd: {baseWave: 10001}}}":               {"spec.delivery.argocd.baseWave [out-of-range]"},
		"spec: {delivery: {argocd: {baseWave: 9223372036854775807}}}": {"spec.delivery.argocd.baseWave [out-of-range]"},
		"spec: {registry: {nodeSelector: {a: null}}}":                 {"spec.registry.nodeSelector.a [wrong-type]"},
		// Numbers.
		"spec: {registry: {replicas: 2.5}}":                    {"spec.registry.replicas [wrong-type]"},
		"spec: {registry: {replicas: .nan}}":                   {"spec.registry.replicas [wrong-type]"},
		"spec: {registry: {replicas: .inf}}":                   {"spec.registry.replicas [wrong-type]"},
		"spec: {registry: {replicas: 99999999999999999999}}":   {"spec.registry.replicas [out-of-range]"},
		"spec: {registry: {replicas: 2147483648}}":             {"spec.registry.replicas [out-of-range]"},
		"spec: {registry: {replicas: 9223372036854775808}}":    {"spec.registry.replicas [out-of-range]"},
		"spec: {registry: {replicas: -99999999999999999999}}":  {"spec.registry.replicas [out-of-range]"},
		"spec: {pruner: {failedJobsHistoryLimit: 2147483648}}": {"spec.pruner.failedJobsHistoryLimit [out-of-range]"},
		"spec: {pruner: {keepYoungerThan: 9.3e18}}":            {"spec.pruner.keepYoungerThan [wrong-type]"},
		"spec: {delivery: {argocd: {baseWave: 1e300}}}":        {"spec.delivery.argocd.baseWave [wrong-type]"},
		"spec: {openshiftVersion: 4.20}":                       {"spec.openshiftVersion [wrong-type]"},
		"spec: {registry: {defaultRoute: on}}":                 {"spec.registry.defaultRoute [wrong-type]"},
		"spec: {registry: {defaultRoute: \"true\"}}":           {"spec.registry.defaultRoute [wrong-type]"},
		"spec: {registry: {nodeSelector: {a: 1, b: true}}}":    {"spec.registry.nodeSelector.a [wrong-type]", "spec.registry.nodeSelector.b [wrong-type]"},
		"spec: {storage: {rgw: {bucket: {maxSize: 1.5}}}}":     {"spec.storage.rgw.bucket.maxSize [wrong-type]"},
		"spec: {storage: {cephfs: {size: 0x10}}}":              {"spec.storage.cephfs.size [volume-size]"},
		"spec: {registry: {resources: {limits: {cpu: .inf}}}}": {"spec.registry.resources.limits.cpu [resources-quantity]"},
		"spec: {odf: {namespace: \"a\\nb: c\"}}":               {"spec.odf.namespace [text]"},
		"spec: {odf: {namespace: \"\\0\"}}":                    {"spec.odf.namespace [text]"},
		"spec: {registry: {nodeSelector: {\"ключ\": \"è\"}}}":  {"spec.registry.nodeSelector.ключ [label]"},
		"status: {}":   {"status [unknown-field]"},
		"spec: {1: a}": {"spec.1 [unknown-field]"},
		"spec: {registry: {replicas: 1, replicas: 2}}": {"spec.registry.replicas [duplicate-key]"},
		"metadata: {name: other}":                      {"metadata [duplicate-key]"},
		"spec: {registry: {REPLICAS: 3}}":              {"spec.registry.REPLICAS [unknown-field]"},
		"spec:\n  <<: 3":                               {"[yaml]"},
		"x: &a {b: *a}":                                {"[yaml]"},
		"x: &a [*a]":                                   {"[yaml]"},
		// What JSON does not have: it would be lost on the way, or arrive as
		// something else.
		"spec: {registry: {nodeSelector: {[a]: b, c: d}}}":                       {"spec.registry.nodeSelector [yaml]"},
		"spec: {registry: {nodeSelector: {{a: b}: b, c: d}}}":                    {"spec.registry.nodeSelector [yaml]"},
		"spec: {registry: {nodeSelector: {null: b, c: d}}}":                      {"spec.registry.nodeSelector [yaml]"},
		"spec: {odf: {namespace: &k replicas}, registry: {*k : 3, replicas: 4}}": {"spec.registry [yaml]"},
		"spec: {registry: {proxy: {noProxy: !!binary //8=}}}":                    {"spec.registry.proxy.noProxy [yaml]"},
		"spec: {registry: {proxy: {noProxy: !secret x}}}":                        {"spec.registry.proxy.noProxy [yaml]"},
		"spec: !profile {registry: {replicas: 3}}":                               {"spec [yaml]"},
	} {
		t.Run(text, func(t *testing.T) {
			_, findings := found(t, head+text)
			assert.Equal(t, expected, findings)
		})
	}
}

func TestDecodeRefusesOtherObjects(t *testing.T) {
	for _, text := range []string{"a", "1", "[]", "null", "{}", "kind: RegistryProfile", "apiVersion: [registryprofile.dev/v1alpha1]\nkind: RegistryProfile", "apiVersion: v1\nkind: List\nitems: []"} {
		p, findings := found(t, text)
		assert.Nil(t, p)
		assert.Equal(t, []string{"[not-a-profile]"}, findings)
	}
	p, results := Decode(nil)
	assert.Nil(t, p)
	assert.Len(t, results, 1)
}

func TestDecodeGuesses(t *testing.T) {
	for text, guess := range map[string]string{
		"spec: {storge: {}}":                                         "storage",
		"spec: {registry: {replica: 1}}":                             "replicas",
		"spec: {registry: {defaultroute: true}}":                     "defaultRoute",
		"spec: {storage: {rgw: {storageClass: x}}}":                  "storageClassName",
		"spec: {pruner: {keepYoungerThanDurations: 1h}}":             "keepYoungerThanDuration",
		"spec: {registry: {logLevel: debug}}":                        "Debug",
		"spec: {registry: {rolloutStrategy: recreate}}":              "Recreate",
		"spec: {openshiftVersion: \"4.20.3\"}":                       "4.20",
		"spec: {openshiftVersion: v4.20}":                            "4.20",
		"spec: {pruner: {keepYoungerThanDuration: 30 days}}":         "720h",
		"spec: {pruner: {keepYoungerThanDuration: 2w}}":              "336h",
		"spec: {storage: {rgw: {region: \"\\u00fc\"}}}":              "us-east-1",
		"spec: {bootstrap: {timeout: 1d}}":                           "24h",
		"spec: {registry: {requests: {read: {maxWaitInQueue: 1d}}}}": "24h",
	} {
		t.Run(text, func(t *testing.T) {
			_, results := Decode(yaml.MustParse(head + text))
			require.Len(t, results, 1)
			assert.Equal(t, guess, fmt.Sprint(results[0].Field.ProposedValue))
			assert.Contains(t, results[0].Message, guess, "people read the message, not the field")
		})
	}
}

// TestDecodeDoesNotModify: callers print the profile back, anchors included.
func TestDecodeDoesNotModify(t *testing.T) {
	for _, text := range []string{
		head + "spec: {registry: {replicas: 1, replicas: 2}} # as it is\n",
		head + "spec:\n  registry: &r {nodeSelector: &s {a: b}}\n  pruner: {<<: *r}\n  bootstrap: {nodeSelector: *s}\n",
		head + "spec:\n  registry:\n    tolerations: [&t {operator: Exists}]\n  pruner: {tolerations: [*t]}\n",
	} {
		n := yaml.MustParse(text)
		before := n.MustString()
		first, _ := Decode(n)
		assert.Equal(t, before, n.MustString())
		second, _ := Decode(n)
		assert.Equal(t, first, second)
		_, err := yaml.Parse(n.MustString())
		assert.NoError(t, err)
	}
}

// TestDecodeRefusesCheaply: what is far from a profile costs next to nothing. What it
// costs in time depends on the machine: BenchmarkDecodeHostile tells.
func TestDecodeRefusesCheaply(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			n, err := yaml.Parse(text)
			require.NoError(t, err)
			began, before := time.Now(), allocated()
			_, results := Decode(n)
			assert.Less(t, time.Since(began), hang)
			assert.Less(t, allocated()-before, uint64(mostMemory))
			for _, r := range results {
				assert.Less(t, len(r.Message), 1000)
			}
		})
	}
}

func BenchmarkDecodeHostile(b *testing.B) {
	for name, text := range hostile() {
		n := yaml.MustParse(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Decode(n)
			}
		})
	}
}

// hostile are inputs that are small to write and could be large to read.
func hostile() map[string]string {
	bomb := head + "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", i-1), 10), ", "))
	}
	return map[string]string{
		"bomb":          bomb,
		"bomb of merge": strings.NewReplacer("[", "{<<: [", "]", "]}").Replace(strings.Replace(bomb, "[x, x, x, x, x, x, x, x, x, x]", "[{x: y}]", 1)),
		"nested maps":   head + "spec: " + strings.Repeat("{a: ", 5000) + "1" + strings.Repeat("}", 5000),
		"nested lists":  head + "spec: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"many fields":   head + "spec: {" + strings.Repeat("a: 1, ", 1990) + "b: 1}",
		"many unknown":  head + "spec: {" + manyFields(1990) + "}",
		"too many":      head + "spec: {" + manyFields(10000) + "}",
		"long value":    head + "spec: {odf: {namespace: " + strings.Repeat("a", 1<<20) + "}}",
		"long schedule": head + "spec: {pruner: {schedule: \"" + strings.Repeat("1,", 1<<18) + "1 * * * *\"}}",
		"long quantity": head + "spec: {storage: {cephfs: {size: \"" + strings.Repeat("9", 1<<20) + "\"}}}",
		"long image":    head + "spec: {bootstrap: {image: \"" + strings.Repeat("a/", 1<<18) + "a\"}}",
		"long field":    head + "spec:\n  ? " + strings.Repeat("a", 1<<16) + "\n  : 1",
	}
}

func manyFields(n int) string {
	fields := make([]string, n)
	for i := range fields {
		fields[i] = fmt.Sprintf("f%d: 1", i)
	}
	return strings.Join(fields, ", ")
}

// TestFindingsHoldNoCredential: what may be one is not repeated in logs.
func TestFindingsHoldNoCredential(t *testing.T) {
	for _, text := range []string{
		"spec: {registry: {httpSecret: hunter2hunter2}}",
		"spec: {registry: {proxy: {http: \"http://me:hunter2hunter2@proxy:3128\"}}}",
		"spec: {registry: {storage: {s3: {secretKey: hunter2hunter2}}}}",
		"spec: {storage: {rgw: {endpoint: {route: {host: \"https://me:hunter2hunter2@s3.example.com\"}}}}}",
		"spec: {bootstrap: {image: \"me:hunter2hunter2@registry.example.com/cli:v4.20\"}}",
	} {
		p, results := Decode(yaml.MustParse(head + text))
		assert.Nil(t, p)
		written, err := yaml.Marshal(results)
		require.NoError(t, err)
		assert.NotContains(t, string(written), "hunter2", text)
	}
}

func TestRulesAreDocumented(t *testing.T) {
	codes := map[string]bool{}
	for _, rule := range Rules() {
		assert.Regexp(t, `^[a-z]+(-[a-z0-9]+)*$`, rule.Code)
		assert.False(t, codes[rule.Code], rule.Code)
		codes[rule.Code] = true
		assert.Regexp(t, `^[A-Z].*\.$`, rule.Doc, rule.Code)
		assert.Contains(t, []string{"error", "warning", "info"}, string(rule.Severity))
	}
}
