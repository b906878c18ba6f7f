package v1alpha1

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// affinityOf is a profile with one required term of a pod affinity.
func affinityOf(term string) string {
	return "spec: {registry: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [" + term + "]}}}}"
}

// nodeAffinityOf is a profile with one required term of a node affinity.
func nodeAffinityOf(term string) string {
	return "spec: {pruner: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " +
		"{nodeSelectorTerms: [" + term + "]}}}}}"
}

// routesOf is a profile with additional routes.
func routesOf(routes string) string { return "spec: {registry: {routes: [" + routes + "]}}" }

// spreadOf is a profile with spread constraints.
func spreadOf(constraints string) string {
	return "spec: {registry: {topologySpreadConstraints: [" + constraints + "]}}"
}

// resourcesOf is a profile with requests or limits of the registry's pods.
func resourcesOf(resources string) string {
	return "spec: {registry: {resources: {" + resources + "}}}"
}

// TestRulesRefuse holds the rules to what the API server, the operator and the Job refuse.
func TestRulesRefuse(t *testing.T) {
	const (
		pods  = "spec.registry.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]"
		nodes = "spec.pruner.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
		hosts = "spec.registry.routes"
		zones = "spec.registry.topologySpreadConstraints"
	)
	for text, expected := range map[string]string{
		routesOf("{name: a, hostname: 'https://a.example.com'}"):                     hosts + "[0].hostname [registry-hostname]",
		routesOf("{name: a, hostname: 'a.example.com:443'}"):                         hosts + "[0].hostname [registry-hostname]",
		routesOf("{name: a, hostname: '*.example.com'}"):                             hosts + "[0].hostname [registry-hostname]",
		routesOf("{name: a, hostname: a_b.example.com}"):                             hosts + "[0].hostname [registry-hostname]",
		routesOf("{name: a, hostname: " + strings.Repeat("a", 64) + ".example.com}"): hosts + "[0].hostname [registry-hostname]",
		routesOf("{name: a, hostname: a.com}, {name: b, hostname: a.com}"):           hosts + "[1].hostname [registry-hostname]",
		routesOf("{name: " + strings.Repeat("a", 39) + "}"):                          hosts + "[0].name [registry-hostname]",

		"spec: {storage: {cephfs: {size: 500}}}":                                "spec.storage.cephfs.size [volume-size]",
		"spec: {storage: {cephfs: {size: 500m}}}":                               "spec.storage.cephfs.size [volume-size]",
		"spec: {storage: {cephfs: {size: 1000Ki}}}":                             "spec.storage.cephfs.size [volume-size]",
		"spec: {storage: {rgw: {bucket: {maxSize: 500m}}}}":                     "spec.storage.rgw.bucket.maxSize [bucket-size]",
		"spec: {storage: {noobaa: {bucket: {maxSize: 500}}}}":                   "spec.storage.noobaa.bucket.maxSize [bucket-size]",
		"spec: {storage: {noobaa: {bucket: {maxSize: 500Mi}}}}":                 "spec.storage.noobaa.bucket.maxSize [noobaa-quota]",
		"spec: {storage: {rgw: {claimName: " + strings.Repeat("a", 225) + "}}}": "spec.storage.rgw.claimName [claim-name]",
		"spec: {odf: {storageCluster: " + strings.Repeat("a", 231) + "}}":       "spec.odf.storageCluster [dns-name]",

		"spec: {bootstrap: {timeout: 1s}}":                                   "spec.bootstrap.timeout [bootstrap-timeout]",
		"spec: {bootstrap: {timeout: 2778h}}":                                "spec.bootstrap.timeout [bootstrap-timeout]",
		"spec: {bootstrap: {timeout: -30m}}":                                 "spec.bootstrap.timeout [bootstrap-timeout]",
		"spec: {bootstrap: {imagePullSecrets: [{name: a}, {name: a}]}}":      "spec.bootstrap.imagePullSecrets[1].name [image-pull-secrets]",
		"spec: {bootstrap: {reconcile: {schedule: 0 0 31 2 *}}}":             "spec.bootstrap.reconcile.schedule [reconcile-schedule]",
		"spec: {pruner: {schedule: 0 0 30 2 *}}":                             "spec.pruner.schedule [pruner-schedule]",
		"spec: {pruner: {schedule: '0 0 31 2,4 *'}}":                         "spec.pruner.schedule [pruner-schedule]",
		"spec: {pruner: {keepTagRevisions: 0, keepYoungerThanDuration: 0s}}": "spec.pruner.keepTagRevisions [pruner-keeps-nothing]",
		"spec: {pruner: {keepYoungerThan: 604800}}":                          "spec.pruner.keepYoungerThan [pruner-nanoseconds]",
		"spec: {pruner: {keepYoungerThan: 1}}":                               "spec.pruner.keepYoungerThan [pruner-nanoseconds]",
		"spec: {registry: {replicas: 10000}}":                                "spec.registry.replicas [out-of-range]",
		"spec: {registry: {proxy: {http: 'http://proxy:0443'}}}":             "spec.registry.proxy.http [registry-proxy]",
		"spec: {registry: {proxy: {http: 'http://proxy:99999'}}}":            "spec.registry.proxy.http [registry-proxy]",
		"spec: {registry: {proxy: {http: 'http://a_b'}}}":                    "spec.registry.proxy.http [registry-proxy]",
		"spec: {registry: {proxy: {http: 'http://proxy:3128?password=s'}}}":  "spec.registry.proxy.http [registry-proxy]",
		"spec: {registry: {proxy: {noProxy: \"\\n.svc\"}}}":                  "spec.registry.proxy.noProxy [text]",

		resourcesOf("requests: {cpus: 1}"):                                      "spec.registry.resources.requests.cpus [resources-name]",
		resourcesOf("limits: {requests.cpu: 1}"):                                "spec.registry.resources.limits.requests.cpu [resources-name]",
		resourcesOf("limits: {pods: 1}"):                                        "spec.registry.resources.limits.pods [resources-name]",
		resourcesOf("limits: {storage: 1Gi}"):                                   "spec.registry.resources.limits.storage [resources-name]",
		resourcesOf("limits: {requests.example.com/gpu: 1}"):                    "spec.registry.resources.limits.requests.example.com/gpu [resources-name]",
		resourcesOf("limits: {memory: 100m}"):                                   "spec.registry.resources.limits.memory [resources-unit]",
		resourcesOf("limits: {memory: 512}"):                                    "spec.registry.resources.limits.memory [resources-unit]",
		resourcesOf("requests: {ephemeral-storage: 1k}"):                        "spec.registry.resources.requests.ephemeral-storage [resources-unit]",
		resourcesOf("limits: {example.com/gpu: 500m}"):                          "spec.registry.resources.limits.example.com/gpu [resources-quantity]",
		resourcesOf("requests: {example.com/gpu: 1}"):                           "spec.registry.resources.requests.example.com/gpu [resources-limits]",
		resourcesOf("limits: {hugepages-2Mi: 1Mi, memory: 1Gi}"):                "spec.registry.resources.limits.hugepages-2Mi [resources-quantity]",
		resourcesOf("limits: {hugepages-2Mi: 4Mi}"):                             "spec.registry.resources [resources-limits]",
		"spec: {registry: {tolerations: [{key: a, value: 'a b'}]}}":             "spec.registry.tolerations[0].value [label]",
		"spec: {pruner: {tolerations: [{key: a, operator: Equal, value: -a}]}}": "spec.pruner.tolerations[0].value [label]",

		nodeAffinityOf("{}"): nodes + " [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: In}]}"):                                 nodes + ".matchExpressions[0].values [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: NotIn, values: []}]}"):                  nodes + ".matchExpressions[0].values [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: Exists, values: [a]}]}"):                nodes + ".matchExpressions[0].values [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: Gt, values: ['1', '2']}]}"):             nodes + ".matchExpressions[0].values [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: Lt, values: [many]}]}"):                 nodes + ".matchExpressions[0].values [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: In, values: ['a b']}]}"):                nodes + ".matchExpressions[0].values[0] [affinity]",
		nodeAffinityOf("{matchExpressions: [{key: a b, operator: Exists}]}"):                           nodes + ".matchExpressions[0].key [affinity]",
		nodeAffinityOf("{matchFields: [{key: metadata.uid, operator: In, values: [a]}]}"):              nodes + ".matchFields[0].key [affinity]",
		nodeAffinityOf("{matchFields: [{key: metadata.name, operator: Exists}]}"):                      nodes + ".matchFields[0].operator [affinity]",
		nodeAffinityOf("{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}"):          nodes + ".matchFields[0].values [affinity]",
		nodeAffinityOf("{matchFields: [{key: metadata.name, operator: In, values: [A]}]}"):             nodes + ".matchFields[0].values[0] [affinity]",
		affinityOf("{topologyKey: 'a b'}"):                                                             pods + ".topologyKey [affinity]",
		affinityOf("{topologyKey: a, namespaces: [A]}"):                                                pods + ".namespaces[0] [affinity]",
		affinityOf("{topologyKey: a, labelSelector: {matchLabels: {a: 'b c'}}}"):                       pods + ".labelSelector.matchLabels.a [affinity]",
		affinityOf("{topologyKey: a, namespaceSelector: {matchLabels: {'a b': c}}}"):                   pods + ".namespaceSelector.matchLabels.a b [affinity]",
		affinityOf("{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: In}]}}"):    pods + ".labelSelector.matchExpressions[0].values [affinity]",
		affinityOf("{topologyKey: a, matchLabelKeys: [a]}"):                                            pods + ".matchLabelKeys [affinity]",
		affinityOf("{topologyKey: a, labelSelector: {}, mismatchLabelKeys: ['a b']}"):                  pods + ".mismatchLabelKeys[0] [affinity]",
		affinityOf("{topologyKey: a, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]}"):      pods + ".matchLabelKeys[0] [affinity]",
		affinityOf("{topologyKey: a, labelSelector: {}, matchLabelKeys: [a], mismatchLabelKeys: [a]}"): pods + ".matchLabelKeys[0] [affinity]",

		spreadOf("{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}"):                      zones + "[0].maxSkew [out-of-range]",
		spreadOf("{maxSkew: 1, topologyKey: 'a b', whenUnsatisfiable: DoNotSchedule}"):                  zones + "[0].topologyKey [spread-constraints]",
		spreadOf("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}"):      zones + "[0].minDomains [spread-constraints]",
		spreadOf("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, minDomains: 0}"):       zones + "[0].minDomains [out-of-range]",
		spreadOf("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: Never}"):                              zones + "[0].whenUnsatisfiable [not-allowed]",
		spreadOf("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [a]}"): zones + "[0].matchLabelKeys [spread-constraints]",
		spreadOf("&c {maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, *c"):               zones + "[1].topologyKey [spread-constraints]",
	} {
		t.Run(text, func(t *testing.T) {
			_, findings := found(t, head+text)
			assert.Equal(t, []string{expected}, findings)
		})
	}
}

