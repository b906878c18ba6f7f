package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const stdinName = "-"

// rendering is what became of the file of one profile.
type rendering struct {
	file string
	// profile is nil where it has errors.
	profile *v1alpha1.RegistryProfile
	// stale says that its folder, if it goes into one, is not as it should be, and
	// changes what is to be done, where that is known.
	stale   bool
	changes []change
	// lines are the findings, for people.
	lines  []string
	failed bool
}

// decode reads a file and the profile in it.
func (s *session) decode(file string) *rendering {
	r := &rendering{file: file}
	node, err := s.load(file)
	if err != nil {
		r.fail(err)
		return r
	}
	profile, results := v1alpha1.Decode(node)
	if s.strict {
		results = finding.Strict(results)
	}
	r.profile, r.failed = profile, finding.HasErrors(results)
	for _, result := range results {
		r.lines = append(r.lines, finding.Line(result, position(title(file), node, result), v1alpha1.Kind))
	}
	return r
}

// name is that of a good profile.
func (r *rendering) name() string { return r.profile.Metadata.Name }

func (r *rendering) fail(errs ...error) {
	for _, err := range errs {
		r.lines = append(r.lines, "error: "+finding.OneLine(err.Error()))
		r.failed = true
	}
}

// report writes the findings and says whether the profile is good.
func (s *session) report(r *rendering) error {
	for _, line := range r.lines {
		fmt.Fprintln(s.err, line)
	}
	if r.failed {
		return errReported
	}
	return nil
}

// title is how a file is called in findings.
func title(file string) string {
	if file == stdinName {
		return "stdin"
	}
	return file
}

// position adds the line of a finding to the name of its file.
func position(title string, node *yaml.RNode, r *kptfn.Result) string {
	path := finding.Path(r)
	if path == "" {
		return title
	}
	line, _ := ynode.Find(node.YNode(), path)
	return fmt.Sprintf("%s:%d", title, line)
}

// load reads the one document of a file.
func (s *session) load(file string) (*yaml.RNode, error) {
	content, err := s.read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", title(file), err)
	}
	documents, err := parse(content)
	if err != nil {
		return nil, syntaxError(title(file), content, err)
	}
	switch len(documents) {
	case 0:
		return nil, fmt.Errorf("%s: is empty; write a RegistryProfile", title(file))
	case 1:
		return documents[0], nil
	}
	return nil, fmt.Errorf("%s: holds %d documents; write one RegistryProfile to a file", title(file), len(documents))
}

// read returns the text of a file, which may be stdin.
func (s *session) read(file string) ([]byte, error) {
	in := s.in
	if file != stdinName {
		opened, err := os.Open(file)
		if err != nil {
			return nil, reason(err)
		}
		defer opened.Close()
		info, err := opened.Stat()
		switch {
		case err != nil:
			return nil, reason(err)
		case info.IsDir():
			return nil, errors.New("is a folder; name the file of a RegistryProfile")
		case info.Size() > ynode.MostBytes:
			return nil, fmt.Errorf("has %d bytes; a RegistryProfile has at most %d", info.Size(), ynode.MostBytes)
		}
		in = opened
	}
	content, err := io.ReadAll(io.LimitReader(in, ynode.MostBytes+1))
	switch {
	case err != nil:
		return nil, reason(err)
	case len(content) > ynode.MostBytes:
		return nil, fmt.Errorf("has more than %d bytes, the most that a RegistryProfile may have", ynode.MostBytes)
	case !utf8.Valid(content) || bytes.ContainsRune(content, 0):
		return nil, errors.New("is not UTF-8 text; name the file of a RegistryProfile")
	}
	return content, nil
}

// reason leaves out of an error of the file system what its reader knows: the
// operation and the path.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// parse returns the documents of a YAML stream, without the empty ones.
func parse(content []byte) ([]*yaml.RNode, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var documents []*yaml.RNode
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		node := yaml.NewRNode(yaml.NewRNode(document).YNode())
		if !node.IsNilOrEmpty() {
			documents = append(documents, node)
		}
	}
}

var (
	lineOfError = regexp.MustCompile(`^line (\d+): `)
	// tabbed matches a line with a tab where YAML counts spaces.
	tabbed = regexp.MustCompile(`(?m)^ *(- *)*\t`)
	// templated matches a line with the template of a tool such as Helm.
	templated = regexp.MustCompile(`(?m)^[^#'"\n]*\{\{`)
)

// syntaxError moves the line that the YAML library reports to where findings have theirs.
// What the library cannot know is told in its place: a tab, and a template that stands in
// the text.
func syntaxError(title string, content []byte, err error) error {
	if tab := tabbed.FindIndex(content); tab != nil {
		return fmt.Errorf("%s:%d: is not YAML: a tab stands in the indentation; write spaces [%s]",
			title, lineAt(content, tab[0]), finding.YAML.Name)
	}
	if template := templated.FindIndex(content); template != nil {
		return fmt.Errorf("%s:%d: is not YAML: a template stands there that nothing has filled in; write the value [%s]",
			title, lineAt(content, template[0]), finding.Template.Name)
	}
	message := strings.TrimPrefix(finding.OneLine(err.Error()), "yaml: ")
	if at := lineOfError.FindStringSubmatch(message); at != nil {
		title, message = title+":"+at[1], strings.TrimPrefix(message, at[0])
	}
	return fmt.Errorf("%s: is not YAML: %s [%s]", title, message, finding.YAML.Name)
}

// lineAt returns the number of the line of a position in a text.
func lineAt(content []byte, position int) int {
	return 1 + bytes.Count(content[:position], []byte("\n"))
}

// stream writes objects as a YAML stream.
func stream(nodes []*yaml.RNode) ([]byte, error) {
	buffer := &bytes.Buffer{}
	for i, node := range nodes {
		if i > 0 {
			buffer.WriteString("---\n")
		}
		text, err := ynode.Marshal(node.YNode())
		if err != nil {
			id := ynode.MetaOf(node.YNode()).ID
			return nil, fmt.Errorf("writing %s %s: %w", id.Kind, id.Name, err)
		}
		buffer.Write(text)
	}
	return buffer.Bytes(), nil
}
