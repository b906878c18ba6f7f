package apiproxy

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Call is one request of a pod to the API server.
type Call struct {
	N      int // 1 for the pod's first
	Time   time.Time
	Method string
	Path   string
	Query  string
	Status int // of the answer that the pod got; 0: none
}

// Name is what the call does to what.
func (c Call) Name() string { return c.Method + " " + c.Path }

// Writes says whether the call can change something.
func (c Call) Writes() bool {
	return c.Method != http.MethodGet && c.Method != http.MethodHead && !strings.Contains(c.Query, "dryRun=All")
}

// Discovery says whether the call only asks what the API server can do.
func (c Call) Discovery() bool {
	path := strings.TrimSuffix(c.Path, "/")
	switch strings.Count(path, "/") {
	case 1: // /api, /apis, /version
		return true
	case 2: // /api/v1, /apis/GROUP, /openapi/v3
		return true
	case 3: // /apis/GROUP/VERSION, but /api/v1/namespaces
		return strings.HasPrefix(path, "/apis/")
	default:
		return strings.HasPrefix(path, "/openapi/")
	}
}

func (c Call) String() string {
	query := ""
	if c.Query != "" {
		query = "?" + c.Query
	}
	return fmt.Sprintf("%s %d %s%s %d", c.Time.Format("15:04:05.000"), c.N, c.Name(), query, c.Status)
}