// TestRulesRefusePorts: the Job takes a port in plain digits alone.
func TestRulesRefusePorts(t *testing.T) {
	for _, host := range []string{"s3.example.com:0443", "s3.example.com:+443", "s3.example.com:", "s3.example.com:0",
		"s3.example.com:65536", ":443", "s3.example.com:443:443", strings.Repeat("a", 64) + ".example.com"} {
		_, findings := found(t, head+"spec: {storage: {rgw: {trustedCA: {system: {}}, endpoint: {route: {host: '"+host+"'}}}}}")
		assert.Equal(t, []string{"spec.storage.rgw.endpoint.route.host [endpoint-host]"}, findings, host)
	}
}

// TestRulesAccept: what stands close to what is refused, and is good.
func TestRulesAccept(t *testing.T) {
	for _, text := range []string{
		routesOf("{name: a, hostname: a.example.com}, {name: b}, {name: c}"),
		routesOf("{name: " + strings.Repeat("a", 38) + "}, {name: " + strings.Repeat("b", 63) + ", hostname: b.example.com}"),
		"spec: {storage: {cephfs: {size: 1Gi}}}",
		"spec: {storage: {cephfs: {size: 1Pi}}}",
		"spec: {storage: {rgw: {claimName: " + strings.Repeat("a", 224) + "}}}",
		"spec: {odf: {storageCluster: " + strings.Repeat("a", 230) + "}}",
		"spec: {bootstrap: {timeout: 10s}}",
		"spec: {bootstrap: {timeout: 168h}}",
		"spec: {pruner: {schedule: 0 0 29 2 *}}",
		"spec: {pruner: {schedule: '0 0 31 2,3 *'}}",
		"spec: {pruner: {schedule: '0 0 30 2 1'}}", // or on a Monday
		"spec: {pruner: {schedule: '@weekly'}}",
		"spec: {pruner: {keepTagRevisions: 0, keepYoungerThanDuration: 1h}}",
		"spec: {pruner: {keepTagRevisions: 1, keepYoungerThanDuration: 0s}}",
		"spec: {registry: {replicas: 100}}",
		"spec: {registry: {proxy: {http: 'http://10.0.0.1:3128', https: 'http://[fd00::1]:3128/'}}}",
		resourcesOf("requests: {memory: 1Mi, cpu: 1m}, limits: {cpu: 64, memory: 1Ti, ephemeral-storage: 1Gi}"),
		resourcesOf("limits: {example.com/gpu: 2, hugepages-2Mi: 4Mi, memory: 0}"),
		resourcesOf("limits: {example.com/gpu: 1, kubernetes.io/thing: 1}, requests: {example.com/gpu: 1}"),
		"spec: {registry: {tolerations: [{operator: Exists}, {key: a}, {key: a, value: a.b_c}]}}",
		nodeAffinityOf("{matchExpressions: [{key: a, operator: DoesNotExist}, {key: b, operator: Gt, values: ['8']}]}"),
		affinityOf("{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: In, values: ['']}]}}"),
		affinityOf("{topologyKey: a, labelSelector: {matchLabels: {a: b}}, mismatchLabelKeys: [a], matchLabelKeys: [c]}"),
		spreadOf("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}"),
	} {
		t.Run(text, func(t *testing.T) {
			_, findings := found(t, head+text)
			assert.Empty(t, findings)
		})
	}
}

