package controlplane

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
)

// auditPolicy is the level of OpenShift's default audit profile: metadata, no bodies.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

func (c *ControlPlane) auditLog() string { return filepath.Join(c.Dir, "audit.log") }

// AuditLog returns the raw audit log.
func (c *ControlPlane) AuditLog() ([]byte, error) { return os.ReadFile(c.auditLog()) }

// Audit returns the audit events that keep chooses, in order. The log is
// written before a request is answered, so a call that has returned is in it.
func (c *ControlPlane) Audit(keep func(*auditv1.Event) bool) ([]auditv1.Event, error) {
	file, err := os.Open(c.auditLog())
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var events []auditv1.Event
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var event auditv1.Event
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		if keep(&event) {
			events = append(events, event)
		}
	}
	return events, lines.Err()
}
