package scenarios

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// An operation is a section of docs/operations.md. Its blocks are played in their order: one
// of yaml is from then on the profile, one of sh is run.
type operation struct {
	*runner.Scenario
	dir    string
	title  string
	blocks [][]string // the language, and what stands in it
	values *strings.Replacer
	said   strings.Builder // by all commands
}

// A section is one of docs/operations.md, and how it is played.
type section struct {
	title string
	play  func(o *operation)
}

// operations are all sections. Those of one row are played in turn on one cluster: each but the
// last leaves it with a registry on the bucket of the minimal profile.
var operations = [][]section{
	{
		{"Install", installByHand},
		{"Rotate credentials and certificates", rotate},
		{"Switch the registry off, and on again", switchOff},
		{"Disconnected", disconnected},
		{"Upgrade OpenShift", upgradeOpenShift},
		{"Upgrade RegistryProfile", upgradeProduct},
		{"Change the backend", changeBackend},
	},
	{{"Single node", singleNode}, {"A claim that was lost", claimLost}},
	{{"Why did the Job fail", whyTheJobFailed}},
	{{"ODF in external mode, and clients of another cluster", externalMode}},
}

// name is that of the section's scenario.
func (s section) name() string {
	return strings.NewReplacer(" ", "-", ",", "").Replace(strings.ToLower(s.title))
}

var fenced = regexp.MustCompile("(?ms)^```(yaml|sh)\n(.*?)^```$")

// TestOperations does what docs/operations.md says, word for word.
func TestOperations(t *testing.T) {
	t.Parallel()
	blocks := map[string][][]string{}
	for section := range strings.SplitSeq(read(t, "../../../docs/operations.md"), "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			blocks[title] = append(blocks[title], block[1:])
		}
	}
	var titles []string
	for _, inTurn := range operations {
		var names []string
		for _, section := range inTurn {
			titles, names = append(titles, section.title), append(names, section.name())
		}
		t.Run(strings.Join(names, "_"), func(t *testing.T) {
			s := runner.Start(t)
			for _, section := range inTurn {
				if !s.Part(section.name(), func() { playSection(s, section, blocks[section.title]) }) {
					return
				}
			}
		})
	}
	require.ElementsMatch(t, titles, slices.Collect(maps.Keys(blocks)))
}

func playSection(s *runner.Scenario, section section, blocks [][]string) {
	o := &operation{Scenario: s, dir: s.TempDir(), title: section.title, blocks: blocks, values: strings.NewReplacer()}
	o.writeProfile("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n")
	section.play(o)
	require.Empty(o, o.blocks, "not played")
	require.False(o, holds([]byte(o.said.String()), credentialsOf(s)))
	require.Subset(o, secretsByDesign, objectsWith(s, credentialsOf(s)))
}

func (o *operation) writeProfile(content string) {
	o.Helper()
	require.NoError(o, os.WriteFile(filepath.Join(o.dir, "profile.yaml"), []byte(o.values.Replace(content)), 0o644))
}

// next plays the blocks up to the next of sh, which has to succeed, and returns its output.
func (o *operation) next() string {
	o.Helper()
	for len(o.blocks) > 0 {
		language, content := o.blocks[0][0], o.blocks[0][1]
		o.blocks = o.blocks[1:]
		if language == "sh" {
			return o.enter("set -e\n" + content)
		}
		o.writeProfile(content)
	}
	require.Fail(o, "there is no command left", o.title)
	return ""
}

func (o *operation) enter(command string) string {
	o.Helper()
	output, code := typed(o.Scenario, o.dir, command)
	require.Zero(o, code, "%s\n%s", command, output)
	o.said.WriteString(output)
	return output
}

// deliver installs the profile as the section on installing does.
func (o *operation) deliver() {
	o.Helper()
	o.enter("set -e; registry-profile render --output registry profile.yaml; " +
		"oc apply --server-side --force-conflicts -k registry; " +
		"oc wait --for=condition=Complete -f registry/510-job.yaml --timeout=30m")
	awaitObserved(o.Scenario)
}

func installByHand(o *operation) {
	require.Contains(o, o.next(), "new")
	o.next()
	awaitObserved(o.Scenario)
	serveGateway(o.Scenario)
	o.ServeRegistry()
	require.Contains(o, o.next(), " 0 errors, ")
	requireInstalled(o.Scenario)
	image(o.Scenario)()
}

