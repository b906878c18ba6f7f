package takeover

import (
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// handOver names the objects that an engine delivers today, and that the profile brings or
// its Job writes: two writers of one object overwrite each other, and what just leaves Git is
// deleted.
func (d *draft) handOver() []string {
	var lines []string
	secret := d.reader.Get(d.ctx, cluster.Secrets, v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret).Object
	for _, o := range []cluster.Object{d.config, d.pruner, d.claim, secret} {
		if profileOf(o) != "" {
			continue
		}
		missing := generators.MissingKeepingMarks(o.Metadata.Annotations)
		for _, deliverer := range o.Metadata.Deliverers() {
			line := o.String() + ": " + deliverer.String()
			marks := slices.DeleteFunc(generators.KeepingMarks(deliverer.Engine), func(mark string) bool {
				return !slices.Contains(missing, mark)
			})
			if len(marks) > 0 {
				line += ", which would delete it if it left Git without the annotations " + strings.Join(marks, ", ")
			}
			lines = append(lines, line)
		}
	}
	return lines
}
