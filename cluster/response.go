package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// The reasons of the API server that tell answers apart.
const (
	notFound  = "NotFound"
	forbidden = "Forbidden"
	expired   = "Expired"
)

// response is what the API server has sent.
type response struct {
	body []byte
	err  error
	// reason is the API server's, if it is the one that refuses.
	reason string
}

func (r response) why() string {
	if r.err == nil {
		return ""
	}
	return brief(r.err.Error())
}

// discover asks what the server serves at a path, once.
func (l *live) discover(ctx context.Context, path string) response {
	return l.served.get(path, func() response { return l.run(ctx, path) })
}

// run calls oc to get a path.
func (l *live) run(ctx context.Context, path string) response {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return response{err: ctx.Err()}
	}
	limited, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	stdout, stderr, err := l.call(limited, "get", "--raw", path)
	switch {
	case err == nil:
		return response{body: stdout}
	case ctx.Err() != nil:
		return response{err: ctx.Err()}
	case limited.Err() != nil:
		return response{err: fmt.Errorf("no answer within %s", l.patience)}
	}
	return refusal(stderr, err)
}

// serverError begins the line in which oc and kubectl tell what the API server has sent:
// "Error from server (NotFound): ...". It has been so in every version.
const serverError = "Error from server"

// refusal reads why a call has failed. Warnings may stand before it.
func refusal(stderr []byte, err error) response {
	lines := bytes.Split(bytes.TrimSpace(stderr), []byte("\n"))
	for i, line := range lines {
		rest, ok := strings.CutPrefix(string(line), serverError)
		if !ok {
			continue
		}
		words := brief(string(bytes.Join(lines[i:], []byte(" "))))
		reason, _, _ := strings.Cut(strings.TrimPrefix(rest, " ("), "):")
		if !strings.HasPrefix(rest, " (") {
			reason = "Unknown"
		}
		return response{err: errors.New(words), reason: reason}
	}
	if last := string(lines[len(lines)-1]); last != "" {
		return response{err: errors.New(brief(strings.TrimPrefix(last, "error: ")))}
	}
	return response{err: err}
}
