//go:build !linux

package mongotest

import "os/exec"

// EndWithParent does nothing where the kernel cannot: a mongod is left when a test's
// process is killed, and the next start removes its data.
func EndWithParent(*exec.Cmd) {}