// TestRulesWarn: what is accepted, and is most likely not what was meant.
func TestRulesWarn(t *testing.T) {
	for text, expected := range map[string]string{
		"spec: {registry: {replicas: 101}}":                "spec.registry.replicas [registry-replicas]",
		"spec: {storage: {cephfs: {size: 500Mi}}}":         "spec.storage.cephfs.size [unlikely-size]",
		"spec: {storage: {rbd: {size: 1025Ti}}}":           "spec.storage.rbd.size [unlikely-size]",
		"spec: {storage: {rgw: {bucket: {maxSize: 1e9}}}}": "spec.storage.rgw.bucket.maxSize [unlikely-size]",
		resourcesOf("requests: {cpu: 500}"):                "spec.registry.resources.requests.cpu [resources-unlikely]",
		resourcesOf("limits: {memory: 2Ti}"):               "spec.registry.resources.limits.memory [resources-unlikely]",
		"spec: {pruner: {keepYoungerThan: 60000000000}}":   "spec.pruner.keepYoungerThan [pruner-deprecated]",
		"spec: {pruner: {keepYoungerThan: 0}}":             "spec.pruner.keepYoungerThan [pruner-deprecated]",
	} {
		t.Run(text, func(t *testing.T) {
			p, findings := found(t, head+text)
			assert.NotNil(t, p)
			assert.Contains(t, findings, expected)
		})
	}
}

