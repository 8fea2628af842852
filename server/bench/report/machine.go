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
}

func (m Machine) String() string {
	return fmt.Sprintf("%d cores of %s, %.1f GiB, Linux %s", m.Cores, m.CPU, float64(m.MemoryMB)/1024, m.Kernel)
}

// ThisMachine reads what it can from /proc; what cannot be read stays empty.
func ThisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU(), CPU: lineOf("/proc/cpuinfo", "model name"), Kernel: firstLine("/proc/sys/kernel/osrelease")}
	if fields := strings.Fields(lineOf("/proc/meminfo", "MemTotal")); len(fields) > 0 {
		kib, _ := strconv.Atoi(fields[0])
		m.MemoryMB = kib >> 10
	}
	return m
}

// Load is the load average of the last minute; 0 where it cannot be read.
func Load() float64 {
	before, _, _ := strings.Cut(firstLine("/proc/loadavg"), " ")
	load, _ := strconv.ParseFloat(before, 64)
	return load
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
