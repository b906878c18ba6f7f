package cluster

import (
	"io/fs"
	"strings"
)

// isName tells whether a text can be the name of an object, and so a part of a path.
func isName(name string) bool {
	return name != "." && fs.ValidPath(name) && !strings.ContainsAny(name, "/%")
}

// noName is the Outcome of a question for an object that no cluster can hold.
func noName(kind Kind, namespace, object string) Outcome {
	return failed("%q is the name of no object", name(kind, namespace, object))
}