// TestOneFaultIsOneFinding: what follows from a fault is not told beside it.
func TestOneFaultIsOneFinding(t *testing.T) {
	for text, expected := range map[string]string{
		"spec: {odf: {storageCluster: OCS}}":                                    "spec.odf.storageCluster [dns-name]",
		"spec: {odf: {storageCluster: OCS}, storage: {cephfs: {}}}":             "spec.odf.storageCluster [dns-name]",
		"spec: {odf: {namespace: a.b}, storage: {noobaa: {}}}":                  "spec.odf.namespace [dns-name]",
		"spec: {openshiftVersion: '4 20'}":                                      "spec.openshiftVersion [openshift-version]",
		"spec: {odf: {storageCluster: '{{ .cluster }}'}}":                       "spec.odf.storageCluster [template]",
		"spec: {odf: {storageCluster: '${CLUSTER}'}}":                           "spec.odf.storageCluster [template]",
		"spec: {odf: {namespace: $(NAMESPACE)}}":                                "spec.odf.namespace [template]",
		"spec: {storage: {rgw: {bucket: {generateName: <% bucket %>}}}}":        "spec.storage.rgw.bucket.generateName [template]",
		"spec: {registry: {replicas: '{{ .Values.replicas }}'}}":                "spec.registry.replicas [template]",
		"spec: {registry: {replicas: {{ .Values.replicas }} }}":                 "spec.registry.replicas [template]",
		"spec: {registry: {logLevel: $LEVEL}}":                                  "spec.registry.logLevel [template]",
		"spec: {registry: {nodeSelector: {'{{ .role }}': ''}}}":                 "spec.registry.nodeSelector.{{ .role }} [template]",
		"spec: {bootstrap: {image: 'registry.example.com/cli:${TAG}'}}":         "spec.bootstrap.image [template]",
		"spec: {registry: {replicas: 010}}":                                     "spec.registry.replicas [ambiguous-number]",
		"spec: {registry: {replicas: 0o10}}":                                    "spec.registry.replicas [ambiguous-number]",
		"spec: {registry: {replicas: 08}}":                                      "spec.registry.replicas [ambiguous-number]",
		"spec: {registry: {replicas: 1_0}}":                                     "spec.registry.replicas [ambiguous-number]",
		"spec: {registry: {nodeSelector: {a: 010}}}":                            "spec.registry.nodeSelector.a [ambiguous-number]",
		"spec: {registry: {nodeSelector: {'<<': a}}}":                           "spec.registry.nodeSelector [yaml]",
		"spec: {registry: {nodeSelector: {a: b, !!binary YQ==: c}}}":            "spec.registry.nodeSelector [yaml]",
		"spec: {registry: {nodeSelector: {1: b, '1': c}}}":                      "spec.registry.nodeSelector.1 [duplicate-key]",
		"spec: {registry: {nodeSelector: {on: b, 'true': c}}}":                  "spec.registry.nodeSelector.true [duplicate-key]",
		"spec: {registry: {tolerations: [!secret {operator: Exists}]}}":         "spec.registry.tolerations[0] [yaml]",
		"spec: {registry: {storage: {s3: {bucket: a, region: b, encrypt: c}}}}": "spec.registry.storage [registry-storage]",
		"spec: {storage: {s3: {bucket: a, region: b, encrypt: c}}}":             "spec.storage.s3 [registry-storage]",
		"spec: {managementState: Managed}":                                      "spec.managementState [registry-management-state]",
		"metadata: {name: '${NAME}'}\nkind: RegistryProfile":                    "metadata.name [template]",
	} {
		t.Run(text, func(t *testing.T) {
			base := head
			if strings.HasPrefix(text, "metadata") {
				base = "apiVersion: registryprofile.dev/v1alpha1\n"
			}
			_, findings := found(t, base+text)
			assert.Equal(t, []string{expected}, findings)
		})
	}
}

