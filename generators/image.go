package generators

import (
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/schema"
)

// Images returns the images of all pods that the resources of a profile start, sorted. It
// reads them from the resources, so that no generator can be forgotten.
func Images(p *v1alpha1.RegistryProfile) []string {
	var images []string
	for _, r := range Expand(p) {
		if r.Class == ClassScript {
			images = imagesIn(schema.Value(r.YNode()), images)
		}
	}
	slices.Sort(images)
	return slices.Compact(images)
}

// imagesIn adds the images of the containers in a value.
func imagesIn(value any, images []string) []string {
	switch value := value.(type) {
	case map[string]any:
		if image, ok := value["image"].(string); ok {
			images = append(images, image)
		}
		for _, field := range value {
			images = imagesIn(field, images)
		}
	case []any:
		for _, item := range value {
			images = imagesIn(item, images)
		}
	}
	return images
}
