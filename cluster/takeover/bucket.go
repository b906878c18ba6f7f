package takeover

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// bucketBackends are the provisioners of ODF's buckets, by the end of their names; the label
// of a claim has "-" in the place of "/".
var bucketBackends = []struct{ provisioner, backend string }{
	{"ceph.rook.io/bucket", "rgw"}, {"noobaa.io/obc", "noobaa"},
}

// saidOfS3 are the fields of spec.storage.s3 of which a profile says what they are.
var saidOfS3 = []string{
	"bucket", "region", "regionEndpoint", "chunkSizeMiB", "trustedCA", "virtualHostedStyle", "encrypt",
}

type bucketClaim struct {
	Spec fields `json:"spec"`
}

// bucket finds the claim that has a bucket, and how the registry reaches it.
func (d *draft) bucket(s3 map[string]any) (*store, error) {
	texts := map[string]string{}
	for _, name := range []string{"bucket", "region", "regionEndpoint"} {
		var ok bool
		if texts[name], ok = textOf(s3, name); !ok {
			return nil, blindness("Config cluster cannot be read: spec.storage.s3." + name + " is of another type")
		}
	}
	const at = "spec.storage.s3"
	switch {
	case texts["bucket"] == "":
		return nil, refuse(noStorage, d.config, at+".bucket", "is empty")
	case texts["regionEndpoint"] == "":
		return nil, refuse(otherStorage, d.config, at+".regionEndpoint", "is empty, which means Amazon's S3")
	}
	o, claim, err := d.claimOf(texts["bucket"])
	if err != nil {
		return nil, err
	}
	class, _ := textOf(claim.Spec, "storageClassName")
	provisioner := d.classOf(class, o.Metadata.Labels["bucket-provisioner"])
	for _, b := range bucketBackends {
		label := strings.ReplaceAll(b.provisioner, "/", "-")
		if !strings.HasSuffix(provisioner, b.provisioner) && !strings.HasSuffix(provisioner, label) {
			continue
		}
		d.storageCluster(class, "-ceph-rgw")
		const config = "Config cluster, " + at
		s := &store{
			backend: b.backend, claim: o, made: madeBucket(o, claim.Spec, b.backend),
			apart: map[string]any{"storageClassName": class, "region": texts["region"], "chunkSizeMiB": s3["chunkSizeMiB"]},
			from: map[string]string{
				"claimName": o.String() + ", which has the bucket", "existingClaim": o.String() + ", which has the bucket",
				"bucket": o.String() + ", spec", "bucketClass": o.String() + ", spec.additionalConfig",
				"storageClassName": o.String() + ", spec.storageClassName",
				"region":           config + ".region", "chunkSizeMiB": config + ".chunkSizeMiB",
				"endpoint": config + ".regionEndpoint", "trustedCA": config + ".trustedCA",
			},
		}
		if s.choices, err = d.endpoints(texts["regionEndpoint"], s3["trustedCA"]); err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(s3)) {
			if !slices.Contains(saidOfS3, name) && !meansNothing(s3[name]) {
				d.unsaid = append(d.unsaid, "Config cluster, "+at+"."+name)
			}
		}
		return s, nil
	}
	if provisioner == "" {
		return nil, refuse(noClaim, o, "spec.storageClassName", "names class %q, whose provisioner could not be seen", class)
	}
	return nil, refuse(otherStorage, o, "spec.storageClassName", "names class %q of %q, which is not RGW or NooBaa",
		class, provisioner)
}

// madeBucket are the fields of a profile that make such a claim.
func madeBucket(o cluster.Object, spec fields, backend string) map[string]any {
	bucket := map[string]any{}
	if prefix := spec["generateBucketName"]; prefix != nil && prefix != "" {
		bucket["generateName"] = prefix
	} else {
		bucket["name"], bucket["adoptExisting"] = spec["bucketName"], true
	}
	made := map[string]any{"claimName": o.Metadata.Name, "bucket": bucket}
	more, _ := spec["additionalConfig"].(map[string]any)
	bucket["maxSize"] = more["maxSize"]
	if most, ok := more["maxObjects"].(string); ok {
		bucket["maxObjects"] = numberOr(most)
	}
	if backend == "noobaa" {
		made["bucketClass"] = more["bucketclass"]
	}
	return made
}

// numberOr is the number that a text is, or the text.
func numberOr(text string) any {
	if n, err := strconv.Atoi(text); err == nil && strconv.Itoa(n) == text {
		return n
	}
	return text
}

