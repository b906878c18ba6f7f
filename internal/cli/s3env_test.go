package cli_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/test/inspect"
)

const (
	claimName    = "image-registry-rgw"
	registry     = "openshift-image-registry"
	rgwHost      = "rook-ceph-rgw-store.openshift-storage.svc"
	theAccessKey = "AKIA-very-secret"
	theSecretKey = "se/cr+et=="
)

func clusterObject(apiVersion, kind, namespace, name string, fields inspect.Object) inspect.Object {
	object := inspect.Object{"apiVersion": apiVersion, "kind": kind}
	metadata := inspect.Object{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	object["metadata"] = metadata
	for key, value := range fields {
		object[key] = value
	}
	return object
}

// boundCluster returns what a cluster holds on which the claim of a minimal profile is Bound,
// by the kinds of the objects.
func boundCluster() map[string]inspect.Object {
	claim := clusterObject("objectbucket.io/v1alpha1", "ObjectBucketClaim", registry, claimName, inspect.Object{
		"spec":   inspect.Object{"storageClassName": "ocs-storagecluster-ceph-rgw"},
		"status": inspect.Object{"phase": "Bound"},
	})
	const provisioner = "openshift-storage.ceph.rook.io/bucket"
	claim["metadata"].(inspect.Object)["labels"] = inspect.Object{"bucket-provisioner": strings.ReplaceAll(provisioner, "/", "-")}
	return map[string]inspect.Object{
		"claim": claim,
		"class": clusterObject("storage.k8s.io/v1", "StorageClass", "", "ocs-storagecluster-ceph-rgw",
			inspect.Object{"provisioner": provisioner}),
		"map": clusterObject("v1", "ConfigMap", registry, claimName, inspect.Object{"data": inspect.Object{
			"BUCKET_NAME": "images-1", "BUCKET_HOST": rgwHost, "BUCKET_PORT": "443",
		}}),
		"secret": clusterObject("v1", "Secret", registry, claimName, inspect.Object{"data": inspect.Object{
			"AWS_ACCESS_KEY_ID": inBase64(theAccessKey), "AWS_SECRET_ACCESS_KEY": inBase64(theSecretKey),
		}}),
		"route": clusterObject("route.openshift.io/v1", "Route", "openshift-storage", "ocs-storagecluster-cephobjectstore-secure",
			inspect.Object{"spec": inspect.Object{
				"host": "rgw.apps.example.com", "to": inspect.Object{"kind": "Service", "name": "rook-ceph-rgw-store"},
			}}),
		"config": configWith(inspect.Object{
			"bucket": "it's a b$(id)cket", "region": "us-east-1", "regionEndpoint": "https://s3.example.com",
		}),
		"keys": clusterObject("v1", "Secret", registry, "image-registry-private-configuration-user", inspect.Object{"data": inspect.Object{
			"REGISTRY_STORAGE_S3_ACCESSKEY": inBase64(theAccessKey), "REGISTRY_STORAGE_S3_SECRETKEY": inBase64(theSecretKey),
		}}),
	}
}

func configWith(s3 inspect.Object) inspect.Object {
	return clusterObject("imageregistry.operator.openshift.io/v1", "Config", "", "cluster",
		inspect.Object{"spec": inspect.Object{"storage": inspect.Object{"s3": s3}}})
}

// writeCluster writes objects to a file for --from.
func writeCluster(t *testing.T, objects map[string]inspect.Object) string {
	t.Helper()
	var documents strings.Builder
	for _, object := range objects {
		content, err := yaml.Marshal(object)
		require.NoError(t, err)
		fmt.Fprintf(&documents, "---\n%s", content)
	}
	return filepath.Join(write(t, "cluster.yaml", documents.String()), "cluster.yaml")
}

// TestS3EnvInShell evaluates the output with sh, and an oc that stands in for the real one:
// it carries out no template, but finds the key that the template names.
func TestS3EnvInShell(t *testing.T) {
	from := writeCluster(t, boundCluster())
	bin := write(t, "oc", `#!/bin/sh
echo "$*" >>"$0.log"
case "$*" in
"get secret -n `+registry+` "*"{{.data.AWS_ACCESS_KEY_ID | base64decode}}"|\
"get secret -n `+registry+` "*"{{.data.REGISTRY_STORAGE_S3_ACCESSKEY | base64decode}}") printf '%s' '`+theAccessKey+`';;
"get secret -n `+registry+` "*"{{.data.AWS_SECRET_ACCESS_KEY | base64decode}}"|\
"get secret -n `+registry+` "*"{{.data.REGISTRY_STORAGE_S3_SECRETKEY | base64decode}}") printf '%s' '`+theSecretKey+`';;
*) exit 1;;
esac
`)
	require.NoError(t, os.Chmod(filepath.Join(bin, "oc"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "none")
	}
	file := filepath.Join(write(t, "profile.yaml", profile("registry", "{}")), "profile.yaml")
	const show = `; printf '%s|' "$AWS_ENDPOINT_URL_S3" "$AWS_REGION" "$AWS_DEFAULT_REGION" "$BUCKET_NAME" ` +
		`"$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"`
	const claims = "https://rgw.apps.example.com|us-east-1|us-east-1|images-1|"
	const configs = "https://s3.example.com|us-east-1|us-east-1|it's a b$(id)cket|"
	for name, c := range map[string]struct {
		arguments []string
		want      string
	}{
		"claim":           {[]string{file}, claims + "none|none|"},
		"claim and keys":  {[]string{"--keys", file}, claims + theAccessKey + "|" + theSecretKey + "|"},
		"config":          {nil, configs + "none|none|"},
		"config and keys": {[]string{"--keys"}, configs + theAccessKey + "|" + theSecretKey + "|"},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(filepath.Join(bin, "oc.log"))
			printed := good(t, "", append([]string{"s3-env", "--from", from}, c.arguments...)...)
			assert.NotContains(t, printed, theAccessKey)
			assert.NotContains(t, printed, theSecretKey)
			output, err := exec.Command("sh", "-euc", printed+"\n:"+show).CombinedOutput()
			require.NoError(t, err, string(output))
			assert.Equal(t, c.want, string(output))
			if !strings.Contains(name, "keys") {
				assert.NoFileExists(t, filepath.Join(bin, "oc.log"))
			}
		})
	}
	t.Run("a client that fails", func(t *testing.T) {
		require.NoError(t, os.WriteFile(filepath.Join(bin, "oc"), []byte("#!/bin/sh\nexit 1\n"), 0o755))
		printed := good(t, "", "s3-env", "--from", from, "--keys", file)
		assert.Error(t, exec.Command("sh", "-euc", printed).Run())
	})
}

