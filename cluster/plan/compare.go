package plan

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// inPods are the fields of Config's spec that stand in the registry's pods (openshift
// cluster-image-registry-operator, pkg/resource/podtemplatespec.go).
var inPods = []string{
	"requests", "resources", "nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "logLevel", "proxy",
	"disableRedirect", "readOnly",
}

// root is the field of spec that the change is in, or "".
func (c Change) root() string {
	parts := strings.Split(c.Path, ".")
	if len(parts) < 2 || parts[0] != "spec" {
		return ""
	}
	return parts[1]
}

// differences are the fields that are wanted and are not so. What the cluster has besides is
// the API server's, or somebody else's.
func differences(path string, is, want any) []Change {
	switch want := want.(type) {
	case map[string]any:
		if is, ok := is.(map[string]any); ok {
			var all []Change
			for _, key := range slices.Sorted(maps.Keys(want)) {
				all = append(all, below(key, differences(join(path, key), is[key], want[key]))...)
			}
			return all
		}
		if len(want) == 0 && is == nil { // the API server leaves it out
			return nil
		}
	case []any:
		if is, ok := is.([]any); ok && len(is) == len(want) {
			var all []Change
			for i := range want {
				all = append(all, below(i, differences(fmt.Sprintf("%s[%d]", path, i), is[i], want[i]))...)
			}
			return all
		}
		if len(want) == 0 && is == nil {
			return nil
		}
	default:
		if means(path, is, want) {
			return nil
		}
	}
	return []Change{{Path: path, Is: is, Want: want}}
}

// below puts a key or an index before the steps of changes.
func below(step any, changes []Change) []Change {
	for i := range changes {
		changes[i].steps = append([]any{step}, changes[i].steps...)
	}
	return changes
}

// changesPods tells whether a patch of Config changes what stands in the registry's pods. Who
// looks after the storage does not.
func changesPods(config map[string]any, patch any) bool {
	object, _ := patch.(map[string]any)
	wanted, _ := object["spec"].(map[string]any)
	spec, _ := config["spec"].(map[string]any)
	for field, want := range wanted {
		if storage, ok := want.(map[string]any); ok && field == "storage" {
			storage = maps.Clone(storage)
			delete(storage, "managementState")
			want = storage
		} else if !slices.Contains(inPods, field) {
			continue
		}
		if !changesNothing(spec[field], want) {
			return true
		}
	}
	return false
}

// changesNothing tells whether an object has all that a merge patch would write.
func changesNothing(is, patch any) bool {
	fields, ok := patch.(map[string]any)
	if !ok {
		return means("", is, patch)
	}
	there, _ := is.(map[string]any)
	for key, value := range fields {
		if !changesNothing(there[key], value) {
			return false
		}
	}
	return true
}

func join(path, key string) string {
	switch {
	case strings.ContainsAny(key, "./"):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	}
	return path + "." + key
}

// isQuantity matches the paths of fields that hold quantities, whose value can be written in
// several ways.
var isQuantity = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|\.)resources\.(limits|requests)(\.[^.\[]+|\["[^"]+"\])$`)
})

// means tells whether two values of JSON say the same. What is false may be left out.
func means(path string, is, want any) bool {
	if is == nil {
		return want == nil || want == false || want == ""
	}
	if reflect.DeepEqual(is, want) {
		return true
	}
	switch {
	case isQuantity().MatchString(path):
		one, two := quantity(is), quantity(want)
		return one != nil && two != nil && one.Cmp(*two) == 0
	case isDuration().MatchString(path):
		one, two := duration(is), duration(want)
		return one != nil && two != nil && *one == *two
	}
	return false
}

// isDuration matches the paths of fields that hold Go durations. The operator writes them as
// Go does, "90s" as "1m30s" (k8s.io/apimachinery, pkg/apis/meta/v1/duration.go).
var isDuration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(maxWaitInQueue|keepYoungerThanDuration)$`)
})

func duration(value any) *time.Duration {
	text, _ := value.(string)
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil
	}
	return &d
}

// quantity reads a quantity. In YAML it may be written as a number.
func quantity(value any) *resource.Quantity {
	text, ok := value.(string)
	if number, isNumber := value.(float64); isNumber {
		text, ok = strconv.FormatFloat(number, 'f', -1, 64), true
	}
	if !ok {
		return nil
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return nil
	}
	return &q
}