// claimOf finds the one claim that has a bucket: its provisioner writes which one that is
// into the claim, into an ObjectBucket, and into a ConfigMap.
func (d *draft) claimOf(bucket string) (cluster.Object, bucketClaim, error) {
	claims, answers := cluster.ReadAll[bucketClaim](d.ctx, d.reader, cluster.BucketClaims, "")
	of := cluster.ClaimsOfBucket(d.ctx, d.reader, bucket)
	var found []int
	for i, o := range answers.Objects {
		named, _ := textOf(claims[i].Spec, "bucketName")
		if named == bucket || slices.Contains(of, o.Metadata.Namespace+"/"+o.Metadata.Name) ||
			named == "" && cluster.BucketOfClaim(d.ctx, d.reader, o.Metadata.Namespace, o.Metadata.Name) == bucket {
			found = append(found, i)
		}
	}
	d.complete(answers, "ObjectBucketClaims")
	const path = "spec.storage.s3.bucket"
	switch len(found) {
	case 0:
		return cluster.Object{}, bucketClaim{}, refuse(noClaim, d.config, path,
			"names bucket %q, which no ObjectBucketClaim has that could be seen", bucket)
	case 1:
		o := answers.Objects[found[0]]
		return o, claims[found[0]], remains(o)
	}
	var names []string
	for _, i := range found {
		names = append(names, answers.Objects[i].String())
	}
	slices.Sort(names)
	return cluster.Object{}, bucketClaim{}, refuse(noClaim, d.config, path, "names bucket %q, which %d claims have: %s",
		bucket, len(names), strings.Join(names[:min(len(names), 5)], ", "))
}

// endpoints are the ways in which a profile can name an endpoint, the most certain first.
// Which of them is the one, is what the Job would find out.
func (d *draft) endpoints(url string, trusted any) ([]map[string]any, error) {
	scheme, host, found := strings.Cut(strings.TrimRight(url, "/"), "://")
	scheme = strings.ToLower(scheme)
	if !found || scheme != v1alpha1.HTTP && scheme != v1alpha1.HTTPS {
		return nil, refuse(notAlike, d.config, "spec.storage.s3.regionEndpoint", "has no scheme, which is http:// or https://")
	}
	host = strings.ToLower(host)
	name, _, _ := strings.Cut(host, ":")
	var choices, first []map[string]any
	add := func(kind, namespace string, endpoint map[string]any) {
		choice := map[string]any{"endpoint": endpoint, routeNamespace: namespace}
		if scheme == v1alpha1.HTTPS {
			choice["trustedCA"] = d.trustedCA(trusted, name)
		}
		if kind == d.run["ENDPOINT"] { // as the Job of the profile reaches it
			first = append(first, choice)
			return
		}
		choices = append(choices, choice)
	}
	if strings.HasSuffix(name, ".svc") || strings.HasSuffix(name, serviceSuffix) {
		add("service", "", map[string]any{"service": map[string]any{"scheme": scheme}})
	}
	for _, o := range d.routesTo(name) {
		route := map[string]any{"scheme": scheme, "name": o.Metadata.Name}
		add("route", o.Metadata.Namespace, map[string]any{"route": route})
	}
	add("external", "", map[string]any{"external": map[string]any{"scheme": scheme}})
	const field = "regionEndpoint"
	if own := d.run["ENDPOINT_HOST"]; own != "" && place(scheme+"://"+own, field) == place(url, field) {
		host = own // which may have the port of the scheme
	}
	add("host", "", map[string]any{"route": map[string]any{"scheme": scheme, "host": host}})
	return append(first, choices...), nil
}

// routeNamespace is the key under which a choice has the namespace of its Route, which the
// profile has as odf.namespace.
const routeNamespace = "odf.namespace"

// routesTo are the Routes of a host: those of the claim's store, or of any namespace.
func (d *draft) routesTo(host string) []cluster.Object {
	routes, answers := cluster.ReadAll[struct {
		Spec struct {
			Host string `json:"host"`
		} `json:"spec"`
	}](d.ctx, d.reader, cluster.Routes, "")
	var found []cluster.Object
	for i, o := range answers.Objects {
		if strings.ToLower(routes[i].Spec.Host) == host {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		d.complete(answers, "Routes")
	}
	return found
}

// trustedCA is the CA that Config trusts. The ConfigMap that the Job of the draft's profile
// would write is a copy, of what the Job says, or else of what signs for such a host.
func (d *draft) trustedCA(trusted any, host string) map[string]any {
	ca, _ := trusted.(map[string]any)
	name, _ := textOf(ca, "name")
	copied, copy := generators.Parameters(d.bare())[generators.TrustedCAVariable], d.run[generators.CASourceVariable]
	switch {
	case name == "":
		return map[string]any{"system": map[string]any{}}
	case name != copied || !d.own:
		return map[string]any{"configMap": map[string]any{"name": name}}
	case strings.Contains(copy, "service-ca") || copy == "" && strings.Contains(host, ".svc"):
		return map[string]any{"service": map[string]any{}}
	}
	return map[string]any{"ingress": map[string]any{}}
}
