package v1alpha1

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/util/validation"
)

// defaultRouteName is the Route that defaultRoute creates
// (cluster-image-registry-operator, pkg/defaults/defaults.go).
const defaultRouteName = "default-route"

// likelyReplicas is more than a registry needs: its pods hold no images.
const likelyReplicas = 100

var registryRules = []Rule{{
	Code:     "registry-replicas",
	Severity: kptfn.Warning,
	Doc: "A registry of more than 100 pods is most likely a slip: they hold no images, and a few serve a large " +
		"cluster.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if n := *p.Spec.Registry.Replicas; n > likelyReplicas {
			r.At("spec.registry.replicas").Stands(n).Say(
				"%d pods are more than a registry needs; 2 or 3 serve most clusters", n)
		}
	},
}, {
	Code:     "registry-routes",
	Severity: kptfn.Error,
	Doc:      "Names of additional Routes are unique and not default-route; the operator stops working with others.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		seen := map[string]bool{defaultRouteName: true}
		for i, route := range p.Spec.Registry.Routes {
			path := fmt.Sprintf("spec.registry.routes[%d].name", i)
			switch {
			case route.Name == defaultRouteName:
				r.At(path).Value(route.Name).Say(
					"is the operator's own Route; use another name, or spec.registry.defaultRoute: true")
			case seen[route.Name]:
				r.At(path).Value(route.Name).Say("is the name of another route; use a name of its own")
			}
			seen[route.Name] = true
		}
	},
}, {
	Code:     "registry-hostname",
	Severity: kptfn.Error,
	Doc:      "A Route's hostname is a DNS name of its own; the operator stops working where the Route is refused.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		seen := map[string]bool{}
		for i, route := range p.Spec.Registry.Routes {
			path := fmt.Sprintf("spec.registry.routes[%d]", i)
			switch host := route.Hostname; {
			case host == "":
				checkGeneratedHost(path+".name", route.Name, r)
			case !isHostname(host):
				sayHostname(r.At(path+".hostname").Value(host), host)
			case seen[host]:
				r.At(path + ".hostname").Value(host).Say("is the hostname of another route; use one of its own")
			}
			seen[route.Hostname] = true
		}
	},
}, {
	Code:     "registry-duration",
	Severity: kptfn.Error,
	Doc:      "The CRD accepts durations such as 1d that make the operator unable to read Config at all.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		requests := p.Spec.Registry.Requests
		if requests == nil {
			return
		}
		both := map[string]*RequestLimits{"read": requests.Read, "write": requests.Write}
		for kind, limits := range both {
			if limits != nil {
				checkDuration("spec.registry.requests."+kind+".maxWaitInQueue", limits.MaxWaitInQueue, r)
			}
		}
	},
}, {
	Code:     "registry-proxy",
	Severity: kptfn.Error,
	Doc:      "A proxy is an http or https URL without a password, which would stand in Git.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		proxy := p.Spec.Registry.Proxy
		if proxy == nil {
			return
		}
		addresses := map[string]string{"spec.registry.proxy.http": proxy.HTTP, "spec.registry.proxy.https": proxy.HTTPS}
		for path, address := range addresses {
			switch {
			case address == "":
			case strings.Contains(address, "@"):
				r.At(path).Say(
					"holds a user or password, which would stand in Git; remove it, or use the cluster's Proxy")
			case !isProxy(address):
				r.At(path).Say("is not the URL of a proxy; write http://HOST:PORT")
			}
		}
	},
}}

// checkGeneratedHost refuses the name of a Route whose generated host,
// NAME-NAMESPACE.DOMAIN, would have too long a label.
func checkGeneratedHost(path, name string, r finding.Reporter) {
	const suffix = "-" + ImageRegistryNamespace
	if slices.ContainsFunc(strings.Split(name+suffix, "."), isLongLabel) {
		r.At(path).Value(name).Say(
			"makes too long a hostname together with the namespace's; write at most %d characters, or add hostname",
			validation.DNS1123LabelMaxLength-len(suffix))
	}
}

// sayHostname says why a hostname is none, and what is left of it that is one.
func sayHostname(draft finding.Draft, host string) {
	const message = "is not a hostname; write a DNS name such as %q, without a scheme, a port and a wildcard"
	_, bare, found := strings.Cut(host, "://")
	if !found {
		bare = host
	}
	bare = strings.ToLower(strings.TrimPrefix(bare, "*."))
	if end := strings.IndexAny(bare, "/:"); end >= 0 {
		bare = bare[:end]
	}
	if !isHostname(bare) {
		draft.Say(message, "registry.example.com")
		return
	}
	draft.Propose(bare).Say(message, bare)
}

// isProxy tells whether s is the URL of a proxy, by a host's name or by its address.
func isProxy(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != HTTP && u.Scheme != HTTPS {
		return false
	}
	_, notIP := netip.ParseAddr(u.Hostname())
	isName := isHostname(strings.ToLower(u.Hostname()))
	isBare := (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
	return isBare && (isName || notIP == nil) && !strings.HasSuffix(u.Host, ":") && (u.Port() == "" || isPort(u.Port()))
}
