package argocd

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
)

// Cached returns what Argo CD keeps in redis, by the names of the keys.
func (a *ArgoCD) Cached(ctx context.Context) (map[string][]byte, error) {
	names, err := a.redis(ctx, "keys", "*")
	if err != nil {
		return nil, err
	}
	cached := map[string][]byte{}
	for name := range strings.Lines(string(names)) {
		name = strings.TrimSuffix(name, "\n")
		// Not every key is a text; of the others, redis says so.
		if content, err := a.redis(ctx, "get", name); err != nil {
			return nil, err
		} else if cached[name], err = unpack(content); err != nil {
			return nil, err
		}
	}
	return cached, nil
}

func (a *ArgoCD) redis(ctx context.Context, arguments ...string) ([]byte, error) {
	return exec.CommandContext(ctx, "redis-cli", append([]string{"-p", a.redisPort, "--raw"}, arguments...)...).Output()
}

// unpack undoes the compression that Argo CD stores with.
func unpack(content []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) {
		return content, nil
	}
	if err != nil {
		return nil, err
	}
	reader.Multistream(false) // redis-cli ends its output with a line break
	return io.ReadAll(reader)
}
