package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

const (
	credentialsSecret = v1alpha1.CredentialsSecret
	// mintedSecret is what the operator uses without a Secret of the user's, on a cloud.
	mintedSecret = "installer-cloud-credentials"

	// again is how a Job that has run is run once more.
	again = "Run the Job again: delete it, and deliver the profile once more"
)

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

// claims are the one of the profile, those that by evidence have the registry's bucket, or
// those of ours that have none yet. Complete says that there are no others.
func (e *exam) claims() (found []item[bucketClaim], complete bool) {
	_, s3, _ := e.s3()
	own, named := e.claimOfProfile()
	if named && (s3 == nil || cluster.BucketOfClaim(e.ctx, e.reader, own.Metadata.Namespace, own.Metadata.Name) == s3.Bucket) {
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
	if s3 != nil && e.isAmazons(s3) { // a claim with a bucket of that name is another one's
		return nil, true
	}
	all, complete := list[bucketClaim](e, cluster.BucketClaims, "")
	if s3 != nil && s3.Bucket != "" {
		byVolume := cluster.ClaimsOfBucket(e.ctx, e.reader, s3.Bucket)
		for _, claim := range all {
			o := claim.Metadata
			name := claim.value.Spec.BucketName
			if name == "" { // somebody has replaced the claim; to ask for each of many takes long
				name = cluster.BucketOfClaim(e.ctx, e.reader, o.Namespace, o.Name)
			}
			if name == s3.Bucket || slices.Contains(byVolume, o.Namespace+"/"+o.Name) {
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
		Fix: "Find out why its provisioner does not fill it: oc describe it, and look at the StorageCluster, " +
			"here or at the provider cluster.",
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
		Why:  "A bucket of this cluster that no claim has may be gone, or be deleted by nobody's fault.",
		Fix:  "Find out whose bucket it is; if its claim was deleted, the images in it are lost or soon will be.",
		look: lookForOwnerOfBucket,
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
		Fix:   again + ". It writes the Secret.",
		look: func(e *exam) {
			if _, s3, _ := e.s3(); s3 != nil {
				_, o, present, absent := read[struct{}](e, cluster.Secrets, registryNamespace, credentialsSecret)
				if absent && e.hasMintedCredentials(s3) {
					return
				}
				e.lacks(o, present, absent, []string{accessKey, secretKey},
					func(key string) bool { return o.Values[key].Size > 0 })
			}
		},
	},
	{
		Code: "credentials-differ", Severity: kptfn.Error, Trap: "T52",
		Looks: "the registry's Secret and that of the claim",
		Why:   "Credentials that are not the claim's are refused by its store, now or after its next restart.",
		Fix:   again + ". It copies the claim's.",
		look:  lookAtCredentials,
	},
	{
		Code: "claim-class", Severity: kptfn.Error, Looks: "the StorageClass of a claim that is not Bound",
		Why: "Without its class no provisioner serves the claim.", Trap: "T25",
		Fix: "Let the StorageCluster's operator make the class again, or write the class by hand; " +
			"do not delete the StorageCluster.",
		look: func(e *exam) {
			if c, ok := e.theClaim(); ok && c.value.Status.Phase != "Bound" {
				e.requireClass(c.value.Spec.StorageClassName)
			}
			if claim, _, ok := e.volumeClaim(); ok && claim.Status.Phase != "Bound" {
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
	if name == "" {
		return
	}
	if _, o, _, absent := read[struct{}](e, cluster.StorageClasses, "", name); absent {
		e.found(o, "", "is not there")
	}
}

// lookForOwnerOfBucket looks at the stores of ODF only: another store has no claims.
func lookForOwnerOfBucket(e *exam) {
	_, s3, o := e.s3()
	if s3 == nil || s3.Bucket == "" {
		return
	}
	if _, ok := e.storeOfODF(hostOf(s3.RegionEndpoint)); !ok {
		return
	}
	all, complete := list[bucketClaim](e, cluster.BucketClaims, "")
	if !complete || e.reader.List(e.ctx, cluster.BucketClaims, "").State == cluster.NoKind {
		return
	}
	byBucket := cluster.ClaimsOfBucket(e.ctx, e.reader, s3.Bucket)
	for _, claim := range all {
		if slices.Contains(byBucket, claim.Metadata.Namespace+"/"+claim.Metadata.Name) || e.mayHave(claim, s3.Bucket) {
			return
		}
	}
	e.found(o, "spec.storage.s3.bucket", "%q is the bucket of no claim", s3.Bucket)
}

// mayHave tells whether a claim has a bucket, or does not say which one it has.
func (e *exam) mayHave(claim item[bucketClaim], bucket string) bool {
	if name := claim.value.Spec.BucketName; name != "" {
		return name == bucket
	}
	where, _, present, _ := read[configMap](e, cluster.ConfigMaps, claim.Metadata.Namespace, claim.Metadata.Name)
	return !present || where.Data["BUCKET_NAME"] == bucket
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

// hasMintedCredentials tells whether the operator may have credentials without a Secret of the
// user's: those of Amazon's cloud, or those that the installer has left.
func (e *exam) hasMintedCredentials(s3 *s3Storage) bool {
	if e.isAmazons(s3) {
		return true
	}
	_, _, _, absent := read[struct{}](e, cluster.Secrets, registryNamespace, mintedSecret)
	return !absent
}

// isBucketOf tells whether it is proven that the registry is on the bucket of a claim: another
// store may have a bucket of the same name.
func (e *exam) isBucketOf(c item[bucketClaim], s3 *s3Storage) bool {
	where, _, present, _ := read[configMap](e, cluster.ConfigMaps, c.Metadata.Namespace, c.Metadata.Name)
	if !present || where.Data["BUCKET_NAME"] != s3.Bucket {
		return false
	}
	host, endpoint := hostOf(where.Data["BUCKET_HOST"]), hostOf(s3.RegionEndpoint)
	if host == "" || host == endpoint {
		return host != ""
	}
	namespace, name := serviceOf(host)
	return name != "" && slices.ContainsFunc(e.servicesAt(endpoint), func(at [2]string) bool {
		return at == [2]string{namespace, name}
	})
}

// lookAtCredentials compares digests: no credential is ever seen.
func lookAtCredentials(e *exam) {
	_, s3, _ := e.s3()
	if s3 == nil {
		return
	}
	c, ok := e.theClaim()
	if !ok || !e.isBucketOf(c, s3) {
		return
	}
	_, theirs, there, _ := read[struct{}](e, cluster.Secrets, c.Metadata.Namespace, c.Metadata.Name)
	_, registrys, have, _ := read[struct{}](e, cluster.Secrets, registryNamespace, credentialsSecret)
	if !there || !have {
		return
	}
	for _, pair := range [][2]string{{accessKey, "AWS_ACCESS_KEY_ID"}, {secretKey, "AWS_SECRET_ACCESS_KEY"}} {
		one, other := registrys.Values[pair[0]], theirs.Values[pair[1]]
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

// requireMarks asks for marks only where something delivers the object, and so may prune it.
func (e *exam) requireMarks(o cluster.Object) {
	if !isDelivered(o) {
		return
	}
	switch missing := generators.MissingKeepingMarks(o.Metadata.Annotations); {
	case len(missing) > 2:
		e.found(o, "metadata.annotations", "lacks %d marks, such as %s", len(missing), missing[0])
	case len(missing) > 0:
		e.found(o, "metadata.annotations", "lacks the marks %s", strings.Join(missing, ", "))
	}
}

func lookAtBucket(e *exam, c item[bucketClaim]) {
	name := c.value.Spec.ObjectBucketName
	if c.value.Status.Phase != "Bound" || name == "" {
		return
	}
	b, o, present, absent := read[cluster.Bucket](e, cluster.Buckets, "", name)
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
	FirstTimestamp string `json:"firstTimestamp"`
	LastTimestamp  string `json:"lastTimestamp"`
	EventTime      string `json:"eventTime"`
	Series         struct {
		Last string `json:"lastObservedTime"`
	} `json:"series"`
	InvolvedObject struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
		UID  string `json:"uid"`
	} `json:"involvedObject"`
}

// time is when the event was seen last. The API server writes all times in UTC.
func (v event) time() string {
	return max(v.FirstTimestamp, v.LastTimestamp, v.EventTime, v.Series.Last)
}

// isAbout tells whether an event is about an object, and not about one before it of that name.
func (v event) isAbout(o cluster.Object) bool {
	about := v.InvolvedObject
	sameUID := about.UID == "" || o.Metadata.UID == "" || about.UID == o.Metadata.UID
	return about.Kind == o.Kind.Name && about.Name == o.Metadata.Name && sameUID
}

// lastEvent is the last warning about an object, as more words for a finding. It does no harm
// where there is none, or none can be read.
func (e *exam) lastEvent(o cluster.Object) string {
	var last event
	events, _ := cluster.ReadAll[event](e.ctx, e.reader, cluster.Events, o.Metadata.Namespace)
	for _, one := range events {
		if one.Type == "Warning" && one.isAbout(o) && one.time() >= last.time() {
			last = one
		}
	}
	return after("; its last warning is ", strings.Trim(last.Reason+": "+last.Message, ": "))
}
