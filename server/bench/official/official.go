// Package official is the second load generator: the clients that their makers give out, of Socket.IO and of centrifuge,
// many in one Node process. It shows that a figure does not hang on the first one, package load.
//
// Concurrency: a Crowd is for one goroutine.
//
// Lifecycle: Start starts the process, Stop ends it and with it all connections; when the bench dies the kernel ends it.
//
// Order and loss: a message that is lost, doubled or overtaken is an error of Send.
package official

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Dir is where the generator is in the project; `npm ci` there installs the clients.
const Dir = "server/bench/official"

// Crowd is a number of clients.
type Crowd struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	lines  *bufio.Reader
}

// Member is one who connects, signs in and joins.
type Member struct {
	Token string `json:"token"`
	Room  string `json:"room"`
}

// Opening says who is to come to which server.
type Opening struct {
	Dialect string   `json:"dialect"` // "socketio" or "centrifuge"
	URL     string   `json:"url"`     // http://host:port
	Members []Member `json:"members"` // one room's after the other's, as many in each
	Dialers int      `json:"dialers"` // how many connect at once
}

// Load is what is to be sent: Times bursts, by the first member of each room in turn, and the next when the last one has
// been delivered, unless Burst is 1.
type Load struct {
	Times   int `json:"times"`
	Burst   int `json:"burst"`
	EveryMS int `json:"everyMs"` // at least
	Size    int `json:"size"`    // of a text, in bytes
}

// Start starts the generator of the project at root.
func Start(ctx context.Context, root string) (*Crowd, error) {
	cmd := exec.CommandContext(ctx, "node", "load.js")
	cmd.Dir = filepath.Join(root, Dir)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the official clients: %w", err)
	}
	return &Crowd{cmd: cmd, orders: orders, lines: bufio.NewReader(out)}, nil
}

// Open connects, signs in and joins.
func (c *Crowd) Open(o Opening) error {
	_, err := c.order(map[string]Opening{"open": o})
	return err
}

// Send sends, and gives the number of deliveries when all are there.
func (c *Crowd) Send(l Load) (delivered int64, err error) {
	answer, err := c.order(map[string]Load{"send": l})
	return answer.OK.Delivered, err
}

type answer struct {
	OK struct {
		Delivered int64 `json:"delivered"`
	} `json:"ok"`
	Error string `json:"error"`
}

func (c *Crowd) order(what any) (answer, error) {
	var a answer
	if err := json.NewEncoder(c.orders).Encode(what); err != nil {
		return a, fmt.Errorf("the official clients: %w", err)
	}
	line, err := c.lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err == nil && a.Error != "" {
		err = errors.New(a.Error)
	}
	if err != nil {
		return a, fmt.Errorf("the official clients: %w", err)
	}
	return a, nil
}

// Stop ends the process, by force when it takes too long.
func (c *Crowd) Stop() {
	const patience = 5 * time.Second
	c.orders.Close()
	timeout := time.AfterFunc(patience, func() { c.cmd.Process.Kill() })
	defer timeout.Stop()
	c.cmd.Wait() // how it ended is of no interest: what it answered has been heard
}
