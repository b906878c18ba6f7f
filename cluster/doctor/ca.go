package doctor

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// soon is how long before its end a certificate is told.
const soon = 30 * 24 * time.Hour

// certificates are those of a bundle that can be read.
func certificates(bundle string) []*x509.Certificate {
	var all []*x509.Certificate
	for rest := []byte(bundle); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, certificate)
		}
	}
}

// trustedCA returns the bundle that the registry trusts, if it has one.
func (e *exam) trustedCA() (bundle string, o cluster.Object, present, absent bool) {
	_, s3, _ := e.s3()
	if s3 == nil || s3.TrustedCA.Name == "" {
		return "", o, false, false
	}
	there, o, present, absent := read[configMap](e, cluster.ConfigMaps, configNamespace, s3.TrustedCA.Name)
	return there.Data[caKey], o, present, absent
}

// lastEnd is when the last certificate of a bundle ends: with renewed ones the old ones stay.
func lastEnd(bundle string) (end time.Time, ok bool) {
	for _, c := range certificates(bundle) {
		if c.NotAfter.After(end) {
			end = c.NotAfter
		}
	}
	return end, !end.IsZero()
}

var caChecks = []Check{
	{
		Code: "ca-missing", Severity: kptfn.Error, Trap: "T22",
		Looks: "the ConfigMap in openshift-config that trustedCA names",
		Why:   "The operator cannot trust the store, and is degraded.",
		Fix:   again + ". It writes the ConfigMap, unless that is your own: create that one again.",
		look: func(e *exam) {
			if _, o, _, absent := e.trustedCA(); absent {
				e.found(o, "", "is not there")
			}
		},
	},
	{
		Code: "ca-empty", Severity: kptfn.Error, Looks: "key " + caKey + " of that ConfigMap", Trap: "T22",
		Why: "The operator reads this key only, and nothing else of the ConfigMap.",
		Fix: "Put the CA in PEM under key " + caKey + ".",
		look: func(e *exam) {
			if bundle, o, present, _ := e.trustedCA(); present && len(certificates(bundle)) == 0 {
				e.found(o, "data."+caKey, "has no certificate")
			}
		},
	},
	{
		Code: "ca-expired", Severity: kptfn.Error, Looks: "the certificates of that ConfigMap",
		Why: "A certificate that is over proves nothing: the registry cannot reach its store.",
		Fix: "Renew the CA at its source. " + again + ".",
		look: func(e *exam) {
			bundle, o, _, _ := e.trustedCA()
			if end, ok := lastEnd(bundle); ok && !end.After(e.Now) {
				e.found(o, "data."+caKey, "has ended at %s", end.Format(time.RFC3339))
			}
		},
	},
	{
		Code: "ca-expires", Severity: kptfn.Warning, Looks: "the certificates of that ConfigMap",
		Why: "In less than 30 days the registry cannot reach its store any more.",
		Fix: "Renew the CA at its source. " + again + ".",
		look: func(e *exam) {
			bundle, o, _, _ := e.trustedCA()
			if end, ok := lastEnd(bundle); ok && end.After(e.Now) && !end.After(e.Now.Add(soon)) {
				e.found(o, "data."+caKey, "ends at %s", end.Format(time.RFC3339))
			}
		},
	},
	{
		Code: "ca-outdated", Severity: kptfn.Error, Trap: "T22",
		Looks: "that ConfigMap, and the one from which the Job copies it",
		Why:   "The ingress, or the Services, have a new CA, which the registry does not trust.",
		Fix:   again + ". It copies the CA.",
		look:  lookAtSourceOfCA,
	},
}

// caSource is where a Job copies a bundle from.
type caSource struct{ namespace, name, key string }

// sourceOfCA is the one from which the bundle of a name is copied: the variables of the Job
// say so.
func (e *exam) sourceOfCA(name string) caSource {
	var variables []func(name string) string
	if e.Profile != nil {
		parameters := generators.Parameters(e.Profile)
		variables = append(variables, func(name string) string { return parameters[name] })
	} else {
		for _, j := range e.jobs() {
			variables = append(variables, j.value.Spec.Template.variable)
		}
	}
	for _, variable := range variables {
		if variable(generators.TrustedCAVariable) == name && variable(generators.CASourceVariable) != "" {
			return caSource{
				cmp.Or(variable("CA_SOURCE_NAMESPACE"), managedNamespace), variable(generators.CASourceVariable),
				cmp.Or(variable("CA_SOURCE_KEY"), caKey),
			}
		}
	}
	return caSource{}
}

func lookAtSourceOfCA(e *exam) {
	bundle, o, present, _ := e.trustedCA()
	if !present {
		return
	}
	from := e.sourceOfCA(o.Metadata.Name)
	if from.name == "" {
		return
	}
	source, _, present, _ := read[configMap](e, cluster.ConfigMaps, from.namespace, from.name)
	wanted, trusted := certificates(source.Data[from.key]), certificates(bundle)
	known := slices.ContainsFunc(wanted, func(c *x509.Certificate) bool { return slices.ContainsFunc(trusted, c.Equal) })
	if present && len(wanted) > 0 && len(trusted) > 0 && !known {
		e.found(o, "data."+caKey, "has no certificate of ConfigMap %s/%s", from.namespace, from.name)
	}
}
