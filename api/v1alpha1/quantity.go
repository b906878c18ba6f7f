package v1alpha1

import (
	"regexp"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Sizes by which a slip is told from what is meant. No volume and no bucket of less than
// a mebibyte can hold an image; hardly any is smaller than a gibibyte, or larger than a
// pebibyte.
var mebibyte, gibibyte, pebibyte = resource.MustParse("1Mi"), resource.MustParse("1Gi"), resource.MustParse("1Pi")

// checkSize refuses the size of a volume or bucket that can be none.
func checkSize(path, size string, r finding.Reporter) {
	if size == "" {
		return
	}
	q, err := parseQuantity(size)
	switch {
	case err != nil || q.Sign() <= 0:
		r.At(path).Value(size).Say("is not a size; write a positive quantity such as \"100Gi\"")
	case q.Cmp(mebibyte) < 0:
		tooSmall(r.At(path).Value(size), size, "Gi", "100Gi")
	}
}

// tooSmall says that a quantity of bytes lacks its unit.
func tooSmall(draft finding.Draft, quantity, unit, example string) {
	if digits := unitless().FindStringSubmatch(quantity); digits != nil {
		draft.Propose(digits[1]+unit).Say("is a quantity in bytes and less than a mebibyte; write it with its unit, "+
			"such as %q", digits[1]+unit)
		return
	}
	draft.Say("is less than a mebibyte; write a quantity such as %q", example)
}

// unitless matches a number without a unit, or with the unit of a thousandth.
var unitless = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([1-9][0-9]{0,5})m?$`) })

// checkLikelySize warns of the size of a volume or bucket that hardly anybody means.
func checkLikelySize(path, size string, r finding.Reporter) {
	q, err := parseQuantity(size)
	switch {
	case err != nil || q.Cmp(mebibyte) < 0:
	case q.Cmp(gibibyte) < 0:
		r.At(path).Value(size).Say("is hardly enough for one image; write a quantity such as \"100Gi\"")
	case q.Cmp(pebibyte) > 0:
		r.At(path).Value(size).Say("is more than a pebibyte; check the unit, \"100Gi\" is a usual size")
	}
}

// parseQuantity parses a Kubernetes quantity that an honest one could be:
// ParseQuantity computes the power of ten of an exponent, and 1E7374182400 keeps
// it busy for ever.
func parseQuantity(s string) (resource.Quantity, error) {
	exponent := strings.IndexAny(s, "eE")
	if len(s) > 32 || exponent >= 0 && len(strings.TrimLeft(s[exponent+1:], "+-0")) > 2 {
		return resource.Quantity{}, resource.ErrFormatWrong
	}
	return resource.ParseQuantity(s)
}
