package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/registryprofile/registry-profile/cluster"
)

// clients are the programs that read a cluster, the one to prefer first.
var clients = []string{"oc", "kubectl"}

// kubectl is the user's own oc or kubectl. It knows how to log in: by certificates, tokens
// and the plugins that a kubeconfig names.
type kubectl struct {
	path string
	// flags choose the cluster and the user.
	flags []string
}

// findKubectl returns the path of the client that the user has named, or of the first that
// is installed.
func findKubectl(named string) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("--kubectl %s: %w", named, withoutName(err))
		}
		return path, nil
	}
	for _, client := range clients {
		if path, err := exec.LookPath(client); err == nil {
			return path, nil
		}
	}
	return "", errors.New("neither oc nor kubectl is installed; name one with --kubectl, or read files " +
		"with --must-gather or --from")
}

// withoutName takes the name of the program from an error: the message has it.
func withoutName(err error) error {
	var at *exec.Error
	if errors.As(err, &at) {
		return withoutPath(at.Err)
	}
	return withoutPath(err)
}

// mostErrorBytes bounds what a client says on stderr: its last line tells why it failed.
const mostErrorBytes = 1 << 16

// call is a cluster.Call. The client gets the environment as it is, and no stdin: it cannot
// ask for a password.
func (k kubectl) call(ctx context.Context, arguments ...string) (stdout, stderr []byte, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := &bounded{most: cluster.MostBytes, full: func() {
		cancel(fmt.Errorf("%s prints more than %d bytes", k.path, cluster.MostBytes))
	}}
	said := &bounded{most: mostErrorBytes, full: func() {}}
	cmd := exec.CommandContext(ctx, k.path, append(arguments, k.flags...)...)
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = time.Second // a plugin of a client that was killed may hold its streams
	err = cmd.Run()
	if out.isFull {
		return nil, nil, context.Cause(ctx)
	}
	return out.kept, said.kept, err
}

// bounded keeps what is written until it would be too much. It has no other method of a
// buffer: a copy into it would choose that one.
type bounded struct {
	kept   []byte
	most   int
	isFull bool
	full   func()
}

// Write never fails: a program that cannot write would fail for another reason than its own.
func (b *bounded) Write(p []byte) (int, error) {
	fits := min(len(p), b.most-len(b.kept))
	b.kept = append(b.kept, p[:fits]...)
	if fits < len(p) && !b.isFull {
		b.isFull = true
		b.full()
	}
	return len(p), nil
}
