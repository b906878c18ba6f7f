// Package standin is for the tests of the scripts that run in the cluster: it answers the oc
// that they call there (generators/bootstrap/testdata/bin/oc), which hands every call over.
package standin

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// Call is one of oc, with the environment that it was given.
type Call struct {
	Args  []string
	Env   []string
	Stdin string
}

// Listen serves every call until the test ends, and returns the port on which oc finds it.
// Serve answers with Reply, or closes the connection without an answer.
func Listen(t testing.TB, serve func(c Call, connection net.Conn)) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Check(err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { serve(read(connection), connection) }()
		}
	}()
	_, port, err = net.SplitHostPort(listener.Addr().String())
	Check(err)
	return port
}

func read(connection net.Conn) Call {
	from := bufio.NewReader(connection)
	field := func() string {
		value, err := from.ReadString(0)
		Check(err)
		return strings.TrimSuffix(value, "\x00")
	}
	list := func() (values []string) {
		count, err := strconv.Atoi(field())
		Check(err)
		for range count {
			values = append(values, field())
		}
		return values
	}
	return Call{Args: list(), Env: list(), Stdin: field()}
}

// Reply lets oc print an output and end with a status. With the status "orphan" it kills the
// shell that waits for it, and itself. It fails if oc is no longer there.
func Reply(connection net.Conn, status any, output string) error {
	_, err := fmt.Fprintf(connection, "%v\x00%s\x00", status, output)
	return err
}

// Check ends the tests at a fault of the stand-in itself.
func Check(err error) {
	if err != nil {
		panic(err)
	}
}
