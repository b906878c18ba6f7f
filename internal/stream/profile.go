package stream

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// profiles reports a profile that is delivered beside what is made from it.
func profiles(_ *stream, o *object) kptfn.Results {
	value := o.annotation(generators.LocalConfigAnnotation)
	if o.id.Group != v1alpha1.Group || value != "" && value != "false" {
		return nil
	}
	return o.error(finding.ProfileLeft, "", "the %s %s is for this program, and a cluster refuses its kind; list it under "+
		"generators: or transformers: alone, or give it the annotation %s: \"true\"",
		o.id.Kind, finding.Quote(o.id.Name), generators.LocalConfigAnnotation)
}