// TestS3EnvForAWS: without a key in it, as it is written to a file.
func TestS3EnvForAWS(t *testing.T) {
	from := writeCluster(t, boundCluster())
	file := filepath.Join(write(t, "profile.yaml", profile("registry", "{}")), "profile.yaml")
	const head = `# The bucket of ObjectBucketClaim openshift-image-registry/image-registry-rgw: images-1
[profile registry]
endpoint_url = https://rgw.apps.example.com
region = us-east-1
`
	const process = `credential_process = oc get secret -n openshift-image-registry image-registry-rgw -o ` +
		`'go-template={"Version": 1, "AccessKeyId": "{{.data.AWS_ACCESS_KEY_ID | base64decode}}", ` +
		`"SecretAccessKey": "{{.data.AWS_SECRET_ACCESS_KEY | base64decode}}"}'` + "\n"
	assert.Equal(t, head+process, good(t, "", "s3-env", "--from", from, "--format", "aws-profile", "--keys", file))
	assert.Equal(t, head+"# The keys:\n# "+process, good(t, "", "s3-env", "--from", from, "--format", "aws-profile", file))
}

// TestS3EnvNamesTheClient: the keys have to come from the cluster that was looked at.
func TestS3EnvNamesTheClient(t *testing.T) {
	config := `{"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {"name": "cluster"},
"spec": {"storage": {"s3": {"bucket": "images"}}}}`
	secret := `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "image-registry-private-configuration-user",
"namespace": "openshift-image-registry"}, "data": {}}`
	bin := write(t, "my oc", "#!/bin/sh\ncase $3 in\n*/configs/cluster) echo '"+config+"';;\n*/secrets/*) echo '"+secret+"';;\n"+
		`*) echo '{"kind":"APIGroupList"}';;`+"\nesac\n")
	client := filepath.Join(bin, "my oc")
	require.NoError(t, os.Chmod(client, 0o755))
	printed := good(t, "", "s3-env", "--kubectl", client, "--context", "it's b")
	assert.Contains(t, printed, "$('"+client+"' get secret -n ")
	assert.Contains(t, printed, ` '--context=it'\''s b')`)
	assert.Contains(t, printed, "export BUCKET_NAME=images\n")
	assert.NotContains(t, printed, "ENDPOINT", "that of Amazon")
}

