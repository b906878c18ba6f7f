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
	s7 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"name": s4,
	}))
	s8 := schema.Of("array", schema.Items(s7))
	s9 := schema.Of("string", schema.Enum("azure", "gcs", "ibmcos", "oss", "swift"))
	s10 := schema.Of("object", schema.Closed(schema.Fields{
		"backend": s9,
		"bucket":  s4,
		"claim":   s4,
	}))
	s11 := schema.Of("array", schema.Items(s10))
	s12 := schema.Of("object", schema.Closed(schema.Fields{
		"enabled":  s6,
		"schedule": s4,
	}))
	s13 := schema.Of("string", schema.Or("integer"), schema.Or("number"))
	s14 := schema.Of("object", schema.Values(s13))
	s15 := schema.Of("object", schema.Closed(schema.Fields{
		"limits":   s14,
		"requests": s14,
	}))
	s16 := schema.Of("string", schema.Enum("NoSchedule", "PreferNoSchedule", "NoExecute"))
	s17 := schema.Of("string", schema.Enum("Exists", "Equal"))
	s18 := schema.Of("integer")
	s19 := schema.Of("object", schema.Closed(schema.Fields{
		"effect":            s16,
		"key":               s2,
		"operator":          s17,
		"tolerationSeconds": s18,
		"value":             s2,
	}))
	s20 := schema.Of("array", schema.Items(s19))
	s21 := schema.Of("object", schema.Closed(schema.Fields{
		"createNamespace":  s6,
		"image":            s4,
		"imagePullSecrets": s8,
		"leaveStorage":     s11,
		"namespace":        s4,
		"nodeSelector":     s3,
		"reconcile":        s12,
		"resources":        s15,
		"timeout":          s4,
		"tolerations":      s20,
	}))
	s22 := schema.Of("integer", schema.Minimum(-10000), schema.Maximum(10000))
	s23 := schema.Of("object", schema.Closed(schema.Fields{
		"baseWave": s22,
	}))
	s24 := schema.Of("object", schema.Closed(schema.Fields{
		"argocd": s23,
	}))
	s25 := schema.Of("object", schema.Closed(schema.Fields{
		"namespace":      s4,
		"storageCluster": s4,
	}))
	s26 := schema.Of("object", schema.Closed(schema.Fields{
		"admissionPolicies": s6,
	}))
	s27 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
	s28 := schema.Of("array", schema.Items(s2))
	s29 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s27,
		"values":   s28,
	}))
	s30 := schema.Of("array", schema.Items(s29))
	s31 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s30,
		"matchFields":      s30,
	}))
	s32 := schema.Of("integer", schema.Minimum(1), schema.Maximum(100))
	s33 := schema.Of("object", schema.Required("weight", "preference"), schema.Closed(schema.Fields{
		"preference": s31,
		"weight":     s32,
	}))
	s34 := schema.Of("array", schema.Items(s33))
	s35 := schema.Of("array", schema.MinItems(1), schema.Items(s31))
	s36 := schema.Of("object", schema.Required("nodeSelectorTerms"), schema.Closed(schema.Fields{
		"nodeSelectorTerms": s35,
	}))
	s37 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s34,
		"requiredDuringSchedulingIgnoredDuringExecution":  s36,
	}))
	s38 := schema.Of("string", schema.Enum("In", "NotIn", "Exists", "DoesNotExist"))
	s39 := schema.Of("object", schema.Required("key", "operator"), schema.Closed(schema.Fields{
		"key":      s4,
		"operator": s38,
		"values":   s28,
	}))
	s40 := schema.Of("array", schema.Items(s39))
	s41 := schema.Of("object", schema.Closed(schema.Fields{
		"matchExpressions": s40,
		"matchLabels":      s3,
	}))
	s42 := schema.Of("object", schema.Required("topologyKey"), schema.Closed(schema.Fields{
		"labelSelector":     s41,
		"matchLabelKeys":    s28,
		"mismatchLabelKeys": s28,
		"namespaceSelector": s41,
		"namespaces":        s28,
		"topologyKey":       s4,
	}))
	s43 := schema.Of("object", schema.Required("weight", "podAffinityTerm"), schema.Closed(schema.Fields{
		"podAffinityTerm": s42,
		"weight":          s32,
	}))
	s44 := schema.Of("array", schema.Items(s43))
	s45 := schema.Of("array", schema.Items(s42))
	s46 := schema.Of("object", schema.Closed(schema.Fields{
		"preferredDuringSchedulingIgnoredDuringExecution": s44,
		"requiredDuringSchedulingIgnoredDuringExecution":  s45,
	}))
	s47 := schema.Of("object", schema.Closed(schema.Fields{
		"nodeAffinity":    s37,
		"podAffinity":     s46,
		"podAntiAffinity": s46,
	}))
	s48 := schema.Of("integer", schema.Minimum(0), schema.Maximum(2.147483647e+09))
	s49 := schema.Of("integer", schema.Minimum(0))
	s50 := schema.Of("string", schema.Enum("Normal", "Debug", "Trace", "TraceAll"))
	s51 := schema.Of("object", schema.Closed(schema.Fields{
		"affinity":                     s47,
		"failedJobsHistoryLimit":       s48,
		"ignoreInvalidImageReferences": s6,
		"keepTagRevisions":             s49,
		"keepYoungerThan":              s49,
		"keepYoungerThanDuration":      s4,
		"logLevel":                     s50,
		"nodeSelector":                 s3,
		"resources":                    s15,
		"schedule":                     s4,
		"successfulJobsHistoryLimit":   s48,
		"suspend":                      s6,
		"tolerations":                  s20,
	}))
	s52 := schema.Of("string", schema.Enum("Managed", "Removed"))
	s53 := schema.Of("object", schema.Closed(schema.Fields{
		"http":    s4,
		"https":   s4,
		"noProxy": s4,
	}))
	s54 := schema.Of("integer", schema.Minimum(1), schema.Maximum(9999))
	s55 := schema.Of("object", schema.Closed(schema.Fields{
		"maxInQueue":     s49,
		"maxRunning":     s49,
		"maxWaitInQueue": s4,
	}))
	s56 := schema.Of("object", schema.Closed(schema.Fields{
		"read":  s55,
		"write": s55,
	}))
	s57 := schema.Of("string", schema.Enum("RollingUpdate", "Recreate"))
	s58 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"hostname":   s4,
		"name":       s4,
		"secretName": s4,
	}))
	s59 := schema.Of("array", schema.Items(s58))
	s60 := schema.Of("integer", schema.Minimum(1), schema.Maximum(2.147483647e+09))
	s61 := schema.Of("string", schema.Enum("Honor", "Ignore"))
	s62 := schema.Of("string", schema.Enum("DoNotSchedule", "ScheduleAnyway"))
	s63 := schema.Of("object", schema.Required("maxSkew", "topologyKey", "whenUnsatisfiable"), schema.Closed(schema.Fields{
		"labelSelector":      s41,
		"matchLabelKeys":     s28,
		"maxSkew":            s60,
		"minDomains":         s60,
		"nodeAffinityPolicy": s61,
		"nodeTaintsPolicy":   s61,
		"topologyKey":        s4,
		"whenUnsatisfiable":  s62,
	}))
	s64 := schema.Of("array", schema.Items(s63))
	s65 := schema.Of("object", schema.Closed(schema.Fields{
		"affinity":                  s47,
		"defaultRoute":              s6,
		"disableRedirect":           s6,
		"logLevel":                  s50,
		"managementState":           s52,
		"nodeSelector":              s3,
		"operatorLogLevel":          s50,
		"proxy":                     s53,
		"readOnly":                  s6,
		"replicas":                  s54,
		"requests":                  s56,
		"resources":                 s15,
		"rolloutStrategy":           s57,
		"routes":                    s59,
		"tolerations":               s20,
		"topologySpreadConstraints": s64,
	}))
	s66 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"name":      s4,
		"namespace": s4,
	}))
	s67 := schema.Of("string", schema.Or("integer"))
	s68 := schema.Of("object", schema.Closed(schema.Fields{
		"claimName":        s4,
		"existingClaim":    s66,
		"size":             s67,
		"storageClassName": s4,
	}))
	s69 := schema.Of("integer", schema.Minimum(1))
	s70 := schema.Of("object", schema.Closed(schema.Fields{
		"adoptExisting": s6,
		"generateName":  s4,
		"maxObjects":    s69,
		"maxSize":       s67,
		"name":          s4,
	}))
	s71 := schema.Of("integer", schema.Minimum(5), schema.Maximum(5120))
	s72 := schema.Of("string", schema.Enum("https", "http"))
	s73 := schema.Of("object", schema.Closed(schema.Fields{
		"scheme": s72,
	}))
	s74 := schema.Of("object", schema.Closed(schema.Fields{
		"host":   s4,
		"name":   s4,
		"scheme": s72,
	}))
	s75 := schema.Of("object", schema.Closed(schema.Fields{
		"external": s73,
		"route":    s74,
		"service":  s73,
	}))
	s76 := schema.Of("object", schema.Closed(schema.Fields{}))
	s77 := schema.Of("object", schema.Closed(schema.Fields{
		"configMap": s7,
		"ingress":   s76,
		"service":   s76,
		"system":    s76,
	}))
	s78 := schema.Of("object", schema.Closed(schema.Fields{
		"bucket":           s70,
		"bucketClass":      s4,
		"chunkSizeMiB":     s71,
		"claimName":        s4,
		"endpoint":         s75,
		"existingClaim":    s66,
		"region":           s4,
		"storageClassName": s4,
		"trustedCA":        s77,
	}))
	s79 := schema.Of("object", schema.Closed(schema.Fields{
		"bucket":           s70,
		"chunkSizeMiB":     s71,
		"claimName":        s4,
		"endpoint":         s75,
		"existingClaim":    s66,
		"region":           s4,
		"storageClassName": s4,
		"trustedCA":        s77,
	}))
	s80 := schema.Of("object", schema.Closed(schema.Fields{
		"cephfs": s68,
		"noobaa": s78,
		"rbd":    s68,
		"rgw":    s79,
	}))
	s81 := schema.Of("object", schema.Nullable(), schema.Closed(schema.Fields{
		"bootstrap":        s21,
		"delivery":         s24,
		"odf":              s25,
		"openshiftVersion": s4,
		"protection":       s26,
		"pruner":           s51,
		"registry":         s65,
		"storage":          s80,
	}))
	s82 := schema.Of("object", schema.Required("apiVersion", "kind", "metadata"), schema.Closed(schema.Fields{
		"apiVersion": s0,
		"kind":       s1,
		"metadata":   s5,
		"spec":       s81,
	}))
	return s82
}
