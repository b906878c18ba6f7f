package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

const credentialsSecret = v1alpha1.CredentialsSecret

type bucketClaim struct {
	Spec struct {
		BucketName       string `json:"bucketName"`
		StorageClassName string `json:"storageClassName"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

type configMap struct {
	Data map[string]string `json:"data"`
}

type bucket struct {
	Spec struct {
		Endpoint struct {
			BucketName string `json:"bucketName"`
		} `json:"endpoint"`
		ClaimRef struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"claimRef"`
	} `json:"spec"`
}

// claims are those that by evidence have the registry's bucket, or those of ours that have
// none yet. Complete says that there are no others.
func (e *exam) claims() (found []item[bucketClaim], complete bool) {
	_, s3, _ := e.s3()
	all, complete := list[bucketClaim](e, cluster.BucketClaims, "")
	if s3 != nil && s3.Bucket != "" {
		byVolume := e.claimsOfBuckets(s3.Bucket)
		for _, claim := range all {
			o := claim.Metadata
			if claim.value.Spec.BucketName == s3.Bucket || byVolume[o.Namespace+"/"+o.Name] ||
				e.bucketAt(o.Namespace, o.Name) == s3.Bucket {
				found = append(found, claim)
			}
		}
	}
	if len(found) > 0 {
		return found, complete
	}
	pending := ours(slices.Clone(all))
	return slices.DeleteFunc(pending, func(c item[bucketClaim]) bool { return c.value.Status.Phase == "Bound" }), complete
}

// claimsOfBuckets are the claims of the ObjectBuckets of a name. They add to what the claims
// say themselves, so that it does no harm where they cannot be read.
func (e *exam) claimsOfBuckets(name string) map[string]bool {
	found := map[string]bool{}
	buckets, _ := cluster.ReadAll[bucket](e.ctx, e.reader, cluster.Buckets, "")
	for _, b := range buckets {
		if b.Spec.Endpoint.BucketName == name {
			found[b.Spec.ClaimRef.Namespace+"/"+b.Spec.ClaimRef.Name] = true
		}
	}
	return found
}

// bucketAt is the bucket that the ConfigMap of a claim names.
func (e *exam) bucketAt(namespace, name string) string {
	where, _ := cluster.Read[configMap](e.ctx, e.reader, cluster.ConfigMaps, namespace, name)
	return where.Data["BUCKET_NAME"]
}

// theClaim is the one claim that has the registry's bucket and its values.
func (e *exam) theClaim() (claim item[bucketClaim], ok bool) {
	found, _ := e.claims()
	if len(found) > 1 {
		e.unseen = append(e.unseen, "several claims have a bucket of the registry's name, and which of them is meant is not known")
	}
	if len(found) != 1 {
		return claim, false
	}
	return found[0], true
}

// eachClaim looks at every claim that may be the registry's.
func eachClaim(look func(e *exam, claim item[bucketClaim])) func(e *exam) {
	return func(e *exam) {
		found, _ := e.claims()
		for _, claim := range found {
			look(e, claim)
		}
	}
}

