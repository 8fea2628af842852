//go:build !linux

package postgrestest

import (
	"os/exec"
	"syscall"
)

// endWithParent has the process run as somebody; where the kernel cannot, it is left when a test's process is killed.
func endWithParent(cmd *exec.Cmd, cred *syscall.Credential) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
}
