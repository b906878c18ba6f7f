// Code generated from registryprofile.yaml by make update-golden. DO NOT EDIT.

package v1alpha1

import (
	"github.com/registryprofile/registry-profile/internal/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func functionSchema() *spec.Schema {
	s0 := schema.Of("string", schema.Enum("registryprofile.dev/v1alpha1"))
	s1 := schema.Of("string", schema.Enum("RegistryProfile"))
	s2 := schema.Of("string")
	s3 := schema.Of("object", schema.Values(s2))
	s4 := schema.Of("string", schema.MinLength(1))
	s5 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"annotations": s3,
		"labels":      s3,
		"name":        s4,
		"namespace":   s2,
	}))
	s6 := schema.Of("boolean", schema.Doc("Lets the Job replace storage that may hold images. They are not copied."))
	s7 := schema.Of("boolean")
	s8 := schema.Of("string", schema.Doc("Any image with bash and oc; pin a digest in production."), schema.MinLength(1))
	s9 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"name": s4,
	}))
	s10 := schema.Of("array", schema.Items(s9))
	s11 := schema.Of("string", schema.Doc("A cron expression; adds a CronJob that repeats the Job."), schema.MinLength(1))
	s12 := schema.Of("object", schema.Closed(schema.Fields{
		"schedule": s11,
	}))
	s13 := schema.Of("string", schema.Or("integer"), schema.Or("number"))
	s14 := schema.Of("object", schema.Values(s13))
	s15 := schema.Of("object", schema.Closed(schema.Fields{
		"limits":   s14,
		"requests": s14,
	}))
	s16 := schema.Of("string", schema.Doc("A Go duration; the Job fails when it is over."), schema.MinLength(1))
	s17 := schema.Of("string", schema.Enum("NoSchedule", "PreferNoSchedule", "NoExecute"))
	s18 := schema.Of("string", schema.Enum("Exists", "Equal"))
	s19 := schema.Of("integer")
	s20 := schema.Of("object", schema.Closed(schema.Fields{
		"effect":            s17,
		"key":               s2,
		"operator":          s18,
		"tolerationSeconds": s19,
		"value":             s2,
	}))
	s21 := schema.Of("array", schema.Items(s20))
	s22 := schema.Of("object", schema.Doc("The Job in the cluster that writes the registry's Secret and switches its storage."), schema.Closed(schema.Fields{
		"allowStorageSwitch": s6,
		"createNamespace":    s7,
		"image":              s8,
		"imagePullSecrets":   s10,
		"namespace":          s4,
		"nodeSelector":       s3,
		"reconcile":          s12,
		"resources":          s15,
		"timeout":            s16,
		"tolerations":        s21,
	}))
	s23 := schema.Of("integer", schema.Doc("The sync wave of the first resources; the Job comes one later, Config and ImagePruner two."), schema.Minimum(-10000), schema.Maximum(10000))
	s24 := schema.Of("object", schema.Closed(schema.Fields{
		"baseWave": s23,
	}))
	s25 := schema.Of("object", schema.Doc("Where the resources stand among others that the same engine delivers."), schema.Closed(schema.Fields{
		"argocd": s24,
	}))
	s26 := schema.Of("object", schema.Doc("The OpenShift Data Foundation installation; storage classes and Routes are named after it."), schema.Closed(schema.Fields{
		"namespace":      s4,
		"storageCluster": s4,
	}))
	s27 := schema.Of("string", schema.Doc("The cluster's minor version, in quotes. It picks the oc image and the checks that depend on the version."), schema.MinLength(1))
	s28 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
	s29 := schema.Of("array", schema.Items(s2))
	s30 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s28,
		"values":   s29,
	}))
	s31 := schema.Of("array", schema.Items(s30))
	s32 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s31,
		"matchFields":      s31,
	}))
	s33 := schema.Of("integer", schema.Minimum(1), schema.Maximum(100))
	s34 := schema.Of("object", schema.Required("weight", "preference"), schema.Closed(schema.Fields{
		"preference": s32,
		"weight":     s33,
	}))
	s35 := schema.Of("array", schema.Items(s34))
	s36 := schema.Of("array", schema.MinItems(1), schema.Items(s32))
	s37 := schema.Of("object", schema.Required("nodeSelectorTerms"), schema.Closed(schema.Fields{
		"nodeSelectorTerms": s36,
	}))
	s38 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s35,
		"requiredDuringSchedulingIgnoredDuringExecution":  s37,
	}))
	s39 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist"))
	s40 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s39,
		"values":   s29,
	}))
	s41 := schema.Of("array", schema.Items(s40))
	s42 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s41,
		"matchLabels":      s3,
	}))
	s43 := schema.Of("object", schema.Required("topologyKey"), schema.Closed(schema.Fields{
		"labelSelector":     s42,
		"matchLabelKeys":    s29,
		"mismatchLabelKeys": s29,
		"namespaceSelector": s42,
		"namespaces":        s29,
		"topologyKey":       s4,
	}))
	s44 := schema.Of("object", schema.Required("weight", "podAffinityTerm"), schema.Closed(schema.Fields{
		"podAffinityTerm": s43,
		"weight":          s33,
	}))
	s45 := schema.Of("array", schema.Items(s44))
	s46 := schema.Of("array", schema.Items(s43))
	s47 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s45,
		"requiredDuringSchedulingIgnoredDuringExecution":  s46,
	}))
	s48 := schema.Of("object", schema.Closed(schema.Fields{
		"nodeAffinity":    s38,
		"podAffinity":     s47,
		"podAntiAffinity": s47,
	}))
	s49 := schema.Of("integer", schema.Minimum(0), schema.Maximum(2.147483647e+09))
	s50 := schema.Of("integer", schema.Minimum(0))
	s51 := schema.Of("integer", schema.Doc("Deprecated upstream, in nanoseconds; use keepYoungerThanDuration."), schema.Minimum(0))
	s52 := schema.Of("string", schema.Doc("A Go duration such as 720h; days and weeks are not understood."), schema.MinLength(1))
	s53 := schema.Of("string", schema.Enum("Normal", "Debug", "Trace", "TraceAll"))
	s54 := schema.Of("string", schema.Doc("A cron expression. To stop pruning set suspend, the operator reads an empty schedule as daily."), schema.MinLength(1))
	s55 := schema.Of("object", schema.Doc("ImagePruner.spec."), schema.Closed(schema.Fields{
		"affinity":                     s48,
		"failedJobsHistoryLimit":       s49,
		"ignoreInvalidImageReferences": s7,
		"keepTagRevisions":             s50,
		"keepYoungerThan":              s51,
		"keepYoungerThanDuration":      s52,
		"logLevel":                     s53,
		"nodeSelector":                 s3,
		"resources":                    s15,
		"schedule":                     s54,
		"successfulJobsHistoryLimit":   s49,
		"suspend":                      s7,
		"tolerations":                  s21,
	}))
	s56 := schema.Of("object", schema.Closed(schema.Fields{
		"http":    s4,
		"https":   s4,
		"noProxy": s4,
	}))
	s57 := schema.Of("integer", schema.Minimum(1), schema.Maximum(2.147483647e+09))
	s58 := schema.Of("string", schema.Doc("A Go duration such as 90s."), schema.MinLength(1))
	s59 := schema.Of("object", schema.Closed(schema.Fields{
		"maxInQueue":     s50,
		"maxRunning":     s50,
		"maxWaitInQueue": s58,
	}))
	s60 := schema.Of("object", schema.Doc("Bounds on the requests that a registry pod serves at once."), schema.Closed(schema.Fields{
		"read":  s59,
		"write": s59,
	}))
	s61 := schema.Of("string", schema.Enum("RollingUpdate", "Recreate"))
	s62 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"hostname":   s4,
		"name":       s4,
		"secretName": s4,
	}))
	s63 := schema.Of("array", schema.Items(s62))
	s64 := schema.Of("string", schema.Enum("Honor", "Ignore"))
	s65 := schema.Of("string", schema.Enum("DoNotSchedule", "ScheduleAnyway"))
	s66 := schema.Of("object", schema.Required("maxSkew", "topologyKey", "whenUnsatisfiable"), schema.Closed(schema.Fields{
		"labelSelector":      s42,
		"matchLabelKeys":     s29,
		"maxSkew":            s57,
		"minDomains":         s57,
		"nodeAffinityPolicy": s64,
		"nodeTaintsPolicy":   s64,
		"topologyKey":        s4,
		"whenUnsatisfiable":  s65,
	}))
	s67 := schema.Of("array", schema.Items(s66))
	s68 := schema.Of("object", schema.Doc("Config.spec of the image registry operator, without what the Job and the operator own."), schema.Closed(schema.Fields{
		"affinity":                  s48,
		"defaultRoute":              s7,
		"disableRedirect":           s7,
		"logLevel":                  s53,
		"nodeSelector":              s3,
		"operatorLogLevel":          s53,
		"proxy":                     s56,
		"readOnly":                  s7,
		"replicas":                  s57,
		"requests":                  s60,
		"resources":                 s15,
		"rolloutStrategy":           s61,
		"routes":                    s63,
		"tolerations":               s21,
		"topologySpreadConstraints": s67,
	}))
	s69 := schema.Of("string", schema.Doc("The PersistentVolumeClaim in openshift-image-registry."), schema.MinLength(1))
	s70 := schema.Of("string", schema.Or("integer"))
	s71 := schema.Of("object", schema.Doc("A shared file system (ReadWriteMany)."), schema.Closed(schema.Fields{
		"claimName":        s69,
		"size":             s70,
		"storageClassName": s4,
	}))
	s72 := schema.Of("string", schema.Doc("Prefix of the generated name, at most 26 characters."), schema.MinLength(1))
	s73 := schema.Of("integer", schema.Doc("The bucket's quota in objects."), schema.Minimum(1))
	s74 := schema.Of("string", schema.Or("integer"), schema.Doc("The bucket's quota in bytes, a quantity such as 500Gi."))
	s75 := schema.Of("string", schema.Doc("A fixed name. It can take over an existing bucket, so it needs adoptExisting."), schema.MinLength(1))
	s76 := schema.Of("object", schema.Closed(schema.Fields{
		"adoptExisting": s7,
		"generateName":  s72,
		"maxObjects":    s73,
		"maxSize":       s74,
		"name":          s75,
	}))
	s77 := schema.Of("string", schema.Doc("The BucketClass that places the bucket."), schema.MinLength(1))
	s78 := schema.Of("integer", schema.Doc("Size of an upload's parts. OpenShift 4.18 and later."), schema.Minimum(5), schema.Maximum(5120))
	s79 := schema.Of("string", schema.Doc("The ObjectBucketClaim in openshift-image-registry."), schema.MinLength(1))
	s80 := schema.Of("string", schema.Doc("Used as it is, with an optional port; no Route is looked up then."), schema.MinLength(1))
	s81 := schema.Of("string", schema.Enum("https", "http"))
	s82 := schema.Of("object", schema.Closed(schema.Fields{
		"host":   s80,
		"name":   s4,
		"scheme": s81,
	}))
	s83 := schema.Of("object", schema.Doc("The Service that the claim's ConfigMap names. Nodes cannot resolve it, so redirects are off."), schema.Closed(schema.Fields{
		"scheme": s81,
	}))
	s84 := schema.Of("object", schema.Doc("How registry, operator and nodes reach the store, by exactly one of route and service."), schema.Closed(schema.Fields{
		"route":   s82,
		"service": s83,
	}))
	s85 := schema.Of("string", schema.Doc("What the S3 client signs with. Neither RGW nor NooBaa cares for its value."), schema.MinLength(1))
	s86 := schema.Of("string", schema.Doc("A ConfigMap of your own in openshift-config with the key ca-bundle.crt. Without it the Job copies the endpoint's CA."), schema.MinLength(1))
	s87 := schema.Of("object", schema.Doc("A bucket of the Multicloud Object Gateway."), schema.Closed(schema.Fields{
		"bucket":           s76,
		"bucketClass":      s77,
		"chunkSizeMiB":     s78,
		"claimName":        s79,
		"endpoint":         s84,
		"region":           s85,
		"storageClassName": s4,
		"trustedCA":        s86,
	}))
	s88 := schema.Of("object", schema.Doc("A block device (ReadWriteOnce), for one replica that is recreated at every change."), schema.Closed(schema.Fields{
		"claimName":        s69,
		"size":             s70,
		"storageClassName": s4,
	}))
	s89 := schema.Of("object", schema.Doc("A bucket of the Ceph object gateway."), schema.Closed(schema.Fields{
		"bucket":           s76,
		"chunkSizeMiB":     s78,
		"claimName":        s79,
		"endpoint":         s84,
		"region":           s85,
		"storageClassName": s4,
		"trustedCA":        s86,
	}))
	s90 := schema.Of("object", schema.Doc("At most one backend; none means rgw."), schema.Closed(schema.Fields{
		"cephfs": s71,
		"noobaa": s87,
		"rbd":    s88,
		"rgw":    s89,
	}))
	s91 := schema.Of("object", schema.Nullable(), schema.Closed(schema.Fields{
		"bootstrap":        s22,
		"delivery":         s25,
		"odf":              s26,
		"openshiftVersion": s27,
		"pruner":           s55,
		"registry":         s68,
		"storage":          s90,
	}))
	s92 := schema.Of("object", schema.Required("apiVersion", "kind", "metadata"), schema.Closed(schema.Fields{
		"apiVersion": s0,
		"kind":       s1,
		"metadata":   s5,
		"spec":       s91,
	}))
	return s92
}