var claimChecks = []Check{
	{
		Code: "claim-unbound", Severity: kptfn.Error, Looks: "the ObjectBucketClaim that has the registry's bucket", Trap: "T15",
		Why: "A claim that is not Bound has no bucket, or has lost it.",
		Fix: "Find out why its provisioner does not fill it: oc describe it, and look at the StorageCluster.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			if c.value.Status.Phase != "Bound" {
				e.found(c.Object, "status.phase", "is %q and not Bound", c.value.Status.Phase)
			}
		}),
	},
	{
		Code: "claim-deleting", Severity: kptfn.Error, Looks: "the ObjectBucketClaim that has the registry's bucket", Trap: "T41",
		Why: "When a claim goes, its bucket is deleted with every image in it.",
		Fix: "Copy the images while the bucket is there, and find out who has deleted the claim.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			if c.Metadata.DeletionTimestamp != "" {
				e.found(c.Object, "metadata.deletionTimestamp", "is being deleted")
			}
		}),
	},
	{
		Code: "claim-unmarked", Severity: kptfn.Warning, Looks: "the annotations of the ObjectBucketClaim", Trap: "T8",
		Why: "Without its marks an engine that prunes deletes the claim, and all images with it.",
		Fix: "Deliver the claim with a profile, or write the marks that docs/engines.md names.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			if missing := generators.MissingKeepingMarks(c.Metadata.Annotations); len(missing) > 0 {
				e.found(c.Object, "metadata.annotations", "lacks the marks %s", strings.Join(missing, ", "))
			}
		}),
	},
	{
		Code: "claim-unknown", Severity: kptfn.Warning, Looks: "all ObjectBucketClaims and ObjectBuckets", Trap: "T46",
		Why: "A bucket of this cluster that no claim has may be gone, or be deleted by nobody's fault.",
		Fix: "Find out whose bucket it is; if its claim was deleted, the images in it are lost or soon will be.",
		look: func(e *exam) {
			c, s3, o := e.s3()
			if c == nil || s3 == nil || s3.Bucket == "" || !e.isInCluster(hostOf(s3.RegionEndpoint)) {
				return
			}
			all, complete := list[bucketClaim](e, cluster.BucketClaims, "")
			if !complete {
				return
			}
			byBucket := e.claimsOfBuckets(s3.Bucket)
			for _, claim := range all {
				_, where, _, absent := read[configMap](e, cluster.ConfigMaps, claim.Metadata.Namespace, claim.Metadata.Name)
				named := claim.value.Spec.BucketName != "" && claim.value.Spec.BucketName != s3.Bucket
				if !named && (absent || len(e.unseen) > 0) || e.bucketAt(where.Metadata.Namespace, where.Metadata.Name) == s3.Bucket ||
					claim.value.Spec.BucketName == s3.Bucket || byBucket[claim.Metadata.Namespace+"/"+claim.Metadata.Name] {
					return
				}
			}
			e.found(o, "spec.storage.s3.bucket", "%q is the bucket of no claim", s3.Bucket)
		},
	},
	{
		Code: "claim-incomplete", Severity: kptfn.Error, Looks: "the ConfigMap and the Secret of the ObjectBucketClaim",
		Why: "Where the bucket is and how to get in stands in both; the Job waits for them.",
		Fix: "Restart the operator that fills them (rook-ceph-operator or noobaa-operator); its log says why it does not.",
		look: func(e *exam) {
			c, ok := e.theClaim()
			if !ok || c.value.Status.Phase != "Bound" {
				return
			}
			namespace, name := c.Metadata.Namespace, c.Metadata.Name
			where, o, present, absent := read[configMap](e, cluster.ConfigMaps, namespace, name)
			e.lacks(o, present, absent, []string{"BUCKET_NAME", "BUCKET_HOST", "BUCKET_PORT"},
				func(key string) bool { return where.Data[key] != "" })
			_, o, present, absent = read[struct{}](e, cluster.Secrets, namespace, name)
			e.lacks(o, present, absent, []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
				func(key string) bool { return o.Values[key].Size > 0 })
		},
	},
	{
		Code: "credentials-missing", Severity: kptfn.Error, Trap: "T7",
		Looks: "Secret " + credentialsSecret + " in " + registryNamespace,
		Why:   "Without its own keys the operator cannot reach the store.",
		Fix:   "Run the Job again, which writes it.",
		look: func(e *exam) {
			if _, s3, _ := e.s3(); s3 != nil {
				_, o, present, absent := read[struct{}](e, cluster.Secrets, registryNamespace, credentialsSecret)
				e.lacks(o, present, absent, []string{accessKey, secretKey},
					func(key string) bool { return o.Values[key].Size > 0 })
			}
		},
	},
	{
		Code: "credentials-differ", Severity: kptfn.Error, Looks: "the registry's Secret and that of the claim", Trap: "T52",
		Why:  "Credentials that are not the claim's are refused by its store, now or after its next restart.",
		Fix:  "Run the Job again, which copies the claim's.",
		look: lookAtCredentials,
	},
	{
		Code: "claim-class", Severity: kptfn.Error, Looks: "the StorageClass of the claim",
		Why: "Without its class no provisioner serves the claim.",
		Fix: "Set up the StorageCluster again, which makes its classes: oc get storageclasses.",
		look: func(e *exam) {
			if c, ok := e.theClaim(); ok && c.value.Spec.StorageClassName != "" {
				e.requireClass(c.value.Spec.StorageClassName)
			}
			if claim, _, ok := e.volumeClaim(); ok && claim.Spec.StorageClassName != "" {
				e.requireClass(claim.Spec.StorageClassName)
			}
		},
	},
}

// The keys that the operator reads.
const (
	accessKey = v1alpha1.CredentialsAccessKey
	secretKey = v1alpha1.CredentialsSecretKey
)

func (e *exam) requireClass(name string) {
	if _, o, _, absent := read[struct{}](e, cluster.StorageClasses, "", name); absent {
		e.found(o, "", "is not there")
	}
}

// lacks tells an object that is not there, or keys that it lacks.
func (e *exam) lacks(o cluster.Object, present, absent bool, keys []string, has func(key string) bool) {
	missing := slices.DeleteFunc(keys, has)
	switch {
	case absent:
		e.found(o, "", "is not there")
	case present && len(missing) > 0:
		e.found(o, "data", "lacks %s", strings.Join(missing, ", "))
	}
}

// lookAtCredentials compares digests: no credential is ever seen.
func lookAtCredentials(e *exam) {
	if _, s3, _ := e.s3(); s3 == nil {
		return
	}
	c, ok := e.theClaim()
	if !ok {
		return
	}
	_, theirs, there, _ := read[struct{}](e, cluster.Secrets, c.Metadata.Namespace, c.Metadata.Name)
	_, registrys, have, _ := read[struct{}](e, cluster.Secrets, registryNamespace, credentialsSecret)
	if !there || !have {
		return
	}
	for mine, claims := range map[string]string{accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY"} {
		one, other := registrys.Values[mine], theirs.Values[claims]
		if one.Size == 0 || other.Size == 0 { // other checks say so
			continue
		}
		same, known := one.Same(other)
		switch {
		case !known:
			e.unseen = append(e.unseen, "the input has only the sizes of credentials")
		case !same:
			e.found(registrys, "data", "has other credentials than Secret %s/%s", c.Metadata.Namespace, c.Metadata.Name)
			return
		}
	}
}
