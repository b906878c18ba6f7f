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
		ObjectBucketName string `json:"objectBucketName"`
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

// claims are the one of the profile, those that by evidence have the registry's bucket, or
// those of ours that have none yet. Complete says that there are no others.
func (e *exam) claims() (found []item[bucketClaim], complete bool) {
	_, s3, _ := e.s3()
	own, named := e.claimOfProfile()
	if named && (s3 == nil || e.bucketAt(own.Metadata.Namespace, own.Metadata.Name) == s3.Bucket) {
		return []item[bucketClaim]{own}, true
	}
	if found, complete = e.claimsByEvidence(s3); !named {
		return found, complete
	}
	found = slices.DeleteFunc(found, func(c item[bucketClaim]) bool { return c.String() == own.String() })
	return append([]item[bucketClaim]{own}, found...), complete
}

// claimOfProfile is the ObjectBucketClaim that the profile names.
func (e *exam) claimOfProfile() (claim item[bucketClaim], ok bool) {
	if e.Profile == nil || e.Profile.Spec.Storage.Object() == nil {
		return claim, false
	}
	where := e.Profile.Spec.Storage.Object().Claim()
	claim.value, claim.Object, ok, _ = read[bucketClaim](e, cluster.BucketClaims, where.Namespace, where.Name)
	return claim, ok
}

func (e *exam) claimsByEvidence(s3 *s3Storage) (found []item[bucketClaim], complete bool) {
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
	if own, ok := e.claimOfProfile(); ok {
		return own, true
	}
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
		Code: "claim-unbound", Severity: kptfn.Error, Trap: "T15",
		Looks: "the ObjectBucketClaim that has the registry's bucket",
		Why:   "A claim that is not Bound has no bucket, or has lost it.",
		Fix:   "Find out why its provisioner does not fill it: oc describe it, and look at the StorageCluster.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			if c.value.Status.Phase != "Bound" {
				e.found(c.Object, "status.phase", "is %q and not Bound%s", c.value.Status.Phase, e.lastEvent(c.Object))
			}
		}),
	},
	{
		Code: "claim-deleting", Severity: kptfn.Error, Trap: "T41",
		Looks: "the ObjectBucketClaim that has the registry's bucket",
		Why:   "When a claim goes, its bucket is deleted with every image in it.",
		Fix:   "Copy the images while the bucket is there, and find out who has deleted the claim.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			if c.Metadata.DeletionTimestamp != "" {
				e.found(c.Object, "metadata.deletionTimestamp", "is being deleted")
			}
		}),
	},
	{
		Code: "claim-unmarked", Severity: kptfn.Warning, Looks: "the annotations of the claim", Trap: "T8",
		Why: "Without its marks an engine that prunes deletes the claim, and all images with it.",
		Fix: "Deliver the claim with a profile, or write the marks that docs/engines.md names.",
		look: func(e *exam) {
			eachClaim(func(e *exam, c item[bucketClaim]) { e.requireMarks(c.Object) })(e)
			if _, o, ok := e.volumeClaim(); ok {
				e.requireMarks(o)
			}
		},
	},
	{
		Code: "claim-served-elsewhere", Severity: kptfn.Error, Trap: "T40",
		Looks: "the label bucket-provisioner of the ObjectBucketClaim, and its StorageClass",
		Why:   "The class of a claim that was there was changed, which has no effect: its bucket is in the other store.",
		Fix:   "Name another claim in the profile, and copy the images; or write the class of before.",
		look: eachClaim(func(e *exam, c item[bucketClaim]) {
			class, o, present, _ := read[storageClass](e, cluster.StorageClasses, "", c.value.Spec.StorageClassName)
			served := c.Metadata.Labels["bucket-provisioner"]
			want := strings.ReplaceAll(class.Provisioner, "/", "-")
			if present && served != "" && !strings.HasPrefix(want, served) { // a label is cut at 63 characters
				e.found(c.Object, "metadata.labels", "was served by %q, and %s means %q", served, o, want)
			}
		}),
	},
	{
		Code: "bucket-lost", Severity: kptfn.Error, Looks: "the ObjectBucket of the ObjectBucketClaim", Trap: "T12",
		Why:  "A bucket that has become another claim's is deleted with that one; one without an ObjectBucket may be gone.",
		Fix:  "Find out who has the bucket now: oc get objectbuckets; copy the images to the bucket of a new claim.",
		look: eachClaim(lookAtBucket),
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
		Code: "credentials-differ", Severity: kptfn.Error, Trap: "T52",
		Looks: "the registry's Secret and that of the claim",
		Why:   "Credentials that are not the claim's are refused by its store, now or after its next restart.",
		Fix:   "Run the Job again, which copies the claim's.",
		look:  lookAtCredentials,
	},
	{
		Code: "claim-class", Severity: kptfn.Error, Looks: "the StorageClass of the claim",
		Why: "Without its class no provisioner serves the claim.", Trap: "T25",
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

type storageClass struct {
	Provisioner string `json:"provisioner"`
}

func (e *exam) requireMarks(o cluster.Object) {
	if missing := generators.MissingKeepingMarks(o.Metadata.Annotations); len(missing) > 0 {
		e.found(o, "metadata.annotations", "lacks the marks %s", strings.Join(missing, ", "))
	}
}

func lookAtBucket(e *exam, c item[bucketClaim]) {
	name := c.value.Spec.ObjectBucketName
	if c.value.Status.Phase != "Bound" || name == "" {
		return
	}
	b, o, present, absent := read[bucket](e, cluster.Buckets, "", name)
	owner := b.Spec.ClaimRef
	switch {
	case absent:
		e.found(o, "", "is not there")
	case present && owner.Name != "" && (owner.Namespace != c.Metadata.Namespace || owner.Name != c.Metadata.Name):
		e.found(o, "spec.claimRef", "is %s/%s, and not %s/%s",
			owner.Namespace, owner.Name, c.Metadata.Namespace, c.Metadata.Name)
	}
}

type event struct {
	Type           string `json:"type"`
	Reason         string `json:"reason"`
	Message        string `json:"message"`
	InvolvedObject struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"involvedObject"`
}

// lastEvent is the last warning about an object, as more words for a finding. It does no harm
// where there is none, or none can be read.
func (e *exam) lastEvent(o cluster.Object) string {
	words := ""
	events, _ := cluster.ReadAll[event](e.ctx, e.reader, cluster.Events, o.Metadata.Namespace)
	for _, one := range events {
		about := one.InvolvedObject
		if one.Type == "Warning" && about.Kind == o.Kind.Name && about.Name == o.Metadata.Name {
			words = "; its last warning is " + one.Reason + ": " + one.Message
		}
	}
	return words
}
