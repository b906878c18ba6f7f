package doctor_test

// fault is a change of the healthy cluster, a part of what is then told, and the kind without
// which nothing can be.
type fault struct{ change, says, hidden string }

// withProfile are the checks that need a profile.
var withProfile = map[string]bool{
	"claim-missing": true, "claim-other-class": true, "job-missing": true, "job-would-stop": true, "job-would-wait": true,
	"profile-drift":     true,
	"openshift-differs": true,
}

const (
	theConfig = "kind: Config\nmetadata: {name: cluster}\n"
	theClaim  = "kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry}\n"
	theVolume = "kind: PersistentVolumeClaim\nmetadata: {name: volume, namespace: openshift-image-registry}\n"
	onVolume  = theConfig + "spec: {storage: {s3: null, pvc: {claim: volume}}}\n---\n"
	thePruner = "kind: ImagePruner\nmetadata: {name: cluster}\n"
	theRoute  = "kind: Route\nmetadata: {name: rgw, namespace: openshift-storage}\n"
	theCA     = "kind: ConfigMap\nmetadata: {name: registry-s3-ca, namespace: openshift-config}\n"
	ofStorage = "\nmetadata: {name: ocs, namespace: openshift-storage}\n"
	jobPod    = "kind: Pod\nmetadata: {name: bootstrap-1, namespace: registry-profile}\n"
)

func degraded(message string) string {
	return theConfig + "status: {conditions: [{type: Degraded, status: 'True', reason: Error, message: '" + message + "'}]}"
}

// refused is what the operator says when the store does not do what it asks for.
func refused(message string) string {
	return theConfig + "status: {conditions: [{type: Progressing, status: 'True', reason: Error, message: " +
		"'Unable to apply resources: unable to sync storage configuration: " + message + "'}]}"
}

