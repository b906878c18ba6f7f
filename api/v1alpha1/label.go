package v1alpha1

import (
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/util/validation"
)

func isLabelKey(s string) bool { return len(validation.IsQualifiedName(s)) == 0 }

func isLabelValue(s string) bool { return len(validation.IsValidLabelValue(s)) == 0 }

// checkLabel refuses a label that the API server refuses.
func checkLabel(path, key, value string, r finding.Reporter) {
	if !isLabelKey(key) || !isLabelValue(value) {
		r.At(path).Stands(value).Say(
			"%s: %s is not a label; write a key such as \"node-role.kubernetes.io/infra\" and a value of at "+
				"most 63 characters", finding.Quote(key), finding.Quote(value))
	}
}

// checkLabelKey refuses what is not the key of a label.
func checkLabelKey(path, key string, r finding.Reporter) {
	if !isLabelKey(key) {
		r.At(path).Value(key).Say("is not the key of a label; write one such as \"kubernetes.io/hostname\"")
	}
}

// checkLabelValue refuses what is not the value of a label.
func checkLabelValue(path, value string, r finding.Reporter) {
	if !isLabelValue(value) {
		r.At(path).Value(value).Say(
			"is not the value of a label; use at most 63 letters, digits, '-', '_' and '.', without any at the ends " +
				"but letters and digits")
	}
}