// TestTemplatesInAnnotations: labels and annotations are copied nowhere, and other tools'
// own.
func TestTemplatesInAnnotations(t *testing.T) {
	text := strings.Replace(head, "{name: registry}", "{name: registry, annotations: {a: \"${x}\\n{{ y }}\"}}", 1)
	p, findings := found(t, text)
	assert.NotNil(t, p)
	assert.Empty(t, findings)
}

// TestMisplacedFields: a field that stands at the wrong depth is told where it belongs.
func TestMisplacedFields(t *testing.T) {
	for text, place := range map[string]string{
		"spec: {replicas: 2}":                         "spec.registry.replicas",
		"spec: {defaultRoute: true}":                  "spec.registry.defaultRoute",
		"spec: {rgw: {}}":                             "spec.storage.rgw",
		"spec: {storage: {bucket: {}}}":               "spec.storage.noobaa.bucket or spec.storage.rgw.bucket",
		"spec: {storage: {rgw: {generateName: a}}}":   "spec.storage.rgw.bucket.generateName",
		"spec: {storage: {rgw: {host: a}}}":           "spec.storage.rgw.endpoint.route.host",
		"spec: {registry: {keepTagRevisions: 3}}":     "spec.pruner.keepTagRevisions",
		"spec: {argocd: {baseWave: 3}}":               "spec.delivery.argocd",
		"replicas: 2":                                 "spec.registry.replicas",
		"storage: {rgw: {}}":                          "spec.storage",
		"spec: {storage: {rgw: {bucketClass: fast}}}": "spec.storage.noobaa.bucketClass",
		"spec: {storageCluster: ocs}":                 "spec.odf.storageCluster",
	} {
		t.Run(text, func(t *testing.T) {
			_, results := Decode(yaml.MustParse(head + text))
			require.Len(t, results, 1)
			assert.Equal(t, "is no field here; write it as "+place, results[0].Message)
		})
	}
}

