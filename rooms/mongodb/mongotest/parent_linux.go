package mongotest

import (
	"os/exec"
	"syscall"
)

// EndWithParent has the process killed when this one ends, however it does. The signal
// comes when the thread that started the process ends; Go ends threads only with the
// process, or with a goroutine that exits locked to one: no test does.
func EndWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
