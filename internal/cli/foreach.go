package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// forEach does something with the profile of every file that is good, on all
// processors, and then something else with what became of every file, in their
// order, before its findings are reported. It holds a few renderings at a time, so
// that memory does not grow with the number of files. It fails if any did.
func (s *session) forEach(files []string, do, then func(*rendering)) error {
	var failed error
	progress := s.progress(len(files))
	defer progress.clear()
	decoded := func(file string) *rendering {
		r := s.decode(file)
		if !r.failed {
			do(r)
		}
		return r
	}
	batch := 8 * runtime.GOMAXPROCS(0)
	for start := 0; start < len(files); start += batch {
		progress.show(start)
		for _, r := range parallel(files[start:min(start+batch, len(files))], decoded) {
			then(r)
			if len(r.lines) > 0 {
				progress.clear()
			}
			if err := s.report(r); err != nil {
				failed = err
			}
		}
	}
	return failed
}

// nothing is what forEach does where there is nothing more to do.
func nothing(*rendering) {}

// parallel calls do for every file on all processors. A panic is the caller's.
func parallel(files []string, do func(file string) *rendering) []*rendering {
	var (
		renderings = make([]*rendering, len(files))
		next       = make(chan int)
		group      sync.WaitGroup
		once       sync.Once
		failed     any
	)
	one := func(i int) {
		defer func() {
			if r := recover(); r != nil {
				once.Do(func() { failed = fault{fmt.Sprintf("%s: %v", files[i], r), debug.Stack()} })
			}
		}()
		renderings[i] = do(files[i])
	}
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				one(i)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	group.Wait()
	if failed != nil {
		panic(failed)
	}
	return renderings
}

// progress is a line on a terminal that says how far a long run is.
type progress struct {
	session *session
	total   int
	begin   time.Time
	shown   bool
}

func (s *session) progress(total int) *progress {
	return &progress{session: s, total: total, begin: time.Now()}
}

// show writes the line once the run has taken more than a second.
func (p *progress) show(done int) {
	if time.Since(p.begin) > time.Second && isTerminal(p.session.err) {
		fmt.Fprintf(p.session.err, "\r%d of %d profiles", done, p.total)
		p.shown = true
	}
}

// clear takes the line away, so that a finding can stand in its place.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.session.err, "\r\x1b[K")
		p.shown = false
	}
}
