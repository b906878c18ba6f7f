// Command bench prints what the binary costs, as ratios to programs measured in
// the same run: times of one machine say little about another. It is started by
// "make bench" in the folder of the module.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	runs    = 40
	profile = "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata:\n  name: %s\n"
)

func main() {
	if err := bench(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func bench() error {
	dir, err := os.MkdirTemp(memory(), "registry-profile-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, program := range []string{"test/bench/launch", "test/bench/cat", "test/bench/emptyfn", "cmd/registry-profile"} {
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir, "./"+program)
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("building %s: %w", program, err)
		}
	}
	if err := coldStart(dir); err != nil {
		return err
	}
	if err := oneProcess(); err != nil {
		return err
	}
	return fleets(dir)
}

// memory is a folder in memory, where there is one: how fast a disk makes files
// differs more from run to run than anything here.
func memory() string {
	const shared = "/dev/shm"
	if _, err := os.Stat(shared); err != nil {
		return ""
	}
	return shared
}

// subject is a program to start, and the figures of its runs.
type subject struct {
	name  string
	args  []string
	stdin string
	wall  []time.Duration
	peak  int64 // KiB, the largest of all runs
}

// coldStart starts the programs in turn, so that a machine whose speed drifts
// treats them alike.
func coldStart(dir string) error {
	one := fmt.Sprintf(profile, "registry")
	file := filepath.Join(dir, "profile.yaml")
	if err := os.WriteFile(file, []byte(one), 0o600); err != nil {
		return err
	}
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  " + strings.ReplaceAll(strings.TrimSpace(one), "\n", "\n  ") + "\n"
	binary := filepath.Join(dir, "registry-profile")
	subjects := []*subject{
		{name: "copy stdin to stdout", args: []string{filepath.Join(dir, "cat")}, stdin: list},
		{name: "empty function", args: []string{filepath.Join(dir, "emptyfn")}, stdin: list},
		{name: "function", args: []string{binary}, stdin: list},
		{name: "render", args: []string{binary, "render", file}},
	}
	for range runs {
		for _, s := range subjects {
			if err := s.start(dir); err != nil {
				return err
			}
		}
	}
	fmt.Printf("cold start, median of %d runs of the whole process\n", runs)
	fmt.Printf("  %-22s %8s %8s %8s %10s\n", "", "ms", "/ copy", "/ empty", "peak MiB")
	for _, s := range subjects {
		ms := milliseconds(s.median())
		fmt.Printf("  %-22s %8.1f %8.1f %8.1f %10.1f\n", s.name, ms, ms/milliseconds(subjects[0].median()), ms/milliseconds(subjects[1].median()), float64(s.peak)/1024)
	}
	return nil
}

func (s *subject) start(dir string) error {
	figures, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer figures.Close()
	cmd := exec.Command(filepath.Join(dir, "launch"), s.args...)
	cmd.Stdin, cmd.Stderr, cmd.ExtraFiles = strings.NewReader(s.stdin), os.Stderr, []*os.File{write}
	_, err = cmd.Output()
	write.Close()
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	var wall, peak int64
	if _, err := fmt.Fscan(figures, &wall, &peak); err != nil {
		return fmt.Errorf("%s: reading its figures: %w", s.name, err)
	}
	s.wall = append(s.wall, time.Duration(wall)*time.Microsecond)
	s.peak = max(s.peak, peak)
	return nil
}

func (s *subject) median() time.Duration {
	slices.Sort(s.wall)
	return s.wall[len(s.wall)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// oneProcess renders profiles on one core without reading or writing files, with the
// garbage collection of the program.
func oneProcess() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	debug.SetGCPercent(400)
	const count = 1000
	began := processorTime()
	for i := range count {
		node, err := yaml.Parse(fmt.Sprintf(profile, fmt.Sprintf("registry-%d", i)))
		if err != nil {
			return err
		}
		profile, results := v1alpha1.Decode(node)
		if len(results) > 0 {
			return results
		}
		for _, r := range generators.Expand(profile) {
			if _, err := ynode.Marshal(r.YNode()); err != nil {
				return err
			}
		}
	}
	spent := processorTime() - began
	fmt.Printf("one process, one core: %.0f profiles a second of processor time, over %d\n", count/spent.Seconds(), count)
	return nil
}

// processorTime is what this process has had of the processors: on a busy machine the
// clock on the wall says nothing.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// fleets writes fleets of growing size to a folder: time should grow with their
// number, memory should not, and a second run, which changes nothing, should not
// take longer than the first.
func fleets(dir string) error {
	fmt.Println("fleets written to a folder, to the smallest one, and again, to the first run")
	fmt.Printf("  %8s %10s %10s %10s %10s %10s\n", "profiles", "s", "time", "peak MiB", "peak", "again")
	var smallest *subject
	for _, count := range []int{500, 1000, 2500, 5000} {
		first, again, err := fleet(dir, count)
		if err != nil {
			return err
		}
		if smallest == nil {
			smallest = first
		}
		seconds := first.median().Seconds()
		fmt.Printf("  %8d %10.1f %9.1fx %10.1f %9.1fx %9.1fx\n", count, seconds, seconds/smallest.median().Seconds(), float64(first.peak)/1024, float64(first.peak)/float64(smallest.peak), again.median().Seconds()/seconds)
	}
	return nil
}

// fleet writes a number of profiles to a folder twice.
func fleet(dir string, count int) (first, again *subject, err error) {
	in, out := filepath.Join(dir, fmt.Sprint("profiles-", count)), filepath.Join(dir, fmt.Sprint("out-", count))
	defer os.RemoveAll(out)
	if err := writeProfiles(in, count); err != nil {
		return nil, nil, err
	}
	files, err := filepath.Glob(filepath.Join(in, "*.yaml"))
	if err != nil {
		return nil, nil, err
	}
	args := append([]string{filepath.Join(dir, "registry-profile"), "render", "-o", out}, files...)
	first, again = &subject{name: "render -o", args: args}, &subject{name: "render -o, again", args: args}
	if err := first.start(dir); err != nil {
		return nil, nil, err
	}
	return first, again, again.start(dir)
}

func writeProfiles(dir string, count int) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for i := range count {
		name := fmt.Sprintf("cluster-%d", i)
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(fmt.Sprintf(profile, name)), 0o600); err != nil {
			return err
		}
	}
	return nil
}
