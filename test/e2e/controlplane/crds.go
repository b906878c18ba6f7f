package controlplane

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The definitions that no Go module ships in a form that a current API server
// takes: lib-bucket-provisioner's are apiextensions.k8s.io/v1beta1, StorageCluster is
// reduced to what is read of it, status.phase, and Flux's sources to what any may say.
//
//go:embed crds/*.yaml
var crds embed.FS

// openshift lists the definitions that github.com/openshift/api ships, the
// feature set being Default where there are several.
var openshift = []string{
	"imageregistry/v1/zz_generated.crd-manifests/00_configs.crd.yaml",
	"imageregistry/v1/zz_generated.crd-manifests/01_imagepruners.crd.yaml",
	"route/v1/zz_generated.crd-manifests/routes.crd.yaml",
	"config/v1/zz_generated.crd-manifests/0000_00_cluster-version-operator_01_clusteroperators.crd.yaml",
	"config/v1/zz_generated.crd-manifests/0000_10_config-operator_01_infrastructures-Default.crd.yaml",
	"config/v1/zz_generated.crd-manifests/0000_10_config-operator_01_images-Default.crd.yaml",
	"monitoring/v1/zz_generated.crd-manifests/0000_50_monitoring_01_alertingrules.crd.yaml",
}

// flux lists the definitions that github.com/fluxcd/kustomize-controller ships.
var flux = []string{"config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"}

// argoCD lists the definitions that github.com/argoproj/argo-cd ships.
var argoCD = []string{"manifests/crds/application-crd.yaml", "manifests/crds/appproject-crd.yaml"}

// definitions returns the paths of all CustomResourceDefinitions to install.
func definitions(ctx context.Context, dir string) ([]string, error) {
	var paths []string
	for _, source := range []struct {
		dir, module string
		paths       []string
	}{
		{".", "github.com/openshift/api", openshift},
		{"../programs/kustomize-controller", "github.com/fluxcd/kustomize-controller", flux},
		{"../programs/argocd", "github.com/argoproj/argo-cd/v3", argoCD},
	} {
		cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", source.module)
		cmd.Dir = source.dir
		module, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", source.module, err)
		}
		for _, path := range source.paths {
			paths = append(paths, filepath.Join(strings.TrimSpace(string(module)), path))
		}
	}
	own := filepath.Join(dir, "definitions")
	if err := os.CopyFS(own, crds); err != nil {
		return nil, err
	}
	return append(paths, filepath.Join(own, "crds")), nil
}