// TestS3EnvOfMustGather: it has the sizes of the keys, which is enough.
func TestS3EnvOfMustGather(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "must-gather")
	objects := boundCluster()
	require.NoError(t, inspect.Namespace(dir, registry, []inspect.Object{objects["map"], objects["secret"], objects["keys"]}, nil))
	require.NoError(t, inspect.Resources(dir, objects["claim"], objects["class"], objects["route"], objects["config"]))
	require.NoError(t, inspect.Discovery(dir, cluster.BucketClaims, cluster.Configs))
	file := filepath.Join(write(t, "profile.yaml", profile("registry", "{}")), "profile.yaml")
	assert.Contains(t, good(t, "", "s3-env", "--must-gather", dir, file), "export BUCKET_NAME=images-1\n")
	assert.Contains(t, good(t, "", "s3-env", "--must-gather", dir), `export BUCKET_NAME='it'\''s a b$(id)cket'`+"\n")
}

// TestS3EnvOfWhatIsNotThere: a must-gather that lists everything says so.
func TestS3EnvOfWhatIsNotThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "must-gather")
	require.NoError(t, inspect.Namespace(dir, registry, nil, nil))
	require.NoError(t, inspect.Resources(dir, boundCluster()["config"], boundCluster()["route"]))
	require.NoError(t, inspect.Discovery(dir, cluster.Configs))
	file := filepath.Join(write(t, "profile.yaml", profile("registry", "{}")), "profile.yaml")
	for want, r := range map[string]result{
		"error: there is no ObjectBucketClaim openshift-image-registry/image-registry-rgw. Deliver all that was rendered, " +
			"or make the claim that the profile's existingClaim names.\n": run("", "s3-env", "--must-gather", dir, file),
		"error: there is no Secret openshift-image-registry/image-registry-private-configuration-user. " +
			"Without it the registry has its keys from the cloud, or none.\n": run("", "s3-env", "--must-gather", dir),
	} {
		assert.Equal(t, result{1, "", want}, r)
	}
}