func rotate(o *operation) {
	o.deliver()
	pull := image(o.Scenario)
	credentialsRotated(o.Scenario)
	o.next()
	requireInstalled(o.Scenario)
	pull()
}

func switchOff(o *operation) {
	o.deliver()
	pull := image(o.Scenario)
	before := o.RegistryConfig().Spec.Storage
	require.Contains(o, o.next(), "Removed")
	require.Equal(o, before, o.RegistryConfig().Spec.Storage)
	o.next()
	require.EqualValues(o, "Managed", o.RegistryConfig().Spec.ManagementState)
	require.Equal(o, before, o.RegistryConfig().Spec.Storage)
	pull()
}

func disconnected(o *operation) {
	o.deliver()
	require.Contains(o, o.next(), "/openshift4/ose-cli")
	require.Contains(o, o.next(), "@sha256:")
}

// whyTheJobFailed is a registry on a volume, which is then left without its images: the
// user's own decision, in the cluster.
func whyTheJobFailed(o *operation) {
	runOnVolume(o.Scenario, "of-before")
	o.enter("registry-profile render --output registry profile.yaml && oc apply --server-side --force-conflicts -k registry && " +
		"oc wait --for=condition=Failed -f registry/510-job.yaml --timeout=30m")
	require.Contains(o, o.next(), "leaveStorage: [{claim: of-before}]")
	require.Contains(o, o.next(), "[job-failed]")
	require.Equal(o, "of-before", o.RegistryConfig().Spec.Storage.PVC.Claim)
	patchConfig(o.Scenario, `{"spec":{"storage":{"pvc":null,"emptyDir":{}}}}`)
	awaitObserved(o.Scenario)
	o.next()
	requireInstalled(o.Scenario)
}

func singleNode(o *operation) {
	o.next()
	requireOurBucket(o.Scenario)
	require.EqualValues(o, 1, o.RegistryConfig().Spec.Replicas)
}

func externalMode(o *operation) {
	placeOutside(o.Scenario)
	require.NoError(o, os.WriteFile(filepath.Join(o.dir, "ca.crt"), []byte(o.CephCA.Bundle()), 0o644))
	o.next()
	o.next()
	require.Contains(o, o.RegistryConfig().Spec.Storage.S3.RegionEndpoint, "https://")
	image(o.Scenario)()
}

func changeBackend(o *operation) {
	o.deliver()
	pull := image(o.Scenario)
	said := o.next()
	old := o.RegistryConfig().Spec.Storage.S3.Bucket
	require.Contains(o, said, old)
	require.True(o, o.RegistryConfig().Spec.ReadOnly)

	require.NotContains(o, o.next(), old)
	require.Equal(o, old, o.RegistryConfig().Spec.Storage.S3.Bucket)
	claim := &bucketv1alpha1.ObjectBucketClaim{}
	key := claimKey
	key.Name = "image-registry-noobaa"
	require.NoError(o, o.Client.Get(o.Ctx, key, claim))
	require.NoError(o, o.Store.Copy(o.Ctx, old, claim.Spec.BucketName))

	o.values = strings.NewReplacer("OLD-BUCKET", old)
	o.next()
	require.Equal(o, claim.Spec.BucketName, o.RegistryConfig().Spec.Storage.S3.Bucket)
	require.False(o, o.RegistryConfig().Spec.ReadOnly)
	pull()
}

func upgradeOpenShift(o *operation) {
	o.deliver()
	pull := image(o.Scenario)
	o.next()
	pull()
}

func upgradeProduct(o *operation) {
	o.deliver()
	pull := image(o.Scenario)
	o.next()
	o.next()
	pull()
}

func claimLost(o *operation) {
	o.deliver()
	old := o.RegistryConfig().Spec.Storage.S3.Bucket
	claim := &bucketv1alpha1.ObjectBucketClaim{ObjectMeta: claimMeta}
	deleteGuarded(o.Scenario, claim)
	awaitGone(o.Scenario, claim)
	o.enter("oc apply --server-side --force-conflicts -k registry")
	require.NotContains(o, o.next(), old)
	o.values = strings.NewReplacer("OLD-BUCKET", old)
	o.next()
	require.NotEqual(o, old, o.RegistryConfig().Spec.Storage.S3.Bucket)
	image(o.Scenario)()
}
