package bootstrap

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGuard(t *testing.T) {
	const fixed = `{"data": {"BUCKET_NAME": "images"}}`
	stops, passes := 3, 0
	for name, test := range map[string]struct {
		config     string
		claimMap   string
		parameters []string
		status     int
		says       string
	}{
		"another bucket": {
			`{"spec": {"storage": {"s3": {"bucket": "old", "regionEndpoint": "https://old"}}}}`, `{}`, nil, stops,
			`spec.storage of ` + config + ` names bucket "old" at "https://old" (s3).`,
		},
		"another bucket, allowed": {
			`{"spec": {"storage": {"s3": {"bucket": "old"}}}}`, `{}`, []string{"ALLOW_STORAGE_SWITCH=true"}, passes,
			`Switching all the same`,
		},
		"only status names it": {
			`{"status": {"storage": {"s3": {"bucket": "old"}}}}`, `{}`, nil, stops,
			`status.storage of ` + config + ` names bucket "old"`,
		},
		"a volume": {
			`{"spec": {"storage": {"pvc": {"claim": "mine"}}}}`, `{}`, nil, stops,
			`names PersistentVolumeClaim "mine" (pvc).`,
		},
		"the operator's volume": {
			`{"spec": {"storage": {"pvc": {}}}}`, `{}`, nil, stops,
			`names PersistentVolumeClaim "image-registry-storage" (pvc).`,
		},
		"another cloud": {
			`{"spec": {"storage": {"azure": {"container": "x"}}}}`, `{}`, nil, stops, `names a store of kind azure.`,
		},
		"no bucket yet": {
			`{"spec": {"storage": {"s3": {"region": "x"}}}, "status": {"storage": {"emptyDir": {}}}}`, `{}`, nil,
			passes, ``,
		},
		"generated name": {
			`{"spec": {"storage": {"s3": {"bucket": "` + bucket + `", "regionEndpoint": "http://older"}}}}`, `{}`,
			nil, passes, ``,
		},
		"fixed name, same host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", "regionEndpoint": "http://RGW.apps.example.com:80/"}}}}`,
			fixed, nil, passes, ``,
		},
		"fixed name, claim's host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", 
				"regionEndpoint": "https://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc:443"}}}}`,
			fixed, nil, passes, ``,
		},
		"fixed name, another host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", "regionEndpoint": "https://minio"}}}}`, fixed, nil,
			stops, `bucket "images" at "https://minio" (s3)`,
		},
		"fixed name, AWS": {
			`{"spec": {"storage": {"s3": {"bucket": "images"}}}}`, fixed, nil, stops, `bucket "images" at "" (s3)`,
		},
		"from a bucket to a volume": {
			`{"spec": {"storage": {"s3": {"bucket": "` + bucket + `"}}}}`, `{}`, onVolume, stops,
			`The profile wants PersistentVolumeClaim "image-registry-storage" (pvc).`,
		},
		"no quoting gets out of it": {
			`{"spec": {"storage": {"s3": {"bucket": "a\"\nb=c"}}}}`, `{}`, nil, stops,
			`names bucket "a\"\u000Ab\u003Dc" at`,
		},
		"in spec and in status both": {
			`{"spec": {"storage": {"gcs": {"bucket": "x"}}}, "status": {"storage": {"swift": {}}}}`, `{}`, nil, stops,
			`status.storage of ` + config + ` names a store of kind swift.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(config, test.config).with(claimMap, test.claimMap).set(test.parameters...)
			l.run()
			if test.says != "" {
				l.says(test.says)
			}
			if test.status == passes {
				l.ends(0, "Done")
				return
			}
			l.ends(3, "spec.bootstrap.allowStorageSwitch: true").writes()
			l.says("image streams would keep references to images that are only in the old storage")
		})
	}
}

// Somebody else's change between the guard's look and the patch makes the patch
// fail, and the guard look again.
func TestGuardHoldsWhenThePatchLands(t *testing.T) {
	l := newLab(t).plan(&incident{On: "patch", Times: 1, Change: map[string]object{
		config: {"spec": object{"storage": object{"s3": object{"bucket": "theirs"}}}},
	}})
	l.run().ends(3, "allowStorageSwitch").says("the object has been modified", `names bucket "theirs"`)
	assert.Contains(t, text(l.Objects[config]), `"storage":{"s3":{"bucket":"theirs"}}`)
}

func TestDrift(t *testing.T) {
	const same, mended = false, true
	for name, test := range map[string]struct {
		config string
		mended bool
	}{
		"other replicas":             {`{"spec": {"replicas": 5, "disableRedirect": true, "defaultRoute": true}}`, same},
		"written out":                {`{"spec": {"storage": {"s3": {"encrypt": false, "keyID": ""}}}}`, same},
		"Removed":                    {`{"spec": {"managementState": "Removed"}}`, mended},
		"storage Managed":            {`{"spec": {"storage": {"managementState": "Managed"}}}`, mended},
		"storage lost":               {`{"spec": {"storage": null}}`, mended},
		"emptyDir as well":           {`{"spec": {"storage": {"emptyDir": {}}}}`, mended},
		"other region":               {`{"spec": {"storage": {"s3": {"region": "x"}}}}`, mended},
		"other endpoint":             {`{"spec": {"storage": {"s3": {"regionEndpoint": "https://x"}}}}`, mended},
		"other CA":                   {`{"spec": {"storage": {"s3": {"trustedCA": null}}}}`, mended},
		"other chunks":               {`{"spec": {"storage": {"s3": {"chunkSizeMiB": 10}}}}`, mended},
		"encrypt":                    {`{"spec": {"storage": {"s3": {"encrypt": true}}}}`, mended},
		"virtual hosted style":       {`{"spec": {"storage": {"s3": {"virtualHostedStyle": true}}}}`, mended},
		"a key":                      {`{"spec": {"storage": {"s3": {"keyID": "x"}}}}`, mended},
		"a content delivery network": {`{"spec": {"storage": {"s3": {"cloudFront": {"baseURL": "x"}}}}}`, mended},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLab(t)
			wanted := text(l.Objects[config]["spec"].(object)["storage"])
			l.with(config, test.config).run().ends(0, "Done")
			if !test.mended {
				l.writes()
				return
			}
			spec := l.Objects[config]["spec"].(object)
			assert.JSONEq(t, wanted, text(spec["storage"]))
			assert.Equal(t, "Managed", spec["managementState"])
		})
	}
}

func TestDriftLeavesReplicasToGit(t *testing.T) {
	l := newLab(t).set("DISABLE_REDIRECT=true").run().ends(0, "Done")
	l.with(config, `{"spec": {"replicas": 5, "disableRedirect": false}}`).run().ends(0, "Done")
	assert.Contains(t, text(l.Objects[config]), `"disableRedirect":true`)
	assert.Contains(t, text(l.Objects[config]), `"replicas":5`)
}