var faults = map[string]fault{
	"config-missing":     {theConfig + "gone: true", "Config/cluster: is not there", "Config"},
	"registry-removed":   {theConfig + "spec: {managementState: Removed}", "is Removed", "Config"},
	"registry-unmanaged": {theConfig + "spec: {managementState: Unmanaged}", "is Unmanaged", "Config"},
	"storage-none":       {theConfig + "spec: {storage: {s3: null}}", "names no storage", "Config"},
	"storage-bucket":     {theConfig + "spec: {storage: {s3: {bucket: null}}}", "bucket: is empty", "Config"},
	"config-unreadable": {
		theConfig + "spec: {requests: {read: {maxWaitInQueue: 30d}}}", `read.maxWaitInQueue: "30d" is no duration`, "Config",
	},
	"storage-two":       {theConfig + "spec: {storage: {emptyDir: {}}}", "emptyDir, s3", "Config"},
	"storage-empty-dir": {theConfig + "spec: {storage: {s3: null, emptyDir: {}}}", "emptyDir: is the storage", "Config"},
	"storage-managed":   {theConfig + "spec: {storage: {managementState: Managed}}", "is Managed", "Config"},
	"confirmation-left": {
		"kind: Config\nmetadata: {name: cluster, annotations: {registryprofile.dev/confirm-storage-change: x}}",
		"registryprofile.dev/confirm-storage-change", "Config",
	},

	"store-certificate":  {refused("x509: certificate signed by unknown authority"), "trustedCA", "Config"},
	"store-bucket":       {refused("NoSuchBucket: none"), "NoSuchBucket", "Config"},
	"store-credentials":  {refused("AccessDenied: status code: 403"), "Progressing is True: Error: Unable", "Config"},
	"store-host":         {refused("dial tcp: lookup rgw.apps.example.com: no such host"), "DNS", "Config"},
	"store-unreachable":  {refused("dial tcp 1.2.3.4:443: i/o timeout"), "noProxy", "Config"},
	"registry-condition": {degraded("configs is forbidden: User x cannot get"), "is forbidden", "Config"},

	"claim-unbound": {theClaim + "status: {phase: Pending}", `is "Pending" and not Bound`, "ObjectBucketClaim"},
	"claim-deleting": {
		"kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry, deletionTimestamp: x}",
		"is being deleted", "ObjectBucketClaim",
	},
	"claim-unmarked": {
		"kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry, annotations: " +
			"{helm.sh/resource-policy: null}}", "lacks the marks helm.sh/resource-policy=keep", "ObjectBucketClaim",
	},
	"claim-unknown": {
		theConfig + "spec: {storage: {s3: {bucket: images-0}}}", `"images-0" is the bucket of no claim`, "ObjectBucketClaim",
	},
	"claim-incomplete": {
		"kind: ConfigMap\nmetadata: {name: images, namespace: openshift-image-registry}\ndata: {BUCKET_HOST: ''}",
		"lacks BUCKET_HOST", "ConfigMap",
	},
	"credentials-missing": {
		"kind: Secret\nmetadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}\n" +
			"stringData: {REGISTRY_STORAGE_S3_SECRETKEY: null}", "lacks REGISTRY_STORAGE_S3_SECRETKEY", "Secret",
	},
	"credentials-differ": {
		"kind: Secret\nmetadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}\n" +
			"stringData: {REGISTRY_STORAGE_S3_SECRETKEY: somebody-elses}",
		"has other credentials than Secret openshift-image-registry/images", "Secret",
	},
	"claim-class": {
		theClaim + "status: {phase: Pending}\n---\nkind: StorageClass\nmetadata: {name: rgw}\ngone: true",
		"StorageClass/rgw: is not there", "StorageClass",
	},

	"endpoint-none": {theConfig + "spec: {storage: {s3: {regionEndpoint: ''}}}", "is empty", "Infrastructure"},
	"endpoint-service-redirect": {
		theConfig + "spec: {storage: {s3: {regionEndpoint: https://rgw.openshift-storage.svc}}}", "while redirects are on", "Config",
	},
	"endpoint-http-redirect": {
		theConfig + "spec: {storage: {s3: {regionEndpoint: http://rgw.apps.example.com}}}", "no encryption", "Config",
	},
	"route-missing": {
		theConfig + "spec: {storage: {s3: {regionEndpoint: https://gone.apps.example.com}}}",
		"no Route has the host gone.apps.example.com", "Route",
	},
	"route-refused": {
		theRoute + "status: {ingress: [{conditions: [{type: Admitted, status: 'False', reason: HostAlreadyClaimed}]}]}",
		"HostAlreadyClaimed", "Route",
	},
	"route-elsewhere": {theRoute + "spec: {to: {name: s3}}", "leads to Service s3", "Route"},
	"proxy-endpoint": {
		"kind: Proxy\nmetadata: {name: cluster}\nstatus: {noProxy: localhost}", "rgw.apps.example.com", "Proxy",
	},

	"ca-missing":  {theCA + "gone: true", "ConfigMap/registry-s3-ca: is not there", "ConfigMap"},
	"ca-empty":    {theCA + "data: {ca-bundle.crt: none}", "has no certificate", "ConfigMap"},
	"ca-expired":  {theCA + "data: {ca-bundle.crt: {{OVER}}}", "has ended at 2026-03-01T11:00:00Z", "ConfigMap"},
	"ca-expires":  {theCA + "data: {ca-bundle.crt: {{SOON}}}", "ends at 2026-03-02T12:00:00Z", "ConfigMap"},
	"ca-outdated": {theCA + "data: {ca-bundle.crt: {{OTHER}}}", "default-ingress-cert", "ConfigMap"},

	"storagecluster-not-ready": {"kind: StorageCluster" + ofStorage + "status: {phase: Error}", `is "Error"`, "StorageCluster"},
	"ceph-error": {
		"kind: CephCluster\nmetadata: {name: ceph, namespace: openshift-storage}\nstatus: {ceph: {health: HEALTH_ERR}}",
		"is HEALTH_ERR", "CephCluster",
	},
	"objectstore-not-ready": {
		"kind: CephObjectStore\nmetadata: {name: rgw, namespace: openshift-storage}\nstatus: {phase: Failure}",
		`is "Failure"`, "CephObjectStore",
	},
	"noobaa-not-ready": {
		"kind: NooBaa\nmetadata: {name: noobaa, namespace: openshift-storage}\nstatus: {phase: Rejected}", `is "Rejected"`, "NooBaa",
	},
	"store-pods": {
		"kind: Pod\nmetadata: {name: rgw-a, namespace: openshift-storage}\nstatus: {conditions: [{type: Ready, status: 'False'}]}",
		"Service/rgw: spec.selector: has no pod that is ready, of 1", "Pod",
	},

	"volume-unbound": {onVolume + theVolume + "status: {phase: Pending}", `is "Pending"`, "PersistentVolumeClaim"},
	"volume-deleting": {
		onVolume + "kind: PersistentVolumeClaim\nmetadata: {name: volume, namespace: openshift-image-registry, deletionTimestamp: x}",
		"is being deleted", "PersistentVolumeClaim",
	},
	"volume-replicas": {
		onVolume + theVolume + "spec: {accessModes: [ReadWriteOnce]}", "while the registry has 2 replicas", "PersistentVolumeClaim",
	},

	"registry-pods": {
		"kind: Deployment\nmetadata: {name: image-registry, namespace: openshift-image-registry}\nstatus: {readyReplicas: 0}",
		"has no pod that is ready", "Deployment",
	},
	"registry-pod-stuck": {
		"kind: Pod\nmetadata: {name: registry-1, namespace: openshift-image-registry}\n" +
			"status: {containerStatuses: [{name: registry, state: {waiting: {reason: CrashLoopBackOff}}}]}",
		"registry waits with CrashLoopBackOff", "Pod",
	},
	"replicas-nodes": {"kind: Node\nmetadata: {name: two}\ngone: true", "without taints is 1", "Node"},
	"replicas-one":   {theConfig + "spec: {replicas: 1}", "is 1", "Config"},
	"quota-exhausted": {
		"kind: ResourceQuota\nmetadata: {name: quota, namespace: openshift-image-registry}\nstatus: {used: {pods: '10'}}",
		"is used up: pods=10", "ResourceQuota",
	},

	"pruner-missing":     {thePruner + "gone: true", "is not there", "ImagePruner"},
	"pruner-suspended":   {thePruner + "spec: {suspend: true}", "is true", "ImagePruner"},
	"pruner-unscheduled": {thePruner + "spec: {schedule: ''}", "is empty", "ImagePruner"},
	"pruner-failed":      {thePruner + "status: {conditions: [{type: Failed, status: 'True', message: late}]}", "late", "ImagePruner"},

	"job-failed": {
		"kind: Job\nmetadata: {name: bootstrap, namespace: registry-profile}\n" +
			"status: {conditions: [{type: Failed, status: 'True', reason: PodFailurePolicy}]}\n---\n" + jobPod +
			"status: {containerStatuses: [{state: {terminated: {exitCode: 3, message: the last words}}}]}",
		"has failed (PodFailurePolicy), exit code 3, images could be lost: the last words", "Job",
	},
	"cronjob-failed": {
		"kind: Job\nmetadata: {name: bootstrap-2, namespace: registry-profile}\n" +
			"status: {conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded}]}",
		"has failed (BackoffLimitExceeded)", "Job",
	},
	"smoke-test-failed": {
		"kind: Job\nmetadata: {name: smoke-test, namespace: registry-profile}\n" +
			"status: {conditions: [{type: Failed, status: 'True', reason: PodFailurePolicy}]}\n---\n" +
			"kind: Pod\nmetadata: {name: smoke-test-1, namespace: registry-profile, ownerReferences: [{kind: Job, name: smoke-test}]}\n" +
			"status: {containerStatuses: [{state: {terminated: {exitCode: 3, message: no such host}}}]}",
		"has failed (PodFailurePolicy), exit code 3, the registry does not work: no such host", "Job",
	},
	"cronjob-suspended": {
		"kind: CronJob\nmetadata: {name: bootstrap, namespace: registry-profile}\nspec: {suspend: true}", "is true", "CronJob",
	},
	"job-image": {
		jobPod + "status: {containerStatuses: [{image: images.example.com/oc, state: {waiting: {reason: ImagePullBackOff}}}]}",
		"waits with ImagePullBackOff for images.example.com/oc, which nothing mirrors", "Pod",
	},
	"job-network": {
		"kind: NetworkPolicy\nmetadata: {name: policy, namespace: registry-profile}\nspec: {policyTypes: [Egress]}",
		"lets no pod out", "NetworkPolicy",
	},

	"registry-host-unset": {"kind: Image\nmetadata: {name: cluster}\nstatus: {internalRegistryHostname: ''}", "is empty", "Image"},
	"policies-missing": {
		"kind: ValidatingAdmissionPolicy\nmetadata: {name: registry-profile-claims}\ngone: true", "is not there",
		"ValidatingAdmissionPolicy",
	},
	"policy-unbound": {
		"kind: ValidatingAdmissionPolicyBinding\nmetadata: {name: registry-profile-claims}\ngone: true", "has no binding",
		"ValidatingAdmissionPolicyBinding",
	},
	"operator-degraded": {
		"kind: ClusterOperator\nmetadata: {name: image-registry}\nstatus: {conditions: [{type: Degraded, status: 'True', message: ImagePruner}]}",
		"is Degraded while Config is not: ImagePruner", "ClusterOperator",
	},
	"openshift-old": {
		"kind: ClusterVersion\nmetadata: {name: version}\nstatus: {desired: {version: 4.11.9}}", `is "4.11.9"`, "ClusterVersion",
	},

	"odf-missing": {
		theClaim + "status: {phase: Pending}\n---\nkind: StorageClass\nmetadata: {name: rgw}\ngone: true\n---\n" +
			"kind: StorageCluster" + ofStorage + "gone: true", "there is no StorageCluster",
		"StorageCluster",
	},
	"ceph-warning": {
		"kind: CephCluster\nmetadata: {name: ceph, namespace: openshift-storage}\nstatus: {ceph: {health: HEALTH_WARN}}",
		"is HEALTH_WARN", "CephCluster",
	},
	"backingstore-not-ready": {
		"kind: BackingStore\nmetadata: {name: noobaa-default, namespace: openshift-storage}\nstatus: {phase: Rejected}",
		`is "Rejected"`, "BackingStore",
	},
	"claim-served-elsewhere": {
		"kind: StorageClass\nmetadata: {name: rgw}\nprovisioner: openshift-storage.noobaa.io/obc",
		`was served by "openshift-storage.ceph.rook.io-bucket", and StorageClass rgw means`, "StorageClass",
	},
	"bucket-lost": {
		"kind: ObjectBucket\nmetadata: {name: obc-images}\nspec: {claimRef: {name: thief}}",
		"is openshift-image-registry/thief, and not openshift-image-registry/images", "ObjectBucket",
	},
	"volume-lost": {
		onVolume + "kind: PersistentVolume\nmetadata: {name: pv}\nstatus: {phase: Released}", `is "Released"`, "PersistentVolume",
	},
	"volume-rollout": {
		onVolume + theVolume + "spec: {accessModes: [ReadWriteOnce]}\n---\n" + theConfig + "spec: {rolloutStrategy: RollingUpdate}",
		`while rolloutStrategy is "RollingUpdate"`, "PersistentVolumeClaim",
	},
	"endpoint-malformed": {
		theConfig + "spec: {storage: {s3: {regionEndpoint: rgw.apps.example.com}}}", "is not https:// or http:// and a host", "Config",
	},
	"endpoint-service-ca": {
		theConfig + "spec: {storage: {s3: {regionEndpoint: https://rgw.openshift-storage.svc, trustedCA: {name: ''}}}}",
		"is empty for the Service rgw.openshift-storage.svc", "Config",
	},

	"config-deleting": {
		"kind: Config\nmetadata: {name: cluster, deletionTimestamp: x}", "is being deleted", "Config",
	},
	"management-state-ignored": {theConfig + "spec: {managementState: Force}", "is Force", "Config"},
	"storage-region":           {theConfig + "spec: {storage: {s3: {region: null}}}", "region: is empty", "Config"},
	"storage-encrypted": {
		theConfig + "spec: {storage: {s3: {encrypt: true}}}", "asks a store of this cluster for encryption", "Route",
	},
	"storage-virtual-host": {theConfig + "spec: {storage: {s3: {virtualHostedStyle: true}}}", "is true for a store", "Route"},
	"storage-not-followed": {
		theConfig + "status: {storage: {s3: null, pvc: {claim: old}}}", "is pvc, and spec.storage is s3", "Config",
	},
	"storage-applied": {
		"kind: Config\nmetadata: {name: cluster, annotations: {kubectl.kubernetes.io/last-applied-configuration: " +
			`'{"spec":{"storage":{}}}'}}`, "oc apply has written spec.storage", "Config",
	},
	"replicas-zero":      {theConfig + "spec: {replicas: 0}", "is 0", "Config"},
	"registry-read-only": {theConfig + "spec: {readOnly: true}", "is true", "Config"},
	"registry-overrides": {theConfig + "spec: {unsupportedConfigOverrides: {a: b}}", "is set", "Config"},
	"routes-named-twice": {theConfig + "spec: {routes: [{name: default-route}]}", `names "default-route"`, "Config"},
	"default-route-missing": {
		theConfig + "spec: {defaultRoute: true}", "Route/default-route: is not there, in namespace openshift-image-registry", "Route",
	},
	"config-unmarked": {
		"kind: Config\nmetadata: {name: cluster, annotations: {helm.sh/resource-policy: null}}",
		"lacks the marks helm.sh/resource-policy=keep", "Config",
	},

	"registry-network": {
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: openshift-image-registry}\n" +
			"spec: {podSelector: {}, policyTypes: [Egress]}\n---\n" +
			"kind: NetworkPolicy\nmetadata: {name: image-pruner, namespace: openshift-image-registry}\ngone: true",
		"NetworkPolicy/deny: spec.egress: lets no pod out", "NetworkPolicy",
	},
	"registry-short": {
		"kind: Deployment\nmetadata: {name: image-registry, namespace: openshift-image-registry}\nstatus: {readyReplicas: 1}",
		"is 1 of 2", "Deployment",
	},
	"operator-down": {
		"kind: Deployment\nmetadata: {name: cluster-image-registry-operator, namespace: openshift-image-registry}\n" +
			"status: {readyReplicas: 0}", "has no pod that is ready", "Deployment",
	},

	"pruner-schedule-unreadable": {thePruner + "spec: {schedule: 0 0 * *}", `"0 0 * *" is no schedule`, "ImagePruner"},
	"pruner-unreadable":          {thePruner + "spec: {keepYoungerThanDuration: 30d}", `"30d" is no duration`, "ImagePruner"},
	"pruner-invalid-references":  {thePruner + "spec: {ignoreInvalidImageReferences: false}", "is false", "ImagePruner"},
	"pruner-keeps-little": {
		thePruner + "spec: {keepYoungerThanDuration: null, keepYoungerThan: 604800}", "keeps images for 604.8µs only", "ImagePruner",
	},

	"cronjob-idle": {
		"kind: CronJob\nmetadata: {name: bootstrap, namespace: registry-profile}\nstatus: {lastScheduleTime: '2026-02-20T03:00:00Z'}",
		`was started last at 2026-02-20T03:00:00Z, and its schedule is "0 3 * * *"`, "CronJob",
	},
	"job-waiting": {
		"kind: Job\nmetadata: {name: bootstrap, namespace: registry-profile}\nstatus: {conditions: []}", "is not over", "Job",
	},
	"job-not-starting": {
		"kind: Job\nmetadata: {name: bootstrap, namespace: registry-profile}\nstatus: {conditions: []}\n---\n" + jobPod +
			"status: {conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no node}]}",
		"is on no node: Unschedulable: no node", "Pod",
	},

	"claim-missing": {theClaim + "gone: true", "ObjectBucketClaim/images: is not there", "ObjectBucketClaim"},
	"claim-other-class": {
		theClaim + "spec: {storageClassName: other}", `is "other", and the profile has "rgw"`, "ObjectBucketClaim",
	},
	"job-missing": {"kind: Job\nmetadata: {name: {{JOB}}, namespace: registry-profile}\ngone: true", "is not there", "Job"},
	"job-would-stop": {
		theConfig + "spec: {storage: {s3: null, pvc: {claim: old}}}",
		`would end with exit code 3, images could be lost: spec.storage of`, "Config",
	},
	"job-would-wait": {
		theRoute + "gone: true", "would wait for Route openshift-storage/rgw to have a host: there is no Route", "Route",
	},
	"profile-drift": {
		theConfig + "spec: {storage: {s3: {region: other}}}", `would write Config cluster: spec.storage.s3.region is "other"`, "Config",
	},
	"openshift-differs": {
		"kind: ClusterVersion\nmetadata: {name: version}\nstatus: {desired: {version: 4.18.1}}", "the profile has \"4.20\"", "ClusterVersion",
	},

	"engine-failed": {
		"kind: Kustomization\nmetadata: {name: registry, namespace: flux-system}\n" +
			"status: {conditions: [{type: Ready, status: 'False', message: build failed}]}", "build failed", "Kustomization",
	},
	"engine-replaces": {
		"kind: Kustomization\nmetadata: {name: registry, namespace: flux-system}\nspec: {force: true}", "is true", "Kustomization",
	},

	"policy-without-effect": {
		"kind: ValidatingAdmissionPolicyBinding\nmetadata: {name: registry-profile-claims}\nspec: {validationActions: [Audit]}",
		"has no Deny", "ValidatingAdmissionPolicyBinding",
	},
	"policy-unheld": {
		"kind: ValidatingAdmissionPolicy\nmetadata: {name: registry-profile-claims, finalizers: null}", "has no registryprofile.dev/guard",
		"ValidatingAdmissionPolicy",
	},
	"capability-disabled": {
		"kind: ClusterVersion\nmetadata: {name: version}\nstatus: {capabilities: {enabledCapabilities: [Console]}}",
		"has ImageRegistry not enabled", "ClusterVersion",
	},
}
