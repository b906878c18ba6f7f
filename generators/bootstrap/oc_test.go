package bootstrap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/template"

	"github.com/registryprofile/registry-profile/internal/standin"
)

// The oc that the script runs in these tests is testdata/bin/oc, and behind it is
// this: a stand-in for kubectl 1.33 in front of an API server. It imitates what
// the script relies on, as seen on a real API server: go-templates, "Error from
// server" lines, merge patches that are conditional on resourceVersion, writes
// that change nothing and then no resourceVersion either, and the managedFields
// of a server-side apply. Beyond that, a plan says what goes wrong in it, and
// what the image registry operator does meanwhile.

type object = map[string]any

// cluster is what the stand-in keeps.
type cluster struct {
	Objects map[string]object // by resource/namespace/name
	Calls   []call
	Plan    []*incident
	// Version counts writes: the next resourceVersion.
	Version int
	// KillAt kills the script when this many calls have been answered.
	KillAt int
	// Operator: the image registry operator is at work.
	Operator bool
	// TakesDown: it also takes down a Removed registry. Otherwise the status stays as a
	// test has made it.
	TakesDown bool
}

type call struct {
	standin.Call
	// Wrote is set if the call changed an object.
	Wrote bool
}

// incident happens to calls whose arguments contain On: the first Skip of them
// are spared, the next Times (0 is all) are not.
type incident struct {
	On     string
	Skip   int
	Times  int
	Seen   int
	Stdout string // printed before anything else
	Stderr string // the call fails with it
	Signal syscall.Signal
	// Change is merged into objects, before the call is answered or, with After,
	// after it.
	Change map[string]object
	After  bool
}

// In place of a signal to the script, hang leaves a call without an answer, and
// orphan kills the shell that waits for oc, so that its exit status is not known.
const (
	hang   = syscall.Signal(-1)
	orphan = syscall.Signal(-2)
)

func (i *incident) happens(args string) bool {
	if !strings.Contains(args, i.On) {
		return false
	}
	i.Seen++
	return i.Seen > i.Skip && (i.Times == 0 || i.Seen <= i.Skip+i.Times)
}

// serve answers a call, and does to the script what is planned.
func (l *lab) serve(made standin.Call, connection net.Conn) {
	c := call{Call: made}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	before := l.Version
	var out bytes.Buffer
	status, signal := l.answer(c.Args, []byte(c.Stdin), &out)
	c.Wrote = l.Version != before
	l.Calls = append(l.Calls, c)
	switch {
	case len(l.Calls) == l.KillAt:
		standin.Check(syscall.Kill(-l.script, syscall.SIGKILL))
	case signal == hang:
		l.Cleanup(func() { _ = connection.Close() })
		return
	case signal == orphan:
		standin.Check(standin.Reply(connection, "orphan", out.String()))
	case signal != 0:
		standin.Check(syscall.Kill(l.script, signal))
		return // without an answer: the script must not wait for one
	default:
		standin.Check(standin.Reply(connection, status, out.String()))
	}
	standin.Check(connection.Close())
}

func (c *cluster) answer(args []string, stdin []byte, out *bytes.Buffer) (int, syscall.Signal) {
	line := strings.Join(args, " ")
	var after []*incident
	for _, i := range c.Plan {
		switch {
		case !i.happens(line):
		case i.After:
			after = append(after, i)
		case i.Stderr != "":
			fmt.Fprint(out, i.Stdout, i.Stderr)
			return 1, 0
		default:
			out.WriteString(i.Stdout)
			c.change(i.Change)
			if i.Signal != 0 {
				return 0, i.Signal
			}
		}
	}
	err := c.serve(args, stdin, out)
	for _, i := range after {
		c.change(i.Change)
	}
	if c.Operator {
		c.operate()
	}
	if err != nil {
		fmt.Fprintln(out, err)
		return 1, 0
	}
	return 0, 0
}

// refusal is an error in oc's own words.
type refusal string

func (r refusal) Error() string { return string(r) }

