package report

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is what the measurements ran on.
type Machine struct {
	CPU      string
	Cores    int
	MemoryMB int
	Kernel   string
	// Load is the load average of the minute before: what others took.
	Load float64
}

func (m Machine) String() string {
	return fmt.Sprintf("Machine: %d cores of %s, %.1f GiB, Linux %s, Go %s; the load average was %.2f before it began.",
		m.Cores, m.CPU, float64(m.MemoryMB)/1024, m.Kernel, strings.TrimPrefix(runtime.Version(), "go"), m.Load)
}

// ThisMachine reads what it can from /proc; what cannot be read stays empty.
func ThisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU(), CPU: lineOf("/proc/cpuinfo", "model name"), Kernel: firstLine("/proc/sys/kernel/osrelease")}
	if fields := strings.Fields(lineOf("/proc/meminfo", "MemTotal")); len(fields) > 0 {
		kib, _ := strconv.Atoi(fields[0])
		m.MemoryMB = kib >> 10
	}
	if fields := strings.Fields(firstLine("/proc/loadavg")); len(fields) > 0 {
		m.Load, _ = strconv.ParseFloat(fields[0], 64)
	}
	return m
}

// lineOf gives what stands behind "name:" in a file.
func lineOf(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		before, after, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(before) == name {
			return strings.TrimSpace(after)
		}
	}
	return ""
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}
