package smoke

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"text/template"

	"github.com/registryprofile/registry-profile/internal/standin"
)

// The oc that the script runs in these tests is that of the bootstrap's (testdata/bin/oc
// there), and behind it is this: a stand-in for oc, an API server, the registry and the
// nodes. It imitates what the script relies on:
//   - kubectl: go-templates over what -l and a name select, "Error from server" lines;
//   - oc image append (openshift/oc, pkg/cli/image/append): "Uploading ... ", then "Pushed
//     DIGEST to NAME", or "error: " and what the registry's client says; a layer has to be
//     gzipped; the credentials come from the file of --registry-config;
//   - the kubelet: the states and the reasons of a container (kubernetes, pkg/kubelet/images
//     and pkg/kubelet/kuberuntime).

type object = map[string]any

// node is what happens to the pods of one index: each look at them is answered by the next
// of these states, the last one for good.
type node []object

// cluster is what the stand-in keeps.
type cluster struct {
	Job, Config, Account object
	Pods                 []object
	Stream               bool // the ImageStream is there
	Nodes                map[string]node
	Events               []any
	// Push is what oc image append answers, try by try; "" and what comes after the last
	// is a success.
	Push   []string
	Pushed []pushed
	Calls  []standin.Call
	Plan   []incident
	KillAt int
	// onCreate is told the name of each pod that is made.
	onCreate func(pod string)
	Other    []string // what the script has touched beside its own
}

type pushed struct{ to, auth, content, config string }

// incident fails the calls that contain On, after the first Skip, Times times; 0 is for good.
type incident struct {
	On, Stderr        string
	Skip, Times, seen int
	Signal            syscall.Signal
}

func (l *lab) serve(c standin.Call, connection net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	defer func() { _ = connection.Close() }()
	var out bytes.Buffer
	status := 0
	signal, err := l.answer(c, &out)
	if err != nil {
		status = 1
		fmt.Fprintln(&out, err)
	}
	l.Calls = append(l.Calls, c)
	switch {
	case len(l.Calls) == l.KillAt:
		standin.Check(syscall.Kill(-l.script, syscall.SIGKILL))
	case signal != 0:
		standin.Check(syscall.Kill(l.script, signal))
		l.Cleanup(func() { _ = connection.Close() })
	default:
		_ = standin.Reply(connection, status, out.String()) // the script may have given up on the call
	}
}

func (c *cluster) answer(call standin.Call, out *bytes.Buffer) (syscall.Signal, error) {
	line := strings.Join(call.Args, " ")
	for i := range c.Plan {
		p := &c.Plan[i]
		if !strings.Contains(line, p.On) {
			continue
		}
		p.seen++
		if p.seen <= p.Skip || p.Times > 0 && p.seen > p.Skip+p.Times {
			continue
		}
		if p.Signal != 0 {
			return p.Signal, nil
		}
		return 0, fmt.Errorf("%s", p.Stderr)
	}
	words, flags := parse(call.Args)
	switch words[0] {
	case "get":
		return 0, c.get(words[1:], flags, out)
	case "delete":
		return 0, c.delete(words[1:], flags)
	case "create":
		return 0, c.create(call.Stdin, flags)
	case "image":
		return 0, c.imageAppend(words[2:], flags, out)
	}
	return 0, fmt.Errorf("error: unknown command %q", words[0])
}

// parse understands the flags that the script uses, and no others.
func parse(args []string) (words []string, flags map[string]string) {
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case slices.Contains([]string{"-n", "-o", "-f", "-l", "--field-selector"}, a):
			i++
			flags[a] = args[i]
		case strings.HasPrefix(a, "--"):
			name, value, _ := strings.Cut(a, "=")
			flags[name] = value
		default:
			words = append(words, a)
		}
	}
	return words, flags
}

func (c *cluster) get(words []string, flags map[string]string, out *bytes.Buffer) error {
	var found any
	switch strings.Join(words, " ") {
	case "jobs.batch registry-bootstrap-12345678":
		found = c.Job
	case "configs.imageregistry.operator.openshift.io/cluster":
		found = c.Config
	case "serviceaccounts default":
		found = c.Account
	case "pods":
		found = object{"items": c.podsNow(flags["-l"])}
	case "events":
		found = object{"items": c.Events}
	default:
		return fmt.Errorf("error: the stand-in has no %q", words)
	}
	if o, ok := found.(object); ok && o == nil {
		return nil // --ignore-not-found
	}
	text, _ := strings.CutPrefix(flags["-o"], "go-template=")
	t, err := template.New("output").Parse(text)
	standin.Check(err)
	return t.Execute(out, found)
}

