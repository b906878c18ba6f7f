package finding

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// The types below are the part of the JUnit format that CI systems agree on: a suite for
// each file, and in it a case for each finding. An error is a failed case; a warning is a
// case that has passed, with a note. A file without findings has one case, which has passed.

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	ClassName string        `xml:"classname,attr"`
	Name      string        `xml:"name,attr"`
	Failure   *junitFailure `xml:"failure"`
	Note      string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func (r *Report) writeJUnit(w io.Writer) error {
	suites := junitSuites{Name: "registry-profile " + r.Command}
	for _, suite := range r.junitSuites() {
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Suites = append(suites.Suites, suite)
	}
	content, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, content)
	return err
}

// junitSuites returns a suite for each file, in the order of the files, and then one for
// what is about no file.
func (r *Report) junitSuites() []junitSuite {
	found := map[string][]Located{}
	for _, f := range r.findings {
		found[f.File] = append(found[f.File], f)
	}
	var suites []junitSuite
	for _, file := range r.files {
		suites = append(suites, r.junitSuite(file, found[file]))
		delete(found, file)
	}
	if len(found[""]) > 0 || len(suites) == 0 { // CI systems take a report without a test for a broken one
		suites = append(suites, r.junitSuite("", found[""]))
	}
	return suites
}

func (r *Report) junitSuite(file string, found []Located) junitSuite {
	suite := junitSuite{Name: cmp.Or(file, r.Command)}
	same := map[string]int{}
	for _, f := range found {
		test := r.junitCase(f)
		test.ClassName = suite.Name
		if same[test.Name]++; same[test.Name] > 1 { // CI systems know a test by its name
			test.Name += fmt.Sprintf(" (%d)", same[test.Name])
		}
		if test.Failure != nil {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, test)
	}
	if len(found) == 0 {
		suite.Cases = []junitCase{{ClassName: suite.Name, Name: r.Command}}
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// junitCase names a finding without its line, so that it is the same test in the next run.
func (r *Report) junitCase(f Located) junitCase {
	name := []string{CodeOf(f.Result)}
	if ref := f.ResourceRef; ref != nil && ref.Kind != r.ProfileKind {
		name = append(name, ref.Kind+"/"+ref.Name)
	}
	if path := Path(f.Result); path != "" {
		name = append(name, path)
	}
	test := junitCase{Name: OneLine(strings.Join(name, " "))}
	line := Line(f.Result, f.Place(), r.ProfileKind)
	if f.Severity != kptfn.Error {
		test.Note = line
		return test
	}
	test.Failure = &junitFailure{OneLine(sentence(f.Result, r.ProfileKind)), CodeOf(f.Result), line}
	return test
}
