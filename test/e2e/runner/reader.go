package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	reader "github.com/registryprofile/registry-profile/cluster"
)

// reader returns a new Reader of the cluster as it is now. In the place of kubectl it asks the
// API server itself, which takes a hundredth of the time, with the request that "kubectl get
// --raw" makes, and tells a refusal in its words. The real one is what Foresee runs, and the
// scenarios of reader and doctor.
func (s *Scenario) reader() reader.Reader {
	s.Helper()
	server := s.Discovery()
	getRaw := func(ctx context.Context, arguments ...string) (stdout, stderr []byte, err error) {
		if len(arguments) != 3 || arguments[0] != "get" || arguments[1] != "--raw" {
			return nil, nil, fmt.Errorf("no stand-in for kubectl %q", arguments)
		}
		stdout, err = server.RESTClient().Get().RequestURI(arguments[2]).DoRaw(ctx)
		var refusal *apierrors.StatusError
		if errors.As(err, &refusal) { // StandardErrorMessage of k8s.io/kubectl/pkg/cmd/util
			stderr = fmt.Appendf(nil, "Error from server (%s): %s\n", refusal.ErrStatus.Reason, refusal.ErrStatus.Message)
		}
		return stdout, stderr, err
	}
	return reader.Live(getRaw, time.Minute)
}
