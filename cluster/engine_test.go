package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/cluster"
)

func TestDeliverers(t *testing.T) {
	for want, m := range map[string]cluster.Metadata{
		"Application registry of Argo CD": {Annotations: map[string]string{
			"argocd.argoproj.io/tracking-id": "registry:imageregistry.operator.openshift.io/Config:/cluster"}},
		"Application teams/registry of Argo CD": {Annotations: map[string]string{
			"argocd.argoproj.io/tracking-id": "teams_registry:imageregistry.operator.openshift.io/Config:/cluster"}},
		"Kustomization flux-system/registry of Flux": {Labels: map[string]string{
			"kustomize.toolkit.fluxcd.io/name": "registry", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}},
		"release infra/registry of Helm": {Annotations: map[string]string{
			"meta.helm.sh/release-name": "registry", "meta.helm.sh/release-namespace": "infra"}},
		"inventory 4d1a of kpt": {Annotations: map[string]string{"config.k8s.io/owning-inventory": "4d1a"}},
	} {
		deliverers := m.Deliverers()
		if assert.Len(t, deliverers, 1, want) {
			assert.Equal(t, want, deliverers[0].String())
		}
	}
	assert.Empty(t, cluster.Metadata{
		Labels:      map[string]string{"kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
		Annotations: map[string]string{"argocd.argoproj.io/tracking-id": ""},
	}.Deliverers())
}
