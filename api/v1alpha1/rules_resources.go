package v1alpha1

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The resources that every node has. Those whose name begins with hugePages it has if
// they are set up, and those of a domain's own from a device plugin.
const (
	cpu, memory, ephemeralStorage = "cpu", "memory", "ephemeral-storage"
	hugePages                     = "hugepages-"
)

var resourcesRules = []Rule{{
	Code:     "resources-name",
	Severity: kptfn.Error,
	Doc:      "The API server knows cpu, memory, ephemeral-storage and huge pages; others have a domain in their name.",
	check:    eachQuantity(checkResourceName),
}, {
	Code:     "resources-quantity",
	Severity: kptfn.Error,
	Doc:      "Requests and limits are quantities that are not negative, and whole where the resource cannot be divided.",
	check:    eachQuantity(checkResourceQuantity),
}, {
	Code:     "resources-unit",
	Severity: kptfn.Error,
	Doc:      "Memory is counted in bytes: 100m is a tenth of one, and no container starts in less than a mebibyte.",
	check: eachQuantity(func(path, name, value string, r finding.Reporter) {
		q, err := parseQuantity(value)
		if (name == memory || name == ephemeralStorage) && err == nil && q.Sign() > 0 && q.Cmp(mebibyte) < 0 {
			tooSmall(r.At(path).Value(value), value, "Mi", "256Mi")
		}
	}),
}, {
	Code:     "resources-unlikely",
	Severity: kptfn.Warning,
	Doc:      "So many processors, or so much memory, hardly any node has: most likely a unit is missing or wrong.",
	check: eachQuantity(func(path, name, value string, r finding.Reporter) {
		q, err := parseQuantity(value)
		switch {
		case err != nil:
		case name == cpu && q.Cmp(resource.MustParse("64")) > 0:
			r.At(path).Value(value).Say("is a number of whole processors; write one such as \"500m\" if thousandths " +
				"were meant")
		case name == memory && q.Cmp(resource.MustParse("1Ti")) > 0:
			r.At(path).Value(value).Say("is more memory than most nodes have; check the unit, \"1Gi\" is usual")
		}
	}),
}, {
	Code:     "resources-limits",
	Severity: kptfn.Error,
	Doc:      "A request above its limit is refused by the API server, after the sync has begun.",
	check: eachPod(func(path string, p pod, r finding.Reporter) {
		if p.resources != nil {
			checkLimits(path+".resources", p.resources, r)
		}
	}),
}}

// eachQuantity calls a check with every request and limit of every pod, and their names.
func eachQuantity(check func(path, name, value string, r finding.Reporter)) func(*RegistryProfile, finding.Reporter) {
	return eachPod(func(path string, p pod, r finding.Reporter) {
		if p.resources == nil {
			return
		}
		for name, value := range p.resources.Limits {
			check(path+".resources.limits."+name, name, value, r)
		}
		for name, value := range p.resources.Requests {
			check(path+".resources.requests."+name, name, value, r)
		}
	})
}

// checkResourceName refuses the name of a resource that the API server refuses for a
// container (kubernetes, pkg/apis/core/validation, ValidateContainerResourceName).
func checkResourceName(path, name, _ string, r finding.Reporter) {
	known := []string{cpu, memory, ephemeralStorage}
	domain, _, qualified := strings.Cut(name, "/")
	switch {
	case slices.Contains(known, name), isHugePages(name) && isLabelKey(name):
	case qualified && isExtended(name), qualified && isLabelKey(name) && strings.HasSuffix(domain, "kubernetes.io"):
	default:
		bare := strings.TrimPrefix(strings.TrimPrefix(name, "requests."), "limits.")
		draft := r.At(path).Stands(name)
		if guess := finding.Nearest(bare, known); guess != "" {
			draft.Propose(guess).Say("%s is no resource of a container; did you mean %q?", finding.Quote(name), guess)
			return
		}
		draft.Say("%s is no resource of a container; write cpu, memory or ephemeral-storage, or a name with a domain "+
			"such as \"example.com/device\"", finding.Quote(name))
	}
}

// isHugePages tells whether a resource is huge pages of one size.
func isHugePages(name string) bool { return strings.HasPrefix(name, hugePages) }

// isExtended tells whether a resource is of a domain's own, so that it can neither be
// divided nor shared.
func isExtended(name string) bool {
	return strings.Contains(name, "/") && !strings.Contains(name, "kubernetes.io/") &&
		!strings.HasPrefix(name, "requests.") && len(validation.IsQualifiedName("requests."+name)) == 0
}

func checkResourceQuantity(path, name, value string, r finding.Reporter) {
	q, err := parseQuantity(value)
	switch {
	case err != nil || q.Sign() < 0:
		r.At(path).Value(value).Say("is not a quantity; write one such as \"100m\" or \"256Mi\"")
	case isExtended(name) && q.MilliValue()%1000 != 0:
		r.At(path).Value(value).Say("is no whole number, and %s cannot be divided; write one such as \"1\"", name)
	case isHugePages(name) && !isMultiple(q, strings.TrimPrefix(name, hugePages)):
		r.At(path).Value(value).Say("is no multiple of the size of a page in %s; write one such as %q", name,
			strings.TrimPrefix(name, hugePages))
	}
}

// isMultiple tells whether a quantity is a multiple of the size of a page.
func isMultiple(q resource.Quantity, page string) bool {
	size, err := parseQuantity(page)
	return err == nil && size.Value() > 0 && q.MilliValue()%1000 == 0 && q.Value()%size.Value() == 0
}

// checkLimits refuses requests that do not go together with the limits
// (kubernetes, pkg/apis/core/validation, validateResourceRequirements).
func checkLimits(path string, resources *Resources, r finding.Reporter) {
	for name, value := range resources.Requests {
		at := fmt.Sprintf("%s.requests.%s", path, name)
		limited, isLimited := resources.Limits[name]
		request, errRequest := parseQuantity(value)
		limit, errLimit := parseQuantity(limited)
		whole := isExtended(name) || isHugePages(name)
		switch {
		case errRequest != nil || isLimited && errLimit != nil:
		case whole && (!isLimited || request.Cmp(limit) != 0):
			r.At(at).Value(value).Say("must be the limit too, as %s is not shared; write the same under limits", name)
		case isLimited && request.Cmp(limit) > 0:
			r.At(at).Value(value).Say("is above the limit of %s; lower it, or raise the limit", finding.Quote(limited))
		}
	}
	names := slices.Concat(slices.Collect(maps.Keys(resources.Requests)), slices.Collect(maps.Keys(resources.Limits)))
	if slices.ContainsFunc(names, isHugePages) && !slices.Contains(names, cpu) && !slices.Contains(names, memory) {
		r.At(path).Say("has huge pages without cpu or memory, which the API server refuses; add a request of memory")
	}
}