// TestTheOperatorsConfigAsAProfile: the guide's Config under another kind is told where
// each of its fields belongs.
func TestTheOperatorsConfigAsAProfile(t *testing.T) {
	_, results := Decode(yaml.MustParse(head + `
spec:
  managementState: Managed
  replicas: 2
  rolloutStrategy: Recreate
  storage:
    managementState: Unmanaged
    emptyDir: {}
    s3: {bucket: a, region: us-east-1, regionEndpoint: "http://s3"}
`))
	lines := []string{}
	for _, r := range results {
		lines = append(lines, finding.Path(r)+": "+r.Message)
	}
	assert.Equal(t, []string{
		"spec.managementState: belongs to the Job, which sets Managed together with the storage; remove it, or write " +
			"Removed as spec.registry.managementState",
		"spec.replicas: is no field here; write it as spec.registry.replicas",
		"spec.rolloutStrategy: is no field here; write it as spec.registry.rolloutStrategy",
		"spec.storage.managementState: belongs to the Job, which sets Unmanaged together with the storage; remove it",
		"spec.storage.emptyDir: loses every image with its pod; remove it, or write rgw: {} in its place",
		"spec.storage.s3: belongs to the Job, which finds out bucket and endpoint; write rgw: {} or noobaa: {} in its " +
			"place, with region and chunkSizeMiB below it",
	}, lines)
}

// hostOf is a profile with a literal host.
func hostOf(host string) string {
	return "spec: {storage: {rgw: {endpoint: {route: {host: '" + host + "'}}, trustedCA: {system: {}}}}}"
}

