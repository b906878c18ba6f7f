package doctor

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

type route struct {
	Spec struct {
		Host string `json:"host"`
		To   struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"to"`
	} `json:"spec"`
	Status struct {
		Ingress []struct {
			CanonicalHost string      `json:"routerCanonicalHostname"`
			Conditions    []condition `json:"conditions"`
		} `json:"ingress"`
	} `json:"status"`
}

// domains are those of the routers that have seen the Route.
func (r route) domains() []string {
	var domains []string
	for _, ingress := range r.Status.Ingress {
		if _, domain, ok := strings.Cut(ingress.CanonicalHost, "."); ok {
			domains = append(domains, domain)
		}
	}
	return domains
}

// isAdmitted tells whether a router leads to the Route.
func (r route) isAdmitted() bool {
	for _, ingress := range r.Status.Ingress {
		if conditionOf(ingress.Conditions, "Admitted").Status == "True" {
			return true
		}
	}
	return false
}

// refusal says why no router has admitted the Route, or is "".
func (r route) refusal() string {
	words := ""
	for _, ingress := range r.Status.Ingress {
		switch admitted := conditionOf(ingress.Conditions, "Admitted"); admitted.Status {
		case "True":
			return ""
		case "False":
			words = admitted.says()
		}
	}
	return words
}

func hostOf(endpoint string) string {
	if endpoint != "" && !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(parsed.Hostname()), ".")
}

// schemeOf is the scheme of an endpoint, in small letters.
func schemeOf(endpoint string) string {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return parsed.Scheme
}

func isService(host string) bool {
	return strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local")
}

// serviceOf is the namespace and the name of the Service of a host.
func serviceOf(host string) (namespace, name string) {
	parts := strings.Split(host, ".")
	if !isService(host) || len(parts) < 3 {
		return "", ""
	}
	return parts[1], parts[0]
}

// isInCluster tells whether a host is known to be one of this cluster.
func (e *exam) isInCluster(host string) bool {
	if host == "" {
		return false
	}
	return isService(host) || len(e.routesOf(host)) > 0
}

// servicesAt are the namespaces and the names of the Services to which a host leads.
func (e *exam) servicesAt(host string) (services [][2]string) {
	if namespace, name := serviceOf(host); name != "" {
		return [][2]string{{namespace, name}}
	}
	for _, r := range e.routesOf(host) {
		services = append(services, [2]string{r.Metadata.Namespace, r.value.Spec.To.Name})
	}
	return services
}

// routesOf are the Routes with a host: those of the storage, or else of any namespace. A
// cluster has many Routes, and few of them are the store's.
func (e *exam) routesOf(host string) []item[route] {
	storage := "openshift-storage"
	if e.Profile != nil {
		storage = e.Profile.Spec.ODF.Namespace
	}
	for _, namespace := range []string{storage, ""} {
		all, _ := list[route](e, cluster.Routes, namespace)
		found := slices.DeleteFunc(all, func(r item[route]) bool { return strings.ToLower(r.value.Spec.Host) != host })
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// withRoute looks at an endpoint that is no Service.
func withRoute(look func(e *exam, host string, o cluster.Object)) func(e *exam) {
	return func(e *exam) {
		_, s3, o := e.s3()
		if s3 == nil || s3.RegionEndpoint == "" || isService(hostOf(s3.RegionEndpoint)) {
			return
		}
		look(e, hostOf(s3.RegionEndpoint), o)
	}
}

const endpointField = "spec.storage.s3.regionEndpoint"

var endpointChecks = []Check{
	{
		Code: "endpoint-none", Severity: kptfn.Warning, Looks: endpointField + " of Config",
		Why: "Without an endpoint S3 means Amazon's, whatever the bucket.",
		Fix: "Let the Job run, which writes the endpoint; if Amazon's S3 is meant, this is as it should be.",
		look: func(e *exam) {
			_, s3, o := e.s3()
			if s3 != nil && s3.RegionEndpoint == "" && !e.isOnAWS() {
				e.found(o, endpointField, "is empty")
			}
		},
	},
	{
		Code: "endpoint-service-redirect", Severity: kptfn.Error,
		Looks: endpointField + " and spec.disableRedirect of Config",
		Trap:  "T21",
		Why:   "Clients are sent to the Service, which nodes cannot resolve: they do not use the cluster's DNS.",
		Fix:   "Set spec.registry.disableRedirect: true in the profile, or use a Route.",
		look: func(e *exam) {
			c, s3, o := e.s3()
			if s3 != nil && isService(hostOf(s3.RegionEndpoint)) && !c.Spec.DisableRedirect {
				e.found(o, endpointField, "%q is a Service while redirects are on", s3.RegionEndpoint)
			}
		},
	},
	{
		Code: "endpoint-http-redirect", Severity: kptfn.Warning,
		Looks: endpointField + " and spec.disableRedirect of Config",
		Why:   "Clients are sent from https to http: images travel unencrypted, and some clients refuse.",
		Fix:   "Use https, or set spec.registry.disableRedirect: true in the profile.",
		look: func(e *exam) {
			c, s3, o := e.s3()
			if s3 != nil && schemeOf(s3.RegionEndpoint) == "http" && !c.Spec.DisableRedirect {
				e.found(o, endpointField, "%q has no encryption while redirects are on", s3.RegionEndpoint)
			}
		},
	},
	{
		Code: "endpoint-malformed", Severity: kptfn.Error, Looks: endpointField + " of Config",
		Why: "The operator takes the endpoint as it stands, whatever that is, and reaches nothing.",
		Fix: "Let the Job run, which writes https://HOST or http://HOST.",
		look: func(e *exam) {
			_, s3, o := e.s3()
			if s3 == nil || s3.RegionEndpoint == "" {
				return
			}
			parsed, err := url.Parse(s3.RegionEndpoint)
			if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" ||
				strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" {
				e.found(o, endpointField, "%q is not https:// or http:// and a host", s3.RegionEndpoint)
			}
		},
	},
	{
		Code: "endpoint-service-ca", Severity: kptfn.Error, Looks: endpointField + " and trustedCA of Config", Trap: "T23",
		Why: "The operator does not trust the CA that signs the certificates of Services, unless trustedCA says so.",
		Fix: "Let the Job run with endpoint.service in the profile, which copies that CA.",
		look: func(e *exam) {
			_, s3, o := e.s3()
			if s3 != nil && schemeOf(s3.RegionEndpoint) == "https" && isService(hostOf(s3.RegionEndpoint)) &&
				s3.TrustedCA.Name == "" {
				e.found(o, "spec.storage.s3.trustedCA", "is empty for the Service %s", hostOf(s3.RegionEndpoint))
			}
		},
	},
	{
		Code: "route-missing", Severity: kptfn.Error, Trap: "T24",
		Looks: "the Routes, of which one has the host of the endpoint",
		Why:   "A host of the router's domain without a Route leads nowhere.",
		Fix:   "Find out who has removed the Route; an external StorageCluster has none, and needs endpoint.external.",
		look: withRoute(func(e *exam, host string, o cluster.Object) {
			if len(e.routesOf(host)) > 0 {
				return
			}
			all, complete := list[route](e, cluster.Routes, "")
			ofRouter := slices.ContainsFunc(all, func(r item[route]) bool {
				return slices.ContainsFunc(r.value.domains(), func(d string) bool { return strings.HasSuffix(host, "."+d) })
			})
			if complete && ofRouter {
				e.found(o, endpointField, "no Route has the host %s", host)
			}
		}),
	},
	{
		Code: "route-refused", Severity: kptfn.Error, Looks: "the conditions of the Route with the host of the endpoint",
		Why: "A Route that no router has admitted leads nowhere.",
		Fix: "The message says why: most often another Route has the same host.",
		look: withRoute(func(e *exam, host string, _ cluster.Object) {
			routes := e.routesOf(host)
			if slices.ContainsFunc(routes, func(r item[route]) bool { return r.value.isAdmitted() }) {
				return // another one of the same host is left from before
			}
			for _, r := range routes {
				if refusal := r.value.refusal(); refusal != "" {
					e.found(r.Object, "status.ingress", "is not admitted: %s", refusal)
				}
			}
		}),
	},
	{
		Code: "route-elsewhere", Severity: kptfn.Error, Trap: "T42",
		Looks: "the Route of the endpoint, and the host that the claim names",
		Why:   "Another store answers, which does not have the bucket.",
		Fix:   "Name the Route that leads to the claim's store in the profile (endpoint.route.name).",
		look: withRoute(func(e *exam, host string, _ cluster.Object) {
			routes := e.routesOf(host)
			_, s3, _ := e.s3()
			claim, ok := e.theClaim()
			if !ok {
				return
			}
			where, _, present, _ := read[configMap](e, cluster.ConfigMaps, claim.Metadata.Namespace, claim.Metadata.Name)
			if where.Data["BUCKET_NAME"] != s3.Bucket { // the registry is not on that claim, or not yet
				return
			}
			namespace, name := serviceOf(strings.ToLower(where.Data["BUCKET_HOST"]))
			if !present || name == "" {
				return
			}
			for _, r := range routes {
				if r.Metadata.Namespace != namespace || r.value.Spec.To.Name != name {
					e.found(r.Object, "spec.to.name", "leads to Service %s, but the bucket is at Service %s/%s",
						r.value.Spec.To.Name, namespace, name)
				}
			}
		}),
	},
	{
		Code: "proxy-endpoint", Severity: kptfn.Warning, Looks: "Proxy cluster, and the host of the endpoint",
		Why:  "The operator and the registry go through the proxy to the store, which most often ends there.",
		Fix:  "Add the host, or its domain, to spec.noProxy of Proxy cluster.",
		look: lookAtProxy,
	},
}

type infrastructure struct {
	Status struct {
		PlatformStatus struct {
			Type string `json:"type"`
		} `json:"platformStatus"`
		Topology string `json:"infrastructureTopology"`
	} `json:"status"`
}

// isOnAWS tells whether Amazon's S3 may be meant, which is also so where nobody knows.
func (e *exam) isOnAWS() bool {
	where, _, present, absent := read[infrastructure](e, cluster.Infrastructures, "", "cluster")
	return !absent && (!present || where.Status.PlatformStatus.Type == "AWS")
}

// isAmazons tells whether the storage may be Amazon's own.
func (e *exam) isAmazons(s3 *s3Storage) bool { return s3.RegionEndpoint == "" && e.isOnAWS() }

type proxy struct {
	Spec struct {
		HTTPProxy  string `json:"httpProxy"`
		HTTPSProxy string `json:"httpsProxy"`
		NoProxy    string `json:"noProxy"`
	} `json:"spec"`
	Status struct {
		NoProxy string `json:"noProxy"`
	} `json:"status"`
}

func lookAtProxy(e *exam) {
	_, s3, _ := e.s3()
	if s3 == nil || s3.RegionEndpoint == "" {
		return
	}
	p, o, present, _ := read[proxy](e, cluster.Proxies, "", "cluster")
	used := p.Spec.HTTPSProxy
	if schemeOf(s3.RegionEndpoint) == "http" {
		used = p.Spec.HTTPProxy
	}
	host := hostOf(s3.RegionEndpoint)
	if !present || used == "" || !e.isInCluster(host) {
		return
	}
	for exempt := range strings.SplitSeq(cmp.Or(p.Status.NoProxy, p.Spec.NoProxy), ",") {
		if isExempt(host, strings.ToLower(strings.TrimSpace(exempt))) {
			return
		}
	}
	e.found(o, "spec.noProxy", "does not have the host of the store, %s", host)
}

// isExempt tells whether an entry of noProxy is the host, or a domain of it. A port may stand
// behind either.
func isExempt(host, entry string) bool {
	if entry == "*" {
		return true
	}
	if bare, _, err := net.SplitHostPort(entry); err == nil {
		entry = bare
	}
	entry = strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
	return entry != "" && (host == entry || strings.HasSuffix(host, "."+entry))
}