// podsNow are those that a selector finds, in their next state.
func (c *cluster) podsNow(selector string) []any {
	all := []any{}
	for _, pod := range c.Pods {
		if !c.selects(selector, pod) {
			continue
		}
		name := pod["metadata"].(object)["name"].(string)
		index := name[strings.LastIndex(name, "-")+1:]
		if states := c.Nodes[index]; len(states) > 0 {
			pod["status"] = states[0]["status"]
			pod["spec"].(object)["nodeName"] = states[0]["node"]
			if len(states) > 1 {
				c.Nodes[index] = states[1:]
			}
		}
		all = append(all, pod)
	}
	return all
}

func (c *cluster) selects(selector string, pod object) bool {
	key, value, exact := strings.Cut(selector, "=")
	labels, _ := pod["metadata"].(object)["labels"].(object)
	is, there := labels[key]
	return there && (!exact || is == value)
}

func (c *cluster) delete(words []string, flags map[string]string) error {
	if flags["--wait"] != "false" || flags["-n"] != namespace {
		c.Other = append(c.Other, fmt.Sprint(words, flags))
	}
	switch {
	case words[0] == "imagestreams.image.openshift.io" && words[1] == "registry-smoke-test":
		c.Stream = false
	case words[0] == "pods":
		c.Pods = slices.DeleteFunc(c.Pods, func(pod object) bool {
			if len(words) > 1 {
				return pod["metadata"].(object)["name"] == words[1]
			}
			return c.selects(flags["-l"], pod)
		})
	default:
		c.Other = append(c.Other, fmt.Sprint(words, flags))
	}
	return nil
}

func (c *cluster) create(stdin string, flags map[string]string) error {
	var pod object
	if err := json.Unmarshal([]byte(stdin), &pod); err != nil {
		return fmt.Errorf("error: error parsing STDIN: %w", err)
	}
	name := pod["metadata"].(object)["name"]
	if slices.ContainsFunc(c.Pods, func(p object) bool { return p["metadata"].(object)["name"] == name }) {
		return fmt.Errorf("Error from server (AlreadyExists): pods %q already exists", name)
	}
	if flags["-n"] != namespace || pod["kind"] != "Pod" {
		c.Other = append(c.Other, stdin)
	}
	c.Pods = append(c.Pods, pod)
	if c.onCreate != nil {
		c.onCreate(name.(string))
	}
	return nil
}

// imageAppend reads the files as oc does, at the moment of the call.
func (c *cluster) imageAppend(words []string, flags map[string]string, out *bytes.Buffer) error {
	fmt.Fprint(out, "Uploading ... ")
	if len(c.Push) > 0 {
		message := c.Push[0]
		if len(c.Push) > 1 {
			c.Push = c.Push[1:]
		}
		if message != "" {
			fmt.Fprintln(out, "failed")
			return fmt.Errorf("error: %s", message)
		}
	}
	var auths struct {
		Auths map[string]struct{ Auth string }
	}
	content, err := os.ReadFile(flags["--registry-config"])
	standin.Check(err)
	standin.Check(json.Unmarshal(content, &auths))
	auth, err := base64.StdEncoding.DecodeString(auths.Auths[registry].Auth)
	standin.Check(err)
	layer, err := os.ReadFile(words[0])
	standin.Check(err)
	unzipped, err := gzip.NewReader(bytes.NewReader(layer))
	standin.Check(err)
	archive := tar.NewReader(unzipped)
	header, err := archive.Next()
	standin.Check(err)
	inside, err := io.ReadAll(archive)
	standin.Check(err)
	if header.Name != "smoke-test" {
		return fmt.Errorf("error: file %q", header.Name)
	}
	if _, err := archive.Next(); err != io.EOF {
		return fmt.Errorf("error: the end of the archive: %v", err)
	}
	c.Stream = true
	c.Pushed = append(c.Pushed, pushed{flags["--to"], string(auth), string(inside), flags["--image"]})
	fmt.Fprintf(out, "5.2kB/s\nPushed sha256:%x to %s\n", sha256.Sum256(layer), flags["--to"])
	return nil
}
