package verdict

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

type route struct {
	Spec struct {
		Host              string        `json:"host"`
		To                routeTarget   `json:"to"`
		AlternateBackends []routeTarget `json:"alternateBackends"`
	} `json:"spec"`
}

type routeTarget struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// leadsTo names all that a Route leads to.
func (r route) leadsTo() string {
	var targets []string
	for _, target := range append([]routeTarget{r.Spec.To}, r.Spec.AlternateBackends...) {
		if target != (routeTarget{}) {
			targets = append(targets, js(target.Kind)+" "+js(target.Name))
		}
	}
	return strings.Join(targets, ", ")
}

func (l *look) resolveEndpoint() error {
	if l.backend() != objectStore {
		return nil
	}
	var leads string
	switch l.Parameters["ENDPOINT"] {
	case "route":
		ok, err := l.readRoute(&leads)
		if !ok || err != nil {
			return err
		}
	case "host":
		l.host = l.Parameters["ENDPOINT_HOST"]
	default:
		if l.bucketHost == "" { // where it is, the claim will say
			return nil
		}
		l.host = l.bucketHost + ":" + l.bucketPort
		if l.Parameters["ENDPOINT"] == "service" {
			l.host = l.bucketHost + ":" + portOfTheScheme(l.Parameters["ENDPOINT_SCHEME"], l.bucketPort)
		}
	}
	scheme := l.Parameters["ENDPOINT_SCHEME"]
	l.host = strings.TrimSuffix(l.host, map[string]string{"https": ":443", "http": ":80"}[scheme])
	l.endpoint = scheme + "://" + l.host
	l.endpointPlace = placeOf(l.endpoint)
	if l.bucketHost == "" {
		l.proven = l.Parameters["ENDPOINT"] != "host"
		return nil
	}
	return l.proveEndpoint(leads)
}

func (l *look) theRoute() string {
	return fmt.Sprintf("Route %s/%s", l.Parameters["ROUTE_NAMESPACE"], l.Parameters["ROUTE_NAME"])
}

func (l *look) readRoute(leads *string) (ok bool, err error) {
	namespace, name := l.Parameters["ROUTE_NAMESPACE"], l.Parameters["ROUTE_NAME"]
	found, answer := cluster.Read[route](l.ctx, l.reader, cluster.Routes, namespace, name)
	wait := Wait{For: l.theRoute() + " to have a host", Advice: "Check the Route's name. An external StorageCluster has no Route, " +
		"nor has one with disableRoute: give the profile endpoint.external or endpoint.service."}
	if !l.saw(answer.Outcome, l.theRoute(), wait) {
		return false, nil
	}
	if found.Spec.Host == "" {
		wait.Why = l.theRoute() + " has no spec.host"
		wait.Advice = fmt.Sprintf("OpenShift gives a Route its host: oc describe route -n %s %s says why it has not. %s",
			namespace, name, again)
		l.waits(wait)
		return false, nil
	}
	l.host, *leads = found.Spec.Host, found.leadsTo()
	return true, requireValue(hostName, "the name of a host", l.host, "spec.host of "+l.theRoute())
}

const routeAdvice = "Name the Route that leads there in the profile (endpoint.route.name), or give it endpoint.service or, " +
	"for a host outside of the cluster, endpoint.external."

// proveEndpoint: the endpoint has to lead to the store that has the claim's bucket. A literal
// host can say so only by being the one that the claim names.
func (l *look) proveEndpoint(leads string) error {
	service := serviceName().FindStringSubmatch(strings.ToLower(l.bucketHost))
	l.proven = true
	switch l.Parameters["ENDPOINT"] {
	case "route":
		return l.proveRoute(service, leads)
	case "service":
		if service == nil {
			return never(fmt.Sprintf("The claim's bucket is at %s, which is no Service of this cluster.", l.bucketHost),
				"Give the profile endpoint.external in the place of endpoint.service.")
		}
	case "external":
		if service != nil {
			return never(fmt.Sprintf("The claim's bucket is at %s, which is a Service of this cluster.", l.bucketHost),
				"Give the profile endpoint.service or endpoint.route in the place of endpoint.external.")
		}
	case "host":
		if l.endpointPlace != l.bucketPlace {
			l.proven = false
			l.verdict.Reasons = append(l.verdict.Reasons, fmt.Sprintf(
				"Nothing in the cluster says that %s leads to the claim's bucket, at %s:%s.", l.endpoint, l.bucketHost, l.bucketPort))
		}
	}
	return nil
}

func (l *look) proveRoute(service []string, leads string) error {
	if service == nil {
		if l.endpointPlace != l.bucketPlace {
			return never(fmt.Sprintf("%s has the host %s, but the claim's bucket is at %s:%s.",
				l.theRoute(), l.host, l.bucketHost, l.bucketPort), routeAdvice)
		}
		return nil
	}
	if l.Parameters["ROUTE_NAMESPACE"] == service[2] && leads == "Service "+service[1] {
		return nil
	}
	if leads == "" {
		leads = "nothing"
	}
	return never(fmt.Sprintf("%s leads to %s, but the claim's bucket is at %s.", l.theRoute(), leads, l.bucketHost), routeAdvice)
}

func (l *look) lookAtCA() error {
	trusted := l.Parameters["TRUSTED_CA"]
	if l.backend() != objectStore || trusted == "" {
		return nil
	}
	namespace, name, key := l.Parameters["CA_SOURCE_NAMESPACE"], l.Parameters["CA_SOURCE_NAME"], l.Parameters["CA_SOURCE_KEY"]
	if name == "" { // the user's own: it only has to be there
		namespace, name, key = v1alpha1.CANamespace, trusted, v1alpha1.CAKey
	}
	source := fmt.Sprintf("ConfigMap %s/%s", namespace, name)
	endpoint := l.endpoint
	if endpoint == "" {
		endpoint = "the endpoint"
	}
	wait := Wait{
		For:    fmt.Sprintf("a CA certificate in %s, key %s", source, key),
		Advice: fmt.Sprintf("Put the PEM certificate of the CA that signed the certificate of %s under that key. %s", endpoint, again),
	}
	found, answer := cluster.Read[configMap](l.ctx, l.reader, cluster.ConfigMaps, namespace, name)
	if !l.saw(answer.Outcome, source, wait) {
		return nil
	}
	l.caBundle = certificatesIn(found.Data[key])
	switch {
	case found.Data[key] == "":
		wait.Why = fmt.Sprintf("%s is missing or empty in %s", key, source)
	case l.caBundle == "":
		wait.Why = fmt.Sprintf("%s in %s holds no PEM certificate", key, source)
	default:
		return nil
	}
	l.waits(wait)
	return nil
}

// certificatesIn copies the well-formed certificates of a text, and nothing else of it.
func certificatesIn(text string) string {
	var bundle, block, body strings.Builder
	inside := false
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		switch {
		case line == "-----BEGIN CERTIFICATE-----":
			inside = true
			block.Reset()
			body.Reset()
			block.WriteString(line + "\n")
		case line == "-----END CERTIFICATE-----":
			if _, err := base64.StdEncoding.DecodeString(body.String()); inside && body.Len() > 0 && err == nil {
				bundle.WriteString(block.String() + line + "\n")
			}
			inside = false
		case inside:
			block.WriteString(line + "\n")
			body.WriteString(line)
		}
	}
	return bundle.String()
}
