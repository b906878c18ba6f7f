package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/programs"
)

// pool holds the clusters. One is started when none is free, so there are as
// many as scenarios run at a time; one that failed takes its cluster with it.
type pool struct {
	mu      sync.Mutex
	free    []*cluster.Cluster
	started int
}

var clusters pool

// take returns a cluster that is as new.
func (p *pool) take(ctx context.Context, operator bool) (*cluster.Cluster, error) {
	if c := p.pop(); c != nil {
		if c.Reset(ctx, operator) == nil {
			return c, nil
		}
		_ = c.Stop() // it cannot be cleared, so it is replaced
	}
	c, err := p.start(ctx)
	if err != nil {
		return nil, err
	}
	return c, c.Reset(ctx, operator)
}

func (p *pool) pop() *cluster.Cluster {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return nil
	}
	c := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	return c
}

func (p *pool) start(ctx context.Context) (*cluster.Cluster, error) {
	dir, err := programs.Dir()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.started++
	n := p.started
	p.mu.Unlock()
	return cluster.Start(ctx, filepath.Join(os.TempDir(), fmt.Sprintf("cluster-%d", n)), dir, fmt.Sprintf("127.0.1.%d", n))
}

// put gives a cluster back; a broken one is stopped.
func (p *pool) put(c *cluster.Cluster, broken bool) {
	if broken {
		_ = c.Stop()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
}

// stop stops all clusters that are free.
func (p *pool) stop() {
	for c := p.pop(); c != nil; c = p.pop() {
		_ = c.Stop()
	}
}
