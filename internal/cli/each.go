package cli

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// each yields every item with what work makes of it, in the order of the items. It works
// on a batch of items at a time, on all processors, so that memory does not grow with
// their number. A panic in work is raised again in the caller. A long run shows its
// progress.
func each[S, T any](s *session, items []S, work func(S) T) iter.Seq2[S, T] {
	return func(yield func(S, T) bool) {
		defer s.err.clearProgress()
		begin := time.Now()
		batch := 8 * runtime.GOMAXPROCS(0)
		for start := 0; start < len(items); start += batch {
			if time.Since(begin) > time.Second {
				s.err.showProgress(start, len(items))
			}
			some := items[start:min(start+batch, len(items))]
			for i, result := range parallel(some, work) {
				if !yield(some[i], result) {
					return
				}
			}
		}
	}
}

// parallel returns what work makes of each item. It works on all processors.
func parallel[S, T any](items []S, work func(S) T) []T {
	var (
		results = make([]T, len(items))
		next    = make(chan int)
		group   sync.WaitGroup
		once    sync.Once
		failed  *fault
	)
	one := func(i int) {
		defer func() {
			if r := recover(); r != nil {
				once.Do(func() { failed = &fault{fmt.Sprintf("%v: %v", items[i], r), debug.Stack()} })
			}
		}()
		results[i] = work(items[i])
	}
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				one(i)
			}
		})
	}
	for i := range items {
		next <- i
	}
	close(next)
	group.Wait()
	if failed != nil {
		panic(*failed)
	}
	return results
}
