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
	s7 := schema.Of("object", schema.Closed(schema.Fields{
		"enabled":    s6,
		"runbookURL": s4,
	}))
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
	s12 := schema.Of("array", schema.Items(s11))
	s13 := schema.Of("object", schema.Closed(schema.Fields{
		"enabled":  s6,
		"schedule": s4,
	}))
	s14 := schema.Of("string", schema.Or("integer"), schema.Or("number"))
	s15 := schema.Of("object", schema.Values(s14))
	s16 := schema.Of("object", schema.Closed(schema.Fields{
		"limits":   s15,
		"requests": s15,
	}))
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
	s22 := schema.Of("object", schema.Closed(schema.Fields{
		"createNamespace":  s6,
		"image":            s4,
		"imagePullSecrets": s9,
		"leaveStorage":     s12,
		"namespace":        s4,
		"networkPolicy":    s6,
		"nodeSelector":     s3,
		"reconcile":        s13,
		"resources":        s16,
		"timeout":          s4,
		"tolerations":      s21,
	}))
	s23 := schema.Of("integer", schema.Minimum(-10000), schema.Maximum(10000))
	s24 := schema.Of("object", schema.Closed(schema.Fields{
		"baseWave": s23,
	}))
	s25 := schema.Of("object", schema.Closed(schema.Fields{
		"argocd": s24,
	}))
	s26 := schema.Of("object", schema.Closed(schema.Fields{
		"namespace":      s4,
		"storageCluster": s4,
	}))
	s27 := schema.Of("object", schema.Closed(schema.Fields{
		"admissionPolicies": s6,
	}))
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
	s51 := schema.Of("string", schema.Enum("Normal", "Debug", "Trace", "TraceAll"))
	s52 := schema.Of("object", schema.Closed(schema.Fields{
		"affinity":                     s48,
		"failedJobsHistoryLimit":       s49,
		"ignoreInvalidImageReferences": s6,
		"keepTagRevisions":             s50,
		"keepYoungerThan":              s50,
		"keepYoungerThanDuration":      s4,
		"logLevel":                     s51,
		"nodeSelector":                 s3,
		"resources":                    s16,
		"schedule":                     s4,
		"successfulJobsHistoryLimit":   s49,
		"suspend":                      s6,
		"tolerations":                  s21,
	}))
	s53 := schema.Of("string", schema.Enum("Managed", "Removed"))
	s54 := schema.Of("object", schema.Closed(schema.Fields{
		"http":    s4,
		"https":   s4,
		"noProxy": s4,
	}))
	s55 := schema.Of("integer", schema.Minimum(1), schema.Maximum(9999))
	s56 := schema.Of("object", schema.Closed(schema.Fields{
		"maxInQueue":     s50,
		"maxRunning":     s50,
		"maxWaitInQueue": s4,
	}))
	s57 := schema.Of("object", schema.Closed(schema.Fields{
		"read":  s56,
		"write": s56,
	}))
	s58 := schema.Of("string", schema.Enum("RollingUpdate", "Recreate"))
	s59 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"hostname":   s4,
		"name":       s4,
		"secretName": s4,
	}))
	s60 := schema.Of("array", schema.Items(s59))
	s61 := schema.Of("integer", schema.Minimum(1), schema.Maximum(2.147483647e+09))
	s62 := schema.Of("string", schema.Enum("Honor", "Ignore"))
	s63 := schema.Of("string", schema.Enum("DoNotSchedule", "ScheduleAnyway"))
	s64 := schema.Of("object", schema.Required("maxSkew", "topologyKey", "whenUnsatisfiable"), schema.Closed(schema.Fields{
		"labelSelector":      s42,
		"matchLabelKeys":     s29,
		"maxSkew":            s61,
		"minDomains":         s61,
		"nodeAffinityPolicy": s62,
		"nodeTaintsPolicy":   s62,
		"topologyKey":        s4,
		"whenUnsatisfiable":  s63,
	}))
	s65 := schema.Of("array", schema.Items(s64))
	s66 := schema.Of("object", schema.Closed(schema.Fields{
		"affinity":                  s48,
		"defaultRoute":              s6,
		"disableRedirect":           s6,
		"logLevel":                  s51,
		"managementState":           s53,
		"nodeSelector":              s3,
		"operatorLogLevel":          s51,
		"proxy":                     s54,
		"readOnly":                  s6,
		"replicas":                  s55,
		"requests":                  s57,
		"resources":                 s16,
		"rolloutStrategy":           s58,
		"routes":                    s60,
		"tolerations":               s21,
		"topologySpreadConstraints": s65,
	}))
	s67 := schema.Of("object", schema.Required("name"), schema.Closed(schema.Fields{
		"name":      s4,
		"namespace": s4,
	}))
	s68 := schema.Of("string", schema.Or("integer"))
	s69 := schema.Of("object", schema.Closed(schema.Fields{
		"claimName":        s4,
		"existingClaim":    s67,
		"size":             s68,
		"storageClassName": s4,
	}))
	s70 := schema.Of("integer", schema.Minimum(1))
	s71 := schema.Of("object", schema.Closed(schema.Fields{
		"adoptExisting": s6,
		"generateName":  s4,
		"maxObjects":    s70,
		"maxSize":       s68,
		"name":          s4,
	}))
	s72 := schema.Of("integer", schema.Minimum(5), schema.Maximum(5120))
	s73 := schema.Of("string", schema.Enum("https", "http"))
	s74 := schema.Of("object", schema.Closed(schema.Fields{
		"scheme": s73,
	}))
	s75 := schema.Of("object", schema.Closed(schema.Fields{
		"host":   s4,
		"name":   s4,
		"scheme": s73,
	}))
	s76 := schema.Of("object", schema.Closed(schema.Fields{
		"external": s74,
		"route":    s75,
		"service":  s74,
	}))
	s77 := schema.Of("object", schema.Closed(schema.Fields{}))
	s78 := schema.Of("object", schema.Closed(schema.Fields{
		"configMap": s8,
		"ingress":   s77,
		"service":   s77,
		"system":    s77,
	}))
	s79 := schema.Of("object", schema.Closed(schema.Fields{
		"bucket":           s71,
		"bucketClass":      s4,
		"chunkSizeMiB":     s72,
		"claimName":        s4,
		"endpoint":         s76,
		"existingClaim":    s67,
		"region":           s4,
		"storageClassName": s4,
		"trustedCA":        s78,
	}))
	s80 := schema.Of("object", schema.Closed(schema.Fields{
		"bucket":           s71,
		"chunkSizeMiB":     s72,
		"claimName":        s4,
		"endpoint":         s76,
		"existingClaim":    s67,
		"region":           s4,
		"storageClassName": s4,
		"trustedCA":        s78,
	}))
	s81 := schema.Of("object", schema.Closed(schema.Fields{
		"cephfs": s69,
		"noobaa": s79,
		"rbd":    s69,
		"rgw":    s80,
	}))
	s82 := schema.Of("integer", schema.Minimum(1), schema.Maximum(50))
	s83 := schema.Of("object", schema.Closed(schema.Fields{
		"count":        s82,
		"nodeSelector": s3,
		"tolerations":  s21,
		"topologyKey":  s4,
	}))
	s84 := schema.Of("object", schema.Closed(schema.Fields{
		"createNamespace": s6,
		"enabled":         s6,
		"namespace":       s4,
		"nodes":           s83,
		"schedule":        s4,
		"timeout":         s4,
	}))
	s85 := schema.Of("object", schema.Nullable(), schema.Closed(schema.Fields{
		"alerts":           s7,
		"bootstrap":        s22,
		"delivery":         s25,
		"odf":              s26,
		"openshiftVersion": s4,
		"protection":       s27,
		"pruner":           s52,
		"registry":         s66,
		"storage":          s81,
		"verify":           s84,
	}))
	s86 := schema.Of("object", schema.Required("apiVersion", "kind", "metadata"), schema.Closed(schema.Fields{
		"apiVersion": s0,
		"kind":       s1,
		"metadata":   s5,
		"spec":       s85,
	}))
	return s86
}
