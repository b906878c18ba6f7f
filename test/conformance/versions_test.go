package conformance

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/versions.md")

// programs are those that the scenarios run, each with its folder and its module there.
var programs = [][3]string{
	{"Argo CD", "argocd", "github.com/argoproj/argo-cd/v3"},
	{"Flux, kustomize-controller", "kustomize-controller", "github.com/fluxcd/kustomize-controller"},
	{"kpt", "kpt", "github.com/kptdev/kpt"},
	{"kustomize", "kustomize", "sigs.k8s.io/kustomize/kustomize/v5"},
	{"kube-apiserver, kube-controller-manager, kubectl", "kubernetes", "k8s.io/kubernetes"},
	{"etcd", "etcd", "go.etcd.io/etcd/server/v3"},
	{"registry (CNCF distribution)", "registry", "github.com/distribution/distribution/v3"},
}

// TestVersionsDocument holds docs/versions.md to the modules that the tests use.
func TestVersionsDocument(t *testing.T) {
	const begin, end = "<!-- generated -->\n", "<!-- end -->"
	path := filepath.Join(root, "docs/versions.md")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(content), begin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, end)
	require.True(t, found)
	want := before + begin + versionTables(t) + end + after
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
	}
	require.Equal(t, want, string(content), "run the test with -update, and read the diff")
}

func versionTables(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| program | version |\n|---|---|\n")
	for _, p := range programs {
		version := ""
		for _, r := range goMod(t, "../e2e/programs/"+p[1]).Require {
			if r.Mod.Path == p[2] {
				version = strings.TrimPrefix(r.Mod.Version, "v")
			}
		}
		require.NotEmpty(t, version, p[0])
		fmt.Fprintf(&b, "| %s | %s |\n", p[0], version)
	}
	b.WriteString("\n| OpenShift | CRDs of Config and ImagePruner, from openshift/api |\n|---|---|\n")
	revisions := map[string]string{"": "not to be had; those of the versions around it are"}
	for _, r := range goMod(t, ".").Replace {
		revisions[r.Old.Path] = r.New.Version
	}
	for _, minor := range slices.Sorted(maps.Keys(apis)) {
		fmt.Fprintf(&b, "| 4.%d | %s |\n", minor, revisions[apis[minor]])
	}
	return b.String()
}

func goMod(t *testing.T, folder string) *modfile.File {
	content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	require.NoError(t, err)
	file, err := modfile.Parse("go.mod", content, nil)
	require.NoError(t, err)
	return file
}
