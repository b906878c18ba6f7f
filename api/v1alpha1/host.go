package v1alpha1

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/registryprofile/registry-profile/internal/finding"
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

// serviceSuffixes end the names of Services, as pods may write them.
var serviceSuffixes = []string{".svc", ".svc.cluster.local"}

// isServiceHost tells whether only pods find a host: it is a Service by its name, also by the
// short one, NAME.NAMESPACE, of a store of ODF.
func isServiceHost(s string, odf ODF) bool {
	host, _, _ := strings.Cut(s, ":")
	_, namespace, _ := strings.Cut(host, ".")
	return namespace == odf.Namespace || slices.ContainsFunc(serviceSuffixes, func(suffix string) bool {
		return strings.HasSuffix(host, suffix)
	})
}

// isLoopback tells whether a host is whoever asks for it.
func isLoopback(s string) bool {
	host, _, _ := strings.Cut(s, ":")
	address, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && address.IsLoopback()
}

// sayHost says why a text is no HOST or HOST:PORT, and what is left of it that is one.
func sayHost(draft finding.Draft, text string) {
	const message = "is not a host: %s; write HOST or HOST:PORT"
	lower := strings.ToLower(text)
	bare := strings.TrimSuffix(lower, ".")
	_, rest, hasScheme := strings.Cut(bare, "://")
	if hasScheme {
		bare = rest
	}
	bare, _, hasPath := strings.Cut(bare, "/")
	why := "it is no DNS name"
	name, _, hasPort := strings.Cut(bare, ":")
	switch {
	case hasScheme:
		why = "it has a scheme, which belongs in the field scheme"
	case hasPath:
		why = "it has a path"
	case strings.Contains(text, "["), strings.Count(text, ":") > 1:
		why = "it is an IPv6 address, and a certificate is for a name"
	case hasPort && isHostname(name) && !isHost(bare):
		why = "its port is none of 1 to 65535"
	case strings.Contains(text, "_"):
		why = "a DNS name has no underscore"
	case strings.HasSuffix(text, "."):
		why = "it ends in a dot"
	case lower != text:
		why = "it has capital letters"
	case strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }):
		why = "it has letters that DNS does not have; write them in punycode (xn--...)"
	}
	if isHost(bare) {
		draft.Propose(bare).Say(message+" such as %s", why, bare)
		return
	}
	draft.Say(message, why)
}