func (c *cluster) change(objects map[string]object) {
	for key, patch := range objects {
		if patch == nil {
			delete(c.Objects, key)
			continue
		}
		c.store(key, merge(c.Objects[key], patch).(object))
	}
}

// serve understands the flags that the script uses, in any order, and no others.
func (c *cluster) serve(args []string, stdin []byte, out *bytes.Buffer) error {
	var words []string
	flags := map[string]string{}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case slices.Contains([]string{"-n", "-o", "-p", "-f", "--field-selector"}, a):
			i++
			flags[a] = args[i]
		case strings.HasPrefix(a, "--"):
			name, value, _ := strings.Cut(a, "=")
			flags[name] = value
		default:
			words = append(words, a)
		}
	}
	if _, ok := flags["--request-timeout"]; ok {
		return fmt.Errorf("The connection to the server localhost:8080 was refused - did you specify the right host or port?")
	}
	switch words[0] {
	case "get":
		return c.get(words[1:], flags, out)
	case "patch":
		var patch object
		if err := json.Unmarshal([]byte(flags["-p"]), &patch); err != nil {
			return fmt.Errorf("error: unable to parse %q: %w", flags["-p"], err)
		}
		return c.write(words[1], patch, flags)
	case "apply":
		var manifest object
		if err := json.Unmarshal(stdin, &manifest); err != nil {
			return fmt.Errorf("error: error parsing STDIN: %w", err)
		}
		return c.apply(manifest, flags)
	}
	return fmt.Errorf("error: unknown command %q", words[0])
}

func (c *cluster) get(words []string, flags map[string]string, out *bytes.Buffer) error {
	if words[0] == "events" {
		return execute(flags["-o"], c.Objects["events"], out)
	}
	key := strings.Join(words, "/")
	if ns := flags["-n"]; ns != "" {
		key = words[0] + "/" + ns + "/" + words[1]
	}
	o, found := c.Objects[key]
	if !found {
		return nil // --ignore-not-found
	}
	return execute(flags["-o"], o, out)
}

func execute(output string, o object, out *bytes.Buffer) error {
	text, ok := strings.CutPrefix(output, "go-template=")
	if !ok {
		return fmt.Errorf("error: output %q", output)
	}
	t, err := template.New("output").Funcs(template.FuncMap{"exists": exists}).Parse(text)
	if err != nil {
		return fmt.Errorf("error: error parsing template %s", err)
	}
	return t.Execute(out, o)
}

// exists is kubectl's template function.
func exists(item any, keys ...string) bool {
	for _, key := range keys {
		m, ok := item.(object)
		if !ok {
			return false
		}
		item = m[key]
	}
	return item != nil
}

func (c *cluster) apply(manifest object, flags map[string]string) error {
	if _, ok := flags["--server-side"]; !ok || flags["--field-manager"] != "registry-profile" {
		return fmt.Errorf("error: not a server-side apply of our own")
	}
	metadata := manifest["metadata"].(object)
	resource := map[string]string{
		"ConfigMap": "configmaps", "Secret": "secrets", "Config": "configs.imageregistry.operator.openshift.io",
	}[manifest["kind"].(string)]
	key := resource + "/" + metadata["name"].(string)
	if ns, ok := metadata["namespace"]; ok {
		key = resource + "/" + ns.(string) + "/" + metadata["name"].(string)
	}
	if spec, ok := manifest["spec"].(object); ok {
		metadata["managedFields"] = c.ownedAfter(key, spec)
	}
	if _, found := c.Objects[key]; !found {
		if metadata["resourceVersion"] != nil {
			return refusal("Error from server (NotFound): " + key + " not found")
		}
		c.Objects[key] = object{}
	}
	return c.write(key, manifest, flags)
}

