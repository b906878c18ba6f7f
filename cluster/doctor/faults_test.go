package doctor_test

// fault is a change of the healthy cluster, a part of what is then told, and the kind without
// which nothing can be.
type fault struct{ change, says, hidden string }

const (
	theConfig = "kind: Config\nmetadata: {name: cluster}\n"
	theClaim  = "kind: ObjectBucketClaim\nmetadata: {name: images, namespace: openshift-image-registry}\n"
	theVolume = "kind: PersistentVolumeClaim\nmetadata: {name: volume, namespace: openshift-image-registry}\n"
	onVolume  = theConfig + "spec: {storage: {s3: null, pvc: {claim: volume}}}\n---\n"
	thePruner = "kind: ImagePruner\nmetadata: {name: cluster}\n"
	theRoute  = "kind: Route\nmetadata: {name: rgw, namespace: openshift-storage}\n"
	theCA     = "kind: ConfigMap\nmetadata: {name: ca, namespace: openshift-config}\n"
	ofStorage = "\nmetadata: {name: ocs, namespace: openshift-storage}\n"
	jobPod    = "kind: Pod\nmetadata: {name: bootstrap-1, namespace: registry-profile}\n"
)

func degraded(message string) string {
	return theConfig + "status: {conditions: [{type: Degraded, status: 'True', reason: Error, message: '" + message + "'}]}"
}

var faults = map[string]fault{
	"config-missing":     {theConfig + "gone: true", "Config/cluster: is not there", "Config"},
	"registry-removed":   {theConfig + "spec: {managementState: Removed}", "is Removed", "Config"},
	"registry-unmanaged": {theConfig + "spec: {managementState: Unmanaged}", "is Unmanaged", "Config"},
	"storage-none":       {theConfig + "spec: {storage: {s3: null}}", "names no storage", "Config"},
	"storage-two":        {theConfig + "spec: {storage: {emptyDir: {}}}", "emptyDir, s3", "Config"},
	"storage-empty-dir":  {theConfig + "spec: {storage: {s3: null, emptyDir: {}}}", "emptyDir: is the storage", "Config"},
	"storage-managed":    {theConfig + "spec: {storage: {managementState: Managed}}", "is Managed", "Config"},
	"confirmation-left": {
		"kind: Config\nmetadata: {name: cluster, annotations: {registryprofile.dev/confirm-storage-change: x}}",
		"registryprofile.dev/confirm-storage-change", "Config",
	},

	"store-certificate":  {degraded("x509: certificate signed by unknown authority"), "trustedCA", "Config"},
	"store-bucket":       {degraded("NoSuchBucket: none"), "NoSuchBucket", "Config"},
	"store-credentials":  {degraded("AccessDenied: status code: 403"), "Degraded is True: Error: AccessDenied", "Config"},
	"store-host":         {degraded("dial tcp: lookup x: no such host"), "DNS", "Config"},
	"store-unreachable":  {degraded("dial tcp 1.2.3.4:443: i/o timeout"), "noProxy", "Config"},
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
	"claim-class": {"kind: StorageClass\nmetadata: {name: rgw}\ngone: true", "StorageClass/rgw: is not there", "StorageClass"},

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

	"ca-missing":  {theCA + "gone: true", "ConfigMap/ca: is not there", "ConfigMap"},
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
	"replicas-nodes": {"kind: Node\nmetadata: {name: two}\nspec: {unschedulable: true}", "only 1 nodes", "Node"},
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
			"status: {containerStatuses: [{state: {terminated: {exitCode: 3, message: images could be lost}}}]}",
		"has failed (PodFailurePolicy), exit code 3: images could be lost", "Job",
	},
	"cronjob-failed": {
		"kind: Job\nmetadata: {name: bootstrap-2, namespace: registry-profile}\n" +
			"status: {conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded}]}",
		"has failed (BackoffLimitExceeded)", "Job",
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
}