// TestMessagesSayWhatToWrite: the value to write stands in the message, and for programs
// beside it.
func TestMessagesSayWhatToWrite(t *testing.T) {
	for text, want := range map[string]struct {
		message  string
		proposed any
	}{
		"spec: {registry: {replicas: \"2\"}}":           {`"2" is a string where a number is needed; write 2 without quotes`, int64(2)},
		"spec: {registry: {defaultRoute: yes}}":         {`"yes" is a string where true or false is needed; write true without quotes`, true},
		"spec: {registry: {readOnly: Off}}":             {`"Off" is a string where true or false is needed; write false without quotes`, false},
		"spec: {registry: {readOnly: \"true\"}}":        {`"true" is a string where true or false is needed; write true without quotes`, true},
		"spec: {pruner: {keepYoungerThan: 604800}}":     {"604800 counts nanoseconds, which is 604.8µs; write keepYoungerThanDuration: 168h in its place if seconds were meant", "168h"},
		"spec: {pruner: {keepYoungerThan: 2592000000}}": {"2592000000 counts nanoseconds, which is 2.592s; write keepYoungerThanDuration: 720h in its place if milliseconds were meant", "720h"},
		"spec: {pruner: {keepYoungerThan: 168h}}": {
			`"168h" is a duration where a number is needed; write keepYoungerThanDuration: 168h in its place`, nil,
		},
		"spec: {bootstrap: {reconcile: 0 0 * * *}}": {
			`"0 0 * * *" is a string where fields are needed; write them below it (known here: enabled, schedule)`, nil,
		},
		"spec: {bootstrap: {leaveStorage: old}}": {
			`"old" is a string where a list is needed; write each item on a line of its own that begins with "- "`, nil,
		},
		"spec: {bootstrap: {timeout: 1800}}":     {"is a number where a string is needed; put it in quotes, with its unit if it has one", nil},
		"spec: {storage: {cephfs: {size: 0.1}}}": {`"0.1" is a number where a quantity is needed; write it with its unit, such as 100Gi`, nil},
		"spec: {registry: {tolerations: null}}":  {"has no value; write a list, or remove the line to get the default", nil},
		"spec: {pruner: {keepYoungerThanDuration: 99999w}}": {
			`"99999w" is not a duration that the operator can read; use hours, minutes and seconds such as "720h"`, nil,
		},
		hostOf("S3.Example.com."): {
			`"S3.Example.com." is not a host: it ends in a dot; write HOST or HOST:PORT such as s3.example.com`,
			"s3.example.com",
		},
		hostOf("https://s3.example.com:8443/"): {
			`"https://s3.example.com:8443/" is not a host: it has a scheme, which belongs in the field scheme; ` +
				`write HOST or HOST:PORT such as s3.example.com:8443`,
			"s3.example.com:8443",
		},
		hostOf("S3.example.com"): {
			`"S3.example.com" is not a host: it has capital letters; write HOST or HOST:PORT such as s3.example.com`,
			"s3.example.com",
		},
		hostOf("s3_a.example.com"): {
			`"s3_a.example.com" is not a host: a DNS name has no underscore; write HOST or HOST:PORT`, nil,
		},
		hostOf("s3.münchen.example"): {
			`"s3.münchen.example" is not a host: it has letters that DNS does not have; write them in punycode ` +
				`(xn--...); write HOST or HOST:PORT`,
			nil,
		},
		hostOf("[fd00::1]:443"): {
			`"[fd00::1]:443" is not a host: it is an IPv6 address, and a certificate is for a name; write HOST ` +
				`or HOST:PORT`,
			nil,
		},
		hostOf("localhost:8443"): {
			`"localhost:8443" is the machine that asks, each its own; write the name by which pods and nodes ` +
				`reach the store`,
			nil,
		},
		hostOf("s3.openshift-storage:443"): {
			`"s3.openshift-storage:443" is a Service, which nodes cannot resolve; set ` +
				`spec.registry.disableRedirect: true, or use endpoint.service`,
			nil,
		},
		"spec: {pruner: {keepYoungerThan: 7}}":                                 {"7 counts nanoseconds, which is 7ns; write keepYoungerThanDuration: 168h in its place", nil},
		"spec: {pruner: {keepYoungerThan: 1800000000000}}":                     {"is deprecated upstream; use keepYoungerThanDuration: 30m", nil},
		"spec: {registry: {replicas: 010}}":                                    {`"010" is not the same number to all readers of YAML; write 8 or 10, or put it in quotes where text is meant`, nil},
		resourcesOf("limits: {memory: 512m}"):                                  {`"512m" is a quantity in bytes and less than a mebibyte; write it with its unit, such as "512Mi"`, "512Mi"},
		resourcesOf("requests: {cpus: 1}"):                                     {`"cpus" is no resource of a container; did you mean "cpu"?`, "cpu"},
		"spec: {storage: {cephfs: {size: 500}}}":                               {`"500" is a quantity in bytes and less than a mebibyte; write it with its unit, such as "500Gi"`, "500Gi"},
		routesOf("{name: a, hostname: 'https://Registry.example.com:443/v2'}"): {`"https://Registry.example.com:443/v2" is not a hostname; write a DNS name such as "registry.example.com", without a scheme, a port and a wildcard`, "registry.example.com"},
	} {
		t.Run(text, func(t *testing.T) {
			_, results := Decode(yaml.MustParse(head + text))
			require.Len(t, results, 1)
			assert.Equal(t, want.message, results[0].Message)
			assert.Equal(t, want.proposed, results[0].Field.ProposedValue)
		})
	}
}

