package v1alpha1

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// isHost tells whether s is HOST or HOST:PORT as the Job takes them.
func isHost(s string) bool {
	host := s
	if strings.Contains(s, ":") {
		var port string
		var err error
		if host, port, err = net.SplitHostPort(s); err != nil || !isPort(port) {
			return false
		}
	}
	return isHostname(host)
}

// isPort tells whether s is a port in plain digits: strconv takes "+443" and "0443" too.
func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535 && strconv.Itoa(n) == s
}

// isHostname tells whether s is a DNS name of labels that are not too long.
func isHostname(s string) bool {
	return len(validation.IsDNS1123Subdomain(s)) == 0 && !slices.ContainsFunc(strings.Split(s, "."), isLongLabel)
}

func isLongLabel(label string) bool { return len(label) > validation.DNS1123LabelMaxLength }

func isServiceHost(s string) bool {
	host, _, _ := strings.Cut(s, ":")
	return strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local")
}
