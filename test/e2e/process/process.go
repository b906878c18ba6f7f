// Package process starts programs that run until they are stopped, with a log each.
package process

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A Process is a program that runs.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// Start starts a program that writes all its output to a file.
func Start(log string, cmd *exec.Cmd) (*Process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	p := &Process{cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Kill ends the program, if it has not ended.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Terminate asks the program to end, and kills it if it has not after a time.
func (p *Process) Terminate(patience time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil // it has ended already
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
		return p.cmd.Process.Kill()
	}
}

// FreeAddress returns a host and port of loopback on which nothing listens.
func FreeAddress() (string, error) {
	addresses, err := FreeAddresses(1)
	if err != nil {
		return "", err
	}
	return addresses[0], nil
}

// FreeAddresses returns as many, all different.
func FreeAddresses(n int) ([]string, error) {
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = listener.Close() }()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}
