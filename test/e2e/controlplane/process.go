package controlplane

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// process is a program that runs until it is stopped.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

func startProcess(log, name string, args ...string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	p := &process{cmd: exec.Command(name, args...), done: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.done <- p.cmd.Wait() }()
	return p, nil
}

// stop asks the process to end and kills it if it does not.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil // it has ended already
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTimeout):
		return p.cmd.Process.Kill()
	}
}
