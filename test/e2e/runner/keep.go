package runner

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func makeDir(path string) error { return os.MkdirAll(path, 0o777) }

// keep saves what explains a failure and returns where.
func (s *Scenario) keep() string {
	dir, err := filepath.Abs(filepath.Join(output, unfit.ReplaceAllString(s.Name(), "_")))
	if err != nil {
		return err.Error()
	}
	for _, save := range []func(string) error{s.keepObjects, s.keepPods, s.keepLogs} {
		if err := save(dir); err != nil {
			fmt.Fprintln(os.Stderr, "e2e: keeping logs:", err)
		}
	}
	return dir
}

// keepObjects writes all objects of the scenario, the credentials left out.
func (s *Scenario) keepObjects(dir string) error {
	if err := makeDir(dir); err != nil {
		return err
	}
	objects, err := s.Contents(context.Background())
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, object := range objects {
		if object.GetKind() == "Secret" {
			object.Object["data"] = "(left out)"
		}
		encoded, err := yaml.Marshal(object.Object)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "---\n%s", encoded)
	}
	return os.WriteFile(filepath.Join(dir, "objects.yaml"), []byte(out.String()), 0o644)
}

func (s *Scenario) keepPods(dir string) error {
	for _, run := range s.Kubelet.Runs() {
		var out strings.Builder
		fmt.Fprintf(&out, "%s\n--- calls:\n", run.Output())
		for _, call := range run.Calls() {
			fmt.Fprintln(&out, call)
		}
		if err := os.WriteFile(filepath.Join(dir, run.Pod.Name+".log"), []byte(out.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scenario) keepLogs(dir string) error {
	return filepath.WalkDir(s.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".log" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, entry.Name()), content, 0o644)
	})
}
