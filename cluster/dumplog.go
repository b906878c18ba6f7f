package cluster

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"sync"
)

// stamp matches the time that "oc adm inspect" has the API server put before each line.
var stamp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[-+][0-9:]+) ?`)
})

func (d *dump) Logs(_ context.Context, namespace, pod, container string, lines int) Log {
	if !isName(namespace) || !isName(pod) || !isName(container) {
		return Log{Outcome: noName(Pods, namespace, pod)}
	}
	folder := path.Join(namespaces, namespace, "pods", pod, container, container, "logs")
	for _, name := range []string{"current.log", "current.insecure.log"} {
		text, err := d.tail(path.Join(folder, name), lines)
		switch {
		case err != nil:
			return Log{Outcome: failed("%s", err)}
		case text != nil:
			return Log{Outcome{State: Present}, string(stamp().ReplaceAll(bytes.ToValidUTF8(text, []byte("?")), nil))}
		}
	}
	return Log{Outcome: notCollected("%s: holds no log", d.display(folder))}
}