// TestS3EnvEnds: with 1 where the cluster does not allow it, with 2 where it was not seen.
// Nothing is on stdout then.
func TestS3EnvEnds(t *testing.T) {
	const unseen = "is not in the input"
	for name, c := range map[string]struct {
		spec   string // of the profile, or "" for none
		change func(objects map[string]inspect.Object)
		code   int
		err    string
	}{
		"pending": {"{}", func(o map[string]inspect.Object) { o["claim"]["status"] = inspect.Object{"phase": "Pending"} }, 1,
			`^error: the phase of ObjectBucketClaim ` + registry + "/" + claimName + " is Pending. Find out why .* is Ready.\n$"},
		"other class": {"{}", func(o map[string]inspect.Object) { o["claim"]["spec"] = inspect.Object{"storageClassName": "other"} }, 1,
			`^error: ObjectBucketClaim .* is of StorageClass "other", but the profile wants `},
		"a key as its host": {"{}", func(o map[string]inspect.Object) {
			o["map"]["data"].(inspect.Object)["BUCKET_HOST"] = "https://" + theAccessKey + "@" + rgwHost
		}, 1, `^error: .*BUCKET_HOST`},
		"a key as its name": {"", func(o map[string]inspect.Object) {
			s3 := o["config"]["spec"].(inspect.Object)["storage"].(inspect.Object)["s3"].(inspect.Object)
			s3["bucket"] = theSecretKey
		}, 1, `^error: Config .* holds a credential where .*\(hidden\).* should be`},
		"other store": {
			"{}", func(o map[string]inspect.Object) { o["route"]["spec"] = inspect.Object{"host": "a.example.com"} },
			1, "leads to nothing",
		},
		"no keys": {
			"{}", func(o map[string]inspect.Object) { o["secret"]["data"] = inspect.Object{} },
			1, "AWS_ACCESS_KEY_ID is missing or empty",
		},
		"volume":        {"{storage: {cephfs: {}}}", func(map[string]inspect.Object) {}, 1, "^error: The profile keeps the images on a volume, "},
		"wrong profile": {"{registry: {replicas: 0}}", func(map[string]inspect.Object) {}, 1, "^error: .*: spec.registry.replicas: "},
		"no claim seen": {"{}", func(o map[string]inspect.Object) { delete(o, "claim") }, 2,
			"^error: where the bucket is cannot be said: ObjectBucketClaim .* " + unseen},
		"no route seen":  {"{}", func(o map[string]inspect.Object) { delete(o, "route") }, 2, "Route .* " + unseen},
		"no secret seen": {"{}", func(o map[string]inspect.Object) { delete(o, "secret") }, 0, "^warning: Secret .* " + unseen + "\n$"},
		"literal host": {"{storage: {rgw: {endpoint: {route: {host: s3.example.com}}, trustedCA: {system: {}}}}}",
			func(map[string]inspect.Object) {}, 0, "^warning: Nothing in the cluster says that https://s3.example.com leads to "},
		"config on volume": {"", func(o map[string]inspect.Object) {
			o["config"]["spec"] = inspect.Object{"storage": inspect.Object{"pvc": inspect.Object{}}}
		}, 1, "names no bucket"},
		"config unseen": {"", func(o map[string]inspect.Object) { delete(o, "config") }, 2, "Config cluster " + unseen},
		"config of two lines": {"", func(o map[string]inspect.Object) { o["config"] = configWith(inspect.Object{"bucket": "a\nb"}) }, 1,
			`^error: Config cluster holds "a\\nb", which `},
	} {
		t.Run(name, func(t *testing.T) {
			objects := boundCluster()
			c.change(objects)
			arguments := []string{"s3-env", "--from", writeCluster(t, objects)}
			if c.spec != "" {
				arguments = append(arguments, filepath.Join(write(t, "profile.yaml", profile("registry", c.spec)), "profile.yaml"))
			}
			r := run("", arguments...)
			assert.Equal(t, c.code, r.code, r.err)
			assert.Regexp(t, c.err, r.err)
			assert.Equal(t, c.code != 0, r.out == "", r.out)
			for _, key := range []string{theAccessKey, theSecretKey} {
				assert.NotContains(t, r.out+r.err, key)
			}
		})
	}
	assert.Equal(t, result{2, "", "error: --format: \"json\" is no format; write shell or aws-profile\n"},
		run("", "s3-env", "--format", "json"))
	assert.Equal(t, result{2, "", "error: stdin cannot be both the profile and the cluster's objects\n"},
		run("", "s3-env", "--from", "-", "-"))
}

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