// ownedAfter is managedFields after an apply of spec.
func (c *cluster) ownedAfter(key string, spec object) []any {
	others, _ := c.Objects[key]["metadata"].(object)["managedFields"].([]any)
	others = slices.DeleteFunc(slices.Clone(others), func(e any) bool {
		return e.(object)["manager"] == "registry-profile" && e.(object)["operation"] == "Apply"
	})
	return append(others, object{"manager": "registry-profile", "operation": "Apply", "fieldsV1": object{"f:spec": fields(spec)}})
}

func fields(value any) object {
	set := object{}
	if m, ok := value.(object); ok {
		for key, v := range m {
			set["f:"+key] = fields(v)
		}
	}
	return set
}

func (c *cluster) write(key string, patch object, flags map[string]string) error {
	o, found := c.Objects[key]
	if !found {
		return refusal("Error from server (NotFound): " + key + " not found")
	}
	if flags["--field-manager"] != "registry-profile" {
		return fmt.Errorf("error: field manager %q", flags["--field-manager"])
	}
	if version := patch["metadata"].(object)["resourceVersion"]; version != nil && version != o["metadata"].(object)["resourceVersion"] {
		return refusal("Error from server (Conflict): Operation cannot be fulfilled on " + key +
			": the object has been modified; please apply your changes to the latest version and try again")
	}
	if flags["--dry-run"] != "server" {
		c.store(key, merge(o, patch).(object))
	}
	return nil
}

// store counts only real changes, and generations of the spec.
func (c *cluster) store(key string, o object) {
	old := c.Objects[key]
	if text(old) == text(o) {
		return
	}
	c.Version++
	metadata, _ := o["metadata"].(object)
	metadata = merge(metadata, object{"resourceVersion": strconv.Itoa(c.Version)}).(object)
	if text(old["spec"]) != text(o["spec"]) {
		generation, _ := metadata["generation"].(float64)
		metadata["generation"] = generation + 1
	}
	o["metadata"] = metadata
	c.Objects[key] = o
}

func text(v any) string {
	data, err := json.Marshal(v)
	standin.Check(err)
	return string(data)
}

// merge is RFC 7386.
func merge(target, patch any) any {
	p, ok := patch.(object)
	if !ok {
		return patch
	}
	t, _ := target.(object)
	merged := object{}
	maps.Copy(merged, t)
	for key, value := range p {
		if value == nil {
			delete(merged, key)
		} else {
			merged[key] = merge(merged[key], value)
		}
	}
	return merged
}

// operate does what the image registry operator does with Config: it drops what is false,
// writes out what is empty, and reports. Of a Removed registry it forgets the storage in
// status (pkg/resource/generator.go: Remove).
func (c *cluster) operate() {
	o := c.Objects[config]
	spec, _ := o["spec"].(object)
	switch spec["managementState"] {
	case "Managed":
	case "Removed":
		if !c.TakesDown {
			return
		}
		c.report(object{}, "Available=True", "Progressing=False", "Degraded=False", "Removed=True")
		return
	default:
		return
	}
	storage, _ := spec["storage"].(object)
	if s3, ok := storage["s3"].(object); ok {
		patch := object{}
		if s3["encrypt"] == false {
			patch["encrypt"] = nil
		}
		if s3["trustedCA"] == nil {
			patch["trustedCA"] = object{"name": ""}
		}
		c.store(config, merge(o, object{"spec": object{"storage": object{"s3": patch}}}).(object))
	}
	o = c.Objects[config]
	storage, _ = o["spec"].(object)["storage"].(object)
	storage = merge(storage, object{"managementState": nil}).(object)
	c.report(storage, "Available=True", "Progressing=False", "Degraded=False", "Removed=False")
}

// report writes the status of Config.
func (c *cluster) report(storage object, conditions ...string) {
	o := c.Objects[config]
	var all []any
	for _, condition := range conditions {
		kind, status, _ := strings.Cut(condition, "=")
		all = append(all, object{"type": kind, "status": status, "reason": "Ready", "message": "The registry says so"})
	}
	c.store(config, merge(merge(o, object{"status": nil}), object{"status": object{
		"observedGeneration": o["metadata"].(object)["generation"], "storage": storage, "conditions": all,
	}}).(object))
}
