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
	s6 := schema.Of("boolean")
	s7 := schema.Of("string", schema.Doc("Any image with bash and oc; pin a digest in production."), schema.MinLength(1))
	s8 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"name": s4,
	}))
	s9 := schema.Of("array", schema.Items(s8))
	s10 := schema.Of("string", schema.Enum("azure", "gcs", "ibmcos", "oss", "swift"))
	s11 := schema.Of("object", schema.Closed(schema.Fields{
		"backend": s10,
		"bucket":  s4,
		"claim":   s4,
	}))
	s12 := schema.Of("array", schema.Doc("Storage that may hold images and that the Job may leave behind, once. Images are not copied."), schema.Items(s11))
	s13 := schema.Of("string", schema.Doc("A cron expression; adds a CronJob that repeats the Job."), schema.MinLength(1))
	s14 := schema.Of("object", schema.Closed(schema.Fields{
		"schedule": s13,
	}))
	s15 := schema.Of("string", schema.Or("integer"), schema.Or("number"))
	s16 := schema.Of("object", schema.Values(s15))
	s17 := schema.Of("object", schema.Closed(schema.Fields{
		"limits":   s16,
		"requests": s16,
	}))
	s18 := schema.Of("string", schema.Doc("A Go duration; the Job fails when it is over."), schema.MinLength(1))
	s19 := schema.Of("string", schema.Enum("NoSchedule", "PreferNoSchedule", "NoExecute"))
	s20 := schema.Of("string", schema.Enum("Exists", "Equal"))
	s21 := schema.Of("integer")
	s22 := schema.Of("object", schema.Closed(schema.Fields{
		"effect":            s19,
		"key":               s2,
		"operator":          s20,
		"tolerationSeconds": s21,
		"value":             s2,
	}))
	s23 := schema.Of("array", schema.Items(s22))
	s24 := schema.Of("object", schema.Doc("The Job in the cluster that writes the registry's Secret and switches its storage."), schema.Closed(schema.Fields{
		"createNamespace":  s6,
		"image":            s7,
		"imagePullSecrets": s9,
		"leaveStorage":     s12,
		"namespace":        s4,
		"nodeSelector":     s3,
		"reconcile":        s14,
		"resources":        s17,
		"timeout":          s18,
		"tolerations":      s23,
	}))
	s25 := schema.Of("integer", schema.Doc("The sync wave of the first resources; the Job comes one later, Config and ImagePruner two."), schema.Minimum(-10000), schema.Maximum(10000))
	s26 := schema.Of("object", schema.Closed(schema.Fields{
		"baseWave": s25,
	}))
	s27 := schema.Of("object", schema.Doc("Where the resources stand among others that the same engine delivers."), schema.Closed(schema.Fields{
		"argocd": s26,
	}))
	s28 := schema.Of("object", schema.Doc("The OpenShift Data Foundation installation; storage classes and Routes are named after it."), schema.Closed(schema.Fields{
		"namespace":      s4,
		"storageCluster": s4,
	}))
	s29 := schema.Of("string", schema.Doc("The cluster's minor version, in quotes. It picks the oc image and the checks that depend on the version."), schema.MinLength(1))
	s30 := schema.Of("boolean", schema.Doc("Adds ValidatingAdmissionPolicies for the claim and Config. From OpenShift 4.17 on."))
	s31 := schema.Of("object", schema.Doc("What the API server refuses, whoever asks for it."), schema.Closed(schema.Fields{
		"admissionPolicies": s30,
	}))
	s32 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
	s33 := schema.Of("array", schema.Items(s2))
	s34 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s32,
		"values":   s33,
	}))
	s35 := schema.Of("array", schema.Items(s34))
	s36 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s35,
		"matchFields":      s35,
	}))
	s37 := schema.Of("integer", schema.Minimum(1), schema.Maximum(100))
	s38 := schema.Of("object", schema.Required("weight", "preference"), schema.Closed(schema.Fields{
		"preference": s36,
		"weight":     s37,
	}))
	s39 := schema.Of("array", schema.Items(s38))
	s40 := schema.Of("array", schema.MinItems(1), schema.Items(s36))
	s41 := schema.Of("object", schema.Required("nodeSelectorTerms"), schema.Closed(schema.Fields{
		"nodeSelectorTerms": s40,
	}))
	s42 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s39,
		"requiredDuringSchedulingIgnoredDuringExecution":  s41,
	}))
	s43 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist"))
	s44 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s43,
		"values":   s33,
	}))
	s45 := schema.Of("array", schema.Items(s44))
	s46 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s45,
		"matchLabels":      s3,
	}))
	s47 := schema.Of("object", schema.Required("topologyKey"), schema.Closed(schema.Fields{
		"labelSelector":     s46,
		"matchLabelKeys":    s33,
		"mismatchLabelKeys": s33,
		"namespaceSelector": s46,
		"namespaces":        s33,
		"topologyKey":       s4,
	}))
	s48 := schema.Of("object", schema.Required("weight", "podAffinityTerm"), schema.Closed(schema.Fields{
		"podAffinityTerm": s47,
		"weight":          s37,
	}))
	s49 := schema.Of("array", schema.Items(s48))
	s50 := schema.Of("array", schema.Items(s47))
	s51 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s49,
		"requiredDuringSchedulingIgnoredDuringExecution":  s50,
	}))
	s52 := schema.Of("object", schema.Closed(schema.Fields{
		"nodeAffinity":    s42,
		"podAffinity":     s51,
		"podAntiAffinity": s51,
	}))
	s53 := schema.Of("integer", schema.Minimum(0), schema.Maximum(2.147483647e+09))
	s54 := schema.Of("integer", schema.Minimum(0))
	s55 := schema.Of("integer", schema.Doc("Deprecated upstream, in nanoseconds; use keepYoungerThanDuration."), schema.Minimum(0))
	s56 := schema.Of("string", schema.Doc("A Go duration such as 720h; days and weeks are not understood."), schema.MinLength(1))
	s57 := schema.Of("string", schema.Enum("Normal", "Debug", "Trace", "TraceAll"))
	s58 := schema.Of("string", schema.Doc("A cron expression. To stop pruning set suspend, the operator reads an empty schedule as daily."), schema.MinLength(1))
	s59 := schema.Of("object", schema.Doc("ImagePruner.spec."), schema.Closed(schema.Fields{
		"affinity":                     s52,
		"failedJobsHistoryLimit":       s53,
		"ignoreInvalidImageReferences": s6,
		"keepTagRevisions":             s54,
		"keepYoungerThan":              s55,
		"keepYoungerThanDuration":      s56,
		"logLevel":                     s57,
		"nodeSelector":                 s3,
		"resources":                    s17,
		"schedule":                     s58,
		"successfulJobsHistoryLimit":   s53,
		"suspend":                      s6,
		"tolerations":                  s23,
	}))
	s60 := schema.Of("object", schema.Closed(schema.Fields{
		"http":    s4,
		"https":   s4,
		"noProxy": s4,
	}))
	s61 := schema.Of("integer", schema.Minimum(1), schema.Maximum(9999))
	s62 := schema.Of("string", schema.Doc("A Go duration such as 90s."), schema.MinLength(1))
	s63 := schema.Of("object", schema.Closed(schema.Fields{
		"maxInQueue":     s54,
		"maxRunning":     s54,
		"maxWaitInQueue": s62,
	}))
	s64 := schema.Of("object", schema.Doc("Bounds on the requests that a registry pod serves at once."), schema.Closed(schema.Fields{
		"read":  s63,
		"write": s63,
	}))
	s65 := schema.Of("string", schema.Enum("RollingUpdate", "Recreate"))
	s66 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"hostname":   s4,
		"name":       s4,
		"secretName": s4,
	}))
	s67 := schema.Of("array", schema.Items(s66))
	s68 := schema.Of("integer", schema.Minimum(1), schema.Maximum(2.147483647e+09))
	s69 := schema.Of("string", schema.Enum("Honor", "Ignore"))
	s70 := schema.Of("string", schema.Enum("DoNotSchedule", "ScheduleAnyway"))
	s71 := schema.Of("object", schema.Required("maxSkew", "topologyKey", "whenUnsatisfiable"), schema.Closed(schema.Fields{
		"labelSelector":      s46,
		"matchLabelKeys":     s33,
		"maxSkew":            s68,
		"minDomains":         s68,
		"nodeAffinityPolicy": s69,
		"nodeTaintsPolicy":   s69,
		"topologyKey":        s4,
		"whenUnsatisfiable":  s70,
	}))
	s72 := schema.Of("array", schema.Items(s71))
	s73 := schema.Of("object", schema.Doc("Config.spec of the image registry operator, without what the Job and the operator own."), schema.Closed(schema.Fields{
		"affinity":                  s52,
		"defaultRoute":              s6,
		"disableRedirect":           s6,
		"logLevel":                  s57,
		"nodeSelector":              s3,
		"operatorLogLevel":          s57,
		"proxy":                     s60,
		"readOnly":                  s6,
		"replicas":                  s61,
		"requests":                  s64,
		"resources":                 s17,
		"rolloutStrategy":           s65,
		"routes":                    s67,
		"tolerations":               s23,
		"topologySpreadConstraints": s72,
	}))
	s74 := schema.Of("string", schema.Doc("The PersistentVolumeClaim that is made in openshift-image-registry."), schema.MinLength(1))
	s75 := schema.Of("object", schema.Doc("A claim that is there already, in the place of the fields that make one. Nothing is emitted for it."), schema.Required("name"), schema.Closed(schema.Fields{
		"name":      s4,
		"namespace": s4,
	}))
	s76 := schema.Of("string", schema.Or("integer"))
	s77 := schema.Of("string", schema.Doc("The class that the claim is made with, or must have."), schema.MinLength(1))
	s78 := schema.Of("object", schema.Doc("A shared file system (ReadWriteMany)."), schema.Closed(schema.Fields{
		"claimName":        s74,
		"existingClaim":    s75,
		"size":             s76,
		"storageClassName": s77,
	}))
	s79 := schema.Of("string", schema.Doc("Prefix of the generated name, at most 26 characters."), schema.MinLength(1))
	s80 := schema.Of("integer", schema.Doc("The bucket's quota in objects."), schema.Minimum(1))
	s81 := schema.Of("string", schema.Or("integer"), schema.Doc("The bucket's quota in bytes, a quantity such as 500Gi."))
	s82 := schema.Of("string", schema.Doc("A fixed name. It can take over an existing bucket, so it needs adoptExisting."), schema.MinLength(1))
	s83 := schema.Of("object", schema.Closed(schema.Fields{
		"adoptExisting": s6,
		"generateName":  s79,
		"maxObjects":    s80,
		"maxSize":       s81,
		"name":          s82,
	}))
	s84 := schema.Of("string", schema.Doc("The BucketClass that places the bucket."), schema.MinLength(1))
	s85 := schema.Of("integer", schema.Doc("Size of an upload's parts. OpenShift 4.18 and later."), schema.Minimum(5), schema.Maximum(5120))
	s86 := schema.Of("string", schema.Doc("The ObjectBucketClaim that is made in openshift-image-registry."), schema.MinLength(1))
	s87 := schema.Of("string", schema.Enum("https", "http"))
	s88 := schema.Of("object", schema.Doc("The host outside of the cluster that the claim's ConfigMap names."), schema.Closed(schema.Fields{
		"scheme": s87,
	}))
	s89 := schema.Of("string", schema.Doc("Used as it is, with an optional port; no Route is looked up then."), schema.MinLength(1))
	s90 := schema.Of("object", schema.Closed(schema.Fields{
		"host":   s89,
		"name":   s4,
		"scheme": s87,
	}))
	s91 := schema.Of("object", schema.Doc("The Service that the claim's ConfigMap names. Nodes cannot resolve it, so redirects are off."), schema.Closed(schema.Fields{
		"scheme": s87,
	}))
	s92 := schema.Of("object", schema.Doc("How registry, operator and nodes reach the store, by exactly one of route, service and external."), schema.Closed(schema.Fields{
		"external": s88,
		"route":    s90,
		"service":  s91,
	}))
	s93 := schema.Of("string", schema.Doc("What the S3 client signs with. Neither RGW nor NooBaa cares for its value."), schema.MinLength(1))
	s94 := schema.Of("object", schema.Doc("One of your own in openshift-config, with the key ca-bundle.crt."), schema.Required("name"), schema.Closed(schema.Fields{
		"name": s4,
	}))
	s95 := schema.Of("object", schema.Closed(schema.Fields{}))
	s96 := schema.Of("object", schema.Doc("Who has signed the certificate of an https endpoint, by exactly one of ingress, service, system and configMap."), schema.Closed(schema.Fields{
		"configMap": s94,
		"ingress":   s95,
		"service":   s95,
		"system":    s95,
	}))
	s97 := schema.Of("object", schema.Doc("A bucket of the Multicloud Object Gateway."), schema.Closed(schema.Fields{
		"bucket":           s83,
		"bucketClass":      s84,
		"chunkSizeMiB":     s85,
		"claimName":        s86,
		"endpoint":         s92,
		"existingClaim":    s75,
		"region":           s93,
		"storageClassName": s77,
		"trustedCA":        s96,
	}))
	s98 := schema.Of("object", schema.Doc("A block device (ReadWriteOnce), for one replica that is recreated at every change."), schema.Closed(schema.Fields{
		"claimName":        s74,
		"existingClaim":    s75,
		"size":             s76,
		"storageClassName": s77,
	}))
	s99 := schema.Of("object", schema.Doc("A bucket of the Ceph object gateway."), schema.Closed(schema.Fields{
		"bucket":           s83,
		"chunkSizeMiB":     s85,
		"claimName":        s86,
		"endpoint":         s92,
		"existingClaim":    s75,
		"region":           s93,
		"storageClassName": s77,
		"trustedCA":        s96,
	}))
	s100 := schema.Of("object", schema.Doc("At most one backend; none means rgw."), schema.Closed(schema.Fields{
		"cephfs": s78,
		"noobaa": s97,
		"rbd":    s98,
		"rgw":    s99,
	}))
	s101 := schema.Of("object", schema.Nullable(), schema.Closed(schema.Fields{
		"bootstrap":        s24,
		"delivery":         s27,
		"odf":              s28,
		"openshiftVersion": s29,
		"protection":       s31,
		"pruner":           s59,
		"registry":         s73,
		"storage":          s100,
	}))
	s102 := schema.Of("object", schema.Required("apiVersion", "kind", "metadata"), schema.Closed(schema.Fields{
		"apiVersion": s0,
		"kind":       s1,
		"metadata":   s5,
		"spec":       s101,
	}))
	return s102
}
