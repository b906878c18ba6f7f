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
		var by []string
		for _, deliverer := range o.Metadata.Deliverers() {
			by = append(by, deliverer.String())
		}
		if len(by) == 0 {
			continue
		}
		line := o.String() + ": " + strings.Join(by, ", ")
		if missing := generators.MissingKeepingMarks(o.Metadata.Annotations); len(missing) > 0 {
			slices.Sort(missing)
			line += "; before it leaves Git, it needs there and in the cluster the annotations " + strings.Join(missing, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}
