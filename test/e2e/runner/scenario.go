package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
)

// limit is that of waiting for one thing: only a fault reaches it, on the busiest machine.
const limit = 5 * time.Minute

// A Scenario is a test with a cluster of its own.
type Scenario struct {
	*testing.T
	*cluster.Cluster
	Ctx context.Context

	// Unforeseen says why plan cannot foresee how the Jobs of the scenario end, or is "".
	Unforeseen string

	note      string
	told      string               // the outcome that is in the table already, or ""
	forecasts map[string]*forecast // by the names of Jobs
}

// Note adds a measured figure to the scenario's line in the table.
func (s *Scenario) Note(format string, args ...any) { s.note = fmt.Sprintf(format, args...) }

// An Option changes what a scenario finds.
type Option func(*options)

type options struct{ operator bool }

// WithoutOperator leaves the registry's operator, and so Config, away.
func WithoutOperator(o *options) { o.operator = false }

// Start gives the test a clean cluster as soon as there is one.
func Start(t *testing.T, opts ...Option) *Scenario {
	t.Helper()
	t.Parallel()
	o := options{operator: true}
	for _, opt := range opts {
		opt(&o)
	}
	c, err := clusters.take(t.Context(), o.operator)
	require.NoError(t, err)
	s := &Scenario{T: t, Cluster: c, Ctx: t.Context()}
	began := time.Now()
	t.Cleanup(func() { s.end(began) })
	s.speedUp()
	return s
}

// Reset makes the cluster as it was at the start.
func (s *Scenario) Reset() {
	s.Helper()
	s.requireNoLoss()
	require.NoError(s, s.Cluster.Reset(s.Ctx, true))
	s.speedUp()
}

// speedUp makes the pods look again soon, and spares oc, which starts often and lives
// shortly, to collect garbage. A call may last long, as a busy machine is no fault.
func (s *Scenario) speedUp() {
	s.Kubelet.Env(
		corev1.EnvVar{Name: "POLL_SECONDS", Value: "0.5"},
		corev1.EnvVar{Name: "CALL_SECONDS", Value: "60"},
		corev1.EnvVar{Name: "GOGC", Value: "off"},
	)
}

// requireNoLoss fails the scenario for every bucket or volume that the operator
// has deleted.
func (s *Scenario) requireNoLoss() {
	for _, loss := range s.Operator.ImageLosses() {
		s.Errorf("images lost: %s", loss)
	}
}

// end gives the cluster back. Of a scenario in parts, it tells only what the last part has not.
func (s *Scenario) end(began time.Time) {
	s.requireNoLoss()
	if s.outcome() != s.told {
		s.tell(s.Name(), began)
	}
	clusters.put(s.Cluster, s.Failed())
}

// Part plays a part of the scenario, on the cluster as it is by then, as a test of its own. In
// the table it stands directly below the outermost test. It says whether the next may go on.
func (s *Scenario) Part(name string, play func()) bool {
	s.Helper()
	whole := s.T
	defer func() { s.T = whole }()
	return whole.Run(name, func(t *testing.T) {
		s.T, s.note = t, ""
		began := time.Now()
		t.Cleanup(func() {
			s.requireNoLoss()
			test, _, _ := strings.Cut(whole.Name(), "/")
			s.tell(test+"/"+name, began)
		})
		play()
	})
}

func (s *Scenario) outcome() string {
	switch {
	case s.Failed():
		return "FAIL"
	case s.Skipped():
		return "skipped"
	default:
		return "ok"
	}
}

// tell puts a line into the table.
func (s *Scenario) tell(name string, began time.Time) {
	r := result{scenario: strings.TrimPrefix(name, "Test"), outcome: s.outcome(), note: s.note, took: time.Since(began)}
	if s.Failed() {
		r.note = s.keep()
	}
	fmt.Printf("%-7s %s (%.1fs) %s\n", r.outcome, r.scenario, r.took.Seconds(), r.note)
	results.add(r)
	s.told = r.outcome
}

// Await waits until check holds; check says what it is still missing.
func (s *Scenario) Await(what string, check func(ctx context.Context) (bool, error)) {
	s.Helper()
	var last error
	ctx, cancel := context.WithTimeout(s.Ctx, limit)
	defer cancel()
	err := cluster.Poll(ctx, func(ctx context.Context) (bool, error) {
		var ok bool
		ok, last = check(ctx)
		return ok && last == nil, nil
	})
	if err != nil {
		s.Fatalf("waiting for %s: %v", what, errors.Join(err, last))
	}
}

// RegistryConfig is the Config as it is now.
func (s *Scenario) RegistryConfig() *imageregistryv1.Config {
	s.Helper()
	config := &imageregistryv1.Config{}
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKey{Name: "cluster"}, config))
	return config
}

// ServeRegistry starts a real registry on what the cluster holds now, and opens it to pods
// and nodes.
func (s *Scenario) ServeRegistry() *pushpull.Registry {
	s.Helper()
	registry := s.Registry()
	front, err := s.Cluster.ServeRegistry(registry)
	require.NoError(s, err)
	s.Cleanup(front.Close)
	return registry
}

// Registry starts a real registry on what the cluster holds now.
func (s *Scenario) Registry() *pushpull.Registry {
	s.Helper()
	dir := s.TempDir()
	volume := filepath.Join(dir, "volume")
	require.NoError(s, makeDir(volume))
	registry, err := pushpull.Start(s.Ctx, pushpull.Options{
		Client: s.Client, Hosts: s.Gateway.Hosts(), Programs: s.Programs,
		SystemCA: s.SystemCA.Bundle(), Dir: filepath.Join(dir, "registry"), Volume: volume,
	})
	require.NoError(s, err)
	s.Cleanup(registry.Stop)
	return registry
}
