package stream

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// contents reports an object whose content was changed after the profile made it: what it
// permits or refuses is then not known.
func contents(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.kind().Sealed() {
		return nil
	}
	code, advice := finding.RoleChanged, "keep patches away from it, and give rights of your own by a Role of your own"
	if o.kind().Is(generators.ClassGuard) {
		code, advice = finding.Guard, leaveGuard
	}
	switch hash := o.annotation(generators.ContentAnnotation); {
	case hash == "":
		return o.warning(code, annotations+generators.ContentAnnotation, "is missing, so that it differs from what this "+
			"version renders, and whether it was taken apart cannot be told; render it again")
	case !generators.ContentFits(hash, o.value):
		return o.error(code, "", "was changed after the profile made it (its hash was %s); %s", hash, advice)
	}
	return nil
}
