package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
)

// secret is what all tokens are signed with.
const secret = "a-secret-for-tests-of-at-least-32-bytes"

// endTime is above the 10 s within which the program promises to end, on a machine that is busy with other tests.
const endTime = 30 * time.Second

// instance is a server in a process of its own. It keeps its port when it is started
// again. Its methods are for the test's goroutine.
type instance struct {
	t     testing.TB
	addr  string // host:port
	probe string // URL that tells the goroutines
	args  []string
	log   string // path
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
}

// launch starts an instance on a database, with more settings, and waits until it is ready.
func launch(t testing.TB, set *mongotest.Set, database string, more ...string) *instance {
	t.Helper()
	i := &instance{t: t, addr: "127.0.0.1:0", log: filepath.Join(t.TempDir(), "instance.log")}
	i.args = []string{"-mongodb-uri", set.URI, "-mongodb-database", database, "-jwt-secret", secret, "-log-level", "info", "-limit-room-sends", "0", "-limit-sends", "0"}
	i.args = append(i.args, more...)
	t.Cleanup(i.finish)
	i.start()
	i.awaitReady()
	return i
}

// start starts the process and returns when it listens.
func (i *instance) start() {
	i.t.Helper()
	self, err := os.Executable()
	if err != nil {
		i.t.Fatal(err)
	}
	log, err := os.OpenFile(i.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		i.t.Fatal(err)
	}
	defer log.Close()
	i.cmd = exec.Command(self, append([]string{"-addr", i.addr}, i.args...)...)
	i.cmd.Env = append(os.Environ(), asProgram+"=1", "GORACE=halt_on_error=1")
	i.cmd.Stderr = log
	mongotest.EndWithParent(i.cmd)
	stdout, err := i.cmd.StdoutPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := i.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.ended = make(chan struct{})
	lines := bufio.NewReader(stdout)
	probe, first := lines.ReadString('\n')
	page, second := lines.ReadString('\n')
	go func(cmd *exec.Cmd, ended chan struct{}) {
		defer close(ended)
		_, _ = io.Copy(io.Discard, lines) // until it ends, and then Wait has closed nothing under us
		_ = cmd.Wait()                    // how it ended is told by who ended it
	}(i.cmd, i.ended)
	url := regexp.MustCompile(`http://(\S+)`).FindStringSubmatch(page)
	if first != nil || second != nil || url == nil {
		i.t.Fatalf("the instance says %q: %s", page, i.tail())
	}
	i.probe, i.addr = strings.TrimSpace(probe), url[1]
}

// ready says whether /readyz is green.
func (i *instance) ready() bool {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + i.addr + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (i *instance) awaitReady() {
	i.t.Helper()
	until(i.t, "an instance to be ready", i.ready)
}

// pause stops the process as a machine that hangs; resume lets it go on.
func (i *instance) pause()  { i.signal(syscall.SIGSTOP) }
func (i *instance) resume() { i.signal(syscall.SIGCONT) }

func (i *instance) signal(sig syscall.Signal) {
	i.t.Helper()
	if err := i.cmd.Process.Signal(sig); err != nil {
		i.t.Fatal(err)
	}
}

// end ends the process by a signal and waits for it.
func (i *instance) end(sig syscall.Signal) {
	i.t.Helper()
	i.signal(sig)
	select {
	case <-i.ended:
	case <-time.After(endTime):
		i.t.Errorf("the instance did not end within %v of %v", endTime, sig)
		_ = i.cmd.Process.Kill() // it may end just now
		<-i.ended
	}
}

// finish ends the process at the end of the test and reports what it may not have logged.
func (i *instance) finish() {
	if i.cmd == nil || i.ended == nil {
		return
	}
	_ = i.cmd.Process.Signal(syscall.SIGCONT) // the test may have left it paused, or ended
	_ = i.cmd.Process.Kill()
	<-i.ended
	log, err := os.ReadFile(i.log)
	if err != nil {
		i.t.Error(err)
	}
	for _, bad := range []string{"DATA RACE", "panic:", "fatal error:"} {
		if bytes.Contains(log, []byte(bad)) {
			i.t.Errorf("an instance logged %q", bad)
		}
	}
	if i.t.Failed() {
		i.t.Logf("the log of %s:\n%s", i.addr, i.tail())
	}
}

// awaitLog waits until the instance has logged one of the texts.
func (i *instance) awaitLog(texts ...string) {
	i.t.Helper()
	until(i.t, fmt.Sprintf("an instance to log %q", texts), func() bool {
		log, err := os.ReadFile(i.log)
		return err == nil && slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(log, []byte(text)) })
	})
}

// tail is the end of the log.
func (i *instance) tail() []byte {
	const most = 8 << 10 // bytes: some fifty lines
	log, err := os.ReadFile(i.log)
	if err != nil {
		return []byte(err.Error())
	}
	return log[max(0, len(log)-most):]
}

// goroutines counts the instance's goroutines; stacks says where they are.
func (i *instance) goroutines() (count int, stacks string) {
	i.t.Helper()
	stacks = i.ask("/?debug=1")
	if _, err := fmt.Sscanf(stacks, "goroutine profile: total %d", &count); err != nil {
		i.t.Fatalf("%v: %.200s", err, stacks)
	}
	return count, stacks
}

// ask reads what the instance tells at its probe.
func (i *instance) ask(path string) string {
	i.t.Helper()
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(i.probe + path)
	if err != nil {
		i.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		i.t.Fatal(err)
	}
	return string(body)
}

// files counts the instance's open files: the sockets of its clients, and all others but
// those to the database, of which the driver keeps as many as were ever needed at once.
func (i *instance) files() (clients, others int) {
	i.t.Helper()
	_, port, _ := strings.Cut(i.addr, ":")
	sockets := socketsOf(i.t, port)
	dir := fmt.Sprintf("/proc/%d/fd", i.cmd.Process.Pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		i.t.Fatal(err)
	}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(dir, entry.Name()))
		inode, isSocket := strings.CutPrefix(target, "socket:[")
		switch {
		case err != nil: // closed meanwhile
		case sockets[strings.TrimSuffix(inode, "]")]:
			clients++
		case !isSocket:
			others++
		}
	}
	return clients, others
}

// socketsOf gives the inodes of the connections, not the listeners, of a local port.
func socketsOf(t testing.TB, port string) map[string]bool {
	t.Helper()
	const localField, stateField, inodeField, listening = 1, 3, 9, "0A" // of /proc/net/tcp
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	inodes := map[string]bool{}
	for _, line := range strings.Split(string(table), "\n") {
		fields := strings.Fields(line)
		if len(fields) > inodeField && strings.HasSuffix(fields[localField], fmt.Sprintf(":%04X", n)) && fields[stateField] != listening {
			inodes[fields[inodeField]] = true
		}
	}
	return inodes
}
