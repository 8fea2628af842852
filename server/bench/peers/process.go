// Package peers starts and stops what is measured, each as a process of its own on a free port of loopback, and reads
// from the kernel what it takes.
//
// Concurrency: a Process is for one goroutine.
//
// Lifecycle: Stop ends a process and waits for it; when the bench dies the kernel ends it.
package peers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// startPatience is how long a program may take to listen: a mongod makes its journal first.
	startPatience = 60 * time.Second
	// stopPatience is how long a program may take to end by itself.
	stopPatience = 15 * time.Second
	// look is how often it is looked whether a program listens.
	look = 10 * time.Millisecond
)

// Process is a program that runs.
type Process struct {
	Addr    netip.AddrPort
	Metrics netip.AddrPort // of a roomstream that was asked for them

	cmd   *exec.Cmd
	log   *os.File
	ended chan struct{}
}

// command is how a program is started; args gets the address it is to listen on.
type command struct {
	program string
	args    func(addr netip.AddrPort) []string
	env     []string // besides PATH and HOME
	dir     string   // its working folder; its log is put there, unless log is set
	log     string
}

// start starts a program and returns when it listens.
func start(ctx context.Context, c command) (*Process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	if c.log == "" {
		c.log = filepath.Join(c.dir, "log")
	}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(c.program, c.args(addr)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, log, log
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, c.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", c.program, err), log.Close())
	}
	p := &Process{Addr: addr, cmd: cmd, log: log, ended: make(chan struct{})}
	go func() {
		cmd.Wait() // how it ended is told by its log
		close(p.ended)
	}()
	if err := p.waitListening(ctx, addr); err != nil {
		p.Stop()
		return nil, fmt.Errorf("%s: %w", c.program, err)
	}
	return p, nil
}

func freeAddr() (netip.AddrPort, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer l.Close()
	return netip.ParseAddrPort(l.Addr().String())
}

func (p *Process) waitListening(ctx context.Context, addr netip.AddrPort) error {
	end := time.After(startPatience)
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", addr.String())
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended at its start: %s", p.lastWords())
		case <-end:
			return fmt.Errorf("it did not listen within %s: %s", startPatience, p.lastWords())
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// lastWords is the end of the log.
func (p *Process) lastWords() string {
	const most = 2000 // bytes
	b := make([]byte, most)
	info, err := p.log.Stat()
	if err != nil {
		return err.Error()
	}
	n, _ := p.log.ReadAt(b, max(info.Size()-most, 0)) // it ends at the end of the file
	return string(b[:n])
}

// Died says why the process is no more; nil while it runs.
func (p *Process) Died() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s ended by itself: %s", filepath.Base(p.cmd.Path), p.lastWords())
	default:
		return nil
	}
}

// Stop ends the process, by force when it takes too long.
func (p *Process) Stop() {
	p.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	timeout := time.AfterFunc(stopPatience, func() { p.cmd.Process.Kill() })
	<-p.ended
	timeout.Stop()
	p.log.Close()
}
