package postgrestest

import (
	"os/exec"
	"syscall"
)

// endWithParent has the process run as somebody, and stopped when this one ends, however it does; its children follow it.
func endWithParent(cmd *exec.Cmd, cred *syscall.Credential) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT, Credential: cred}
}