// TestTheOperatorsObjects: who gives a Config or an ImagePruner is told where their fields
// belong.
func TestTheOperatorsObjects(t *testing.T) {
	for kind, place := range map[string]string{
		"Config": "with its spec under spec.registry", "ImagePruner": "with its spec under spec.pruner",
	} {
		_, results := Decode(yaml.MustParse("apiVersion: imageregistry.operator.openshift.io/v1\nkind: " + kind + "\n"))
		require.Len(t, results, 1)
		assert.Contains(t, results[0].Message, place)
	}
}

// TestFindingsSayWhatToWrite: each finding of the cases is about a field, on one line, and
// says after a semicolon what to write instead.
func TestFindingsSayWhatToWrite(t *testing.T) {
	inputs, err := filepath.Glob("../../testdata/*/input.yaml")
	require.NoError(t, err)
	count := 0
	for _, input := range inputs {
		content, err := os.ReadFile(input)
		require.NoError(t, err)
		n := yaml.MustParse(string(content))
		if identity(n) != APIVersion+" "+Kind {
			continue
		}
		_, results := Decode(n)
		for _, r := range results {
			count++
			assert.Regexp(t, `^[^\n]+; [^\n]+$`, r.Message, input)
			if finding.CodeOf(r) != finding.YAML.Name {
				assert.NotEmpty(t, finding.Path(r), input)
			}
		}
	}
	assert.Greater(t, count, 150)
}

func TestShortDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", 30 * time.Minute: "30m", 90 * time.Minute: "1h30m", 20 * time.Hour: "20h",
		time.Hour + time.Second: "1h0m1s", 720 * time.Hour: "720h",
	} {
		assert.Equal(t, want, shortDuration(d))
	}
}

// TestFindingsWithoutLines: nodes that were made by a program have no lines.
func TestFindingsWithoutLines(t *testing.T) {
	n := yaml.MustParse(head + "spec: {registry: {replicas: 0}, pruner: {schedule: x}, odf: {namespace: A}}")
	noLines(n.YNode())
	for range 20 {
		_, results := Decode(n)
		paths := []string{}
		for _, r := range results {
			paths = append(paths, finding.Path(r))
		}
		assert.Equal(t, []string{"spec.odf.namespace", "spec.pruner.schedule", "spec.registry.replicas"}, paths)
	}
}

func noLines(n *yaml.Node) {
	n.Line, n.Column = 0, 0
	for _, child := range n.Content {
		noLines(child)
	}
}
