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
// takes: lib-bucket-provisioner's are apiextensions.k8s.io/v1beta1, and
// StorageCluster is reduced to what is read of it, status.phase.
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
}

// definitions returns the paths of all CustomResourceDefinitions to install.
func definitions(ctx context.Context, dir string) ([]string, error) {
	module, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/openshift/api").Output()
	if err != nil {
		return nil, fmt.Errorf("finding github.com/openshift/api: %w", err)
	}
	var paths []string
	for _, path := range openshift {
		paths = append(paths, filepath.Join(strings.TrimSpace(string(module)), path))
	}
	own := filepath.Join(dir, "definitions")
	if err := os.CopyFS(own, crds); err != nil {
		return nil, err
	}
	return append(paths, filepath.Join(own, "crds")), nil
}
