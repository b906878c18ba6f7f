package takeover

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// try takes a profile with these fields of the store if it keeps the registry as it is.
func (d *draft) try(s *store, choice map[string]any) error {
	spec := maps.Clone(d.spec)
	if namespace, _ := choice[routeNamespace].(string); namespace != "" {
		odf, _ := spec["odf"].(map[string]any)
		odf = maps.Clone(odf)
		if odf == nil {
			odf = map[string]any{}
		}
		odf["namespace"], spec["odf"] = namespace, odf
	}
	delete(choice, routeNamespace)
	spec["storage"] = map[string]any{s.backend: choice}
	header := header(d.name)
	header["spec"] = spec
	shaped := &shaper{}
	node := shaped.node(reflect.TypeFor[v1alpha1.RegistryProfile](), header, "")
	for _, path := range shaped.unknown {
		// Of a field that it can say in part only, a profile says nothing: an engine would write
		// the part over the whole.
		if field := optional(path); field != path && field != "" {
			removeAt(node, field)
		}
	}
	profile, dropped, err := d.decode(node)
	if err != nil {
		return err
	}
	planned, err := plan.Of(d.ctx, d.reader, profile)
	if err != nil {
		return err
	}
	if err := d.keeps(planned, s); err != nil {
		return err
	}
	d.node, d.profile, d.planned = node, profile, planned
	for _, path := range shaped.unknown {
		d.unsaid = append(d.unsaid, d.sourceOf(path))
	}
	d.unsaid = append(d.unsaid, dropped...)
	for field, source := range s.from {
		d.sources["spec.storage."+s.backend+"."+field] = source
	}
	if odf, ok := spec["odf"].(map[string]any); ok && odf["namespace"] != nil && d.sources["spec.odf.namespace"] == "" {
		d.sources["spec.odf.namespace"] = "the Route of the endpoint"
	}
	return nil
}

// decode decodes a profile. A field that a rule refuses and that the profile can do without
// is taken out of the node: it then stays in the cluster as it is. It is told.
func (d *draft) decode(node *yaml.Node) (p *v1alpha1.RegistryProfile, dropped []string, err error) {
	for {
		p, results := readBack(node)
		if p != nil {
			return p, dropped, nil
		}
		left := len(dropped)
		var refused []string
		for _, r := range results {
			if r.Severity != kptfn.Error {
				continue
			}
			path := optional(finding.Path(r))
			if path == "" || !removeAt(node, path) {
				refused = append(refused, strings.TrimPrefix(finding.Path(r)+": ", ": ")+r.Message)
				continue
			}
			dropped = append(dropped, fmt.Sprintf("%s, since %s: %s", d.sourceOf(path), finding.Path(r), r.Message))
		}
		if len(dropped) == left {
			err := refuse(notAlike, d.config, "spec", "gives a profile that is refused: %s", strings.Join(refused, "; "))
			err.byRule = true
			return nil, nil, err
		}
	}
}

// sections are the parts of a spec that a profile can do without.
var sections = []string{"registry", "pruner", "bootstrap", "verify", "protection", "alerts", "delivery"}

// optional is the path of the field that a profile can do without and that holds another
// path, or "".
func optional(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })
	switch {
	case len(parts) >= 2 && parts[1] == "openshiftVersion":
		return "spec.openshiftVersion"
	case len(parts) >= 3 && slices.Contains(sections, parts[1]):
		return strings.Join(parts[:3], ".")
	case len(parts) >= 4 && parts[1] == "storage" && slices.Contains([]string{"region", "chunkSizeMiB"}, parts[3]):
		return strings.Join(parts[:4], ".")
	}
	return ""
}

// removeAt removes a field of a node by its path.
func removeAt(node *yaml.Node, path string) bool {
	parent, name := path, ""
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		parent, name = path[:i], path[i+1:]
	}
	_, object := ynode.Find(node, parent)
	return object != nil && removeField(object, name)
}

// keeps refuses a plan by which the registry would not stay as it is.
func (d *draft) keeps(p *plan.Plan, s *store) error {
	if p.Job.Exit != verdict.Done {
		err := refuse(notAlike, d.config, "spec.storage", "would make the Job of the profile stop with exit code %d: %s",
			p.Job.Exit, strings.Join(p.Job.Reasons, " "))
		err.advice = p.Job.Advice
		return err
	}
	for _, write := range p.Job.Writes {
		if path, want := d.switches(write); path != "" {
			return refuse(notAlike, d.config, path, "would be changed by the Job of the profile to %q", want)
		}
	}
	for _, object := range p.Objects {
		if object.Name != s.claim.String() {
			continue
		}
		for _, change := range object.Changes {
			if !strings.HasPrefix(change.Path, "metadata.") {
				return refuse(notAlike, s.claim, change.Path, "is not as a profile makes it")
			}
		}
	}
	return nil
}

// switches tells whether a write of Config moves the registry: to another bucket, claim or
// endpoint. What else is in a storage moves nothing.
func (d *draft) switches(write verdict.Write) (path string, to any) {
	spec, _ := write.Patch["spec"].(map[string]any)
	storage, _ := spec["storage"].(map[string]any)
	for _, backend := range []string{"s3", "pvc"} {
		want, ok := storage[backend].(map[string]any)
		if !ok {
			continue
		}
		is, _ := d.found.Storage[backend].(map[string]any)
		for _, field := range []string{"bucket", "regionEndpoint", "claim"} {
			if place(want[field], field) != place(is[field], field) {
				return "spec.storage." + backend + "." + field, want[field]
			}
		}
	}
	return "", nil
}

// serviceSuffix ends the long name of a Service.
const serviceSuffix = ".svc.cluster.local"

// place is a value that says where images are, without what makes no difference.
func place(value any, field string) string {
	text, _ := value.(string)
	switch field {
	case "claim":
		if text == "" {
			return operatorsClaim
		}
	case "regionEndpoint":
		scheme, host, _ := strings.Cut(strings.ToLower(strings.TrimRight(text, "/")), "://")
		host = strings.TrimSuffix(host, map[string]string{v1alpha1.HTTPS: ":443", v1alpha1.HTTP: ":80"}[scheme])
		name, port, _ := strings.Cut(host, ":")
		if strings.HasSuffix(name, serviceSuffix) {
			name = strings.TrimSuffix(name, ".cluster.local")
		}
		return scheme + "://" + name + ":" + port
	}
	return text
}
