package peers

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"

	"roomstream/server/bench/load"
)

// The names of what is measured, as they stand in the results.
const (
	Roomstream = "roomstream"
	Node       = "node"
	Centrifuge = "centrifuge"
	Floor      = "floor"
)

// All lists the peers, in the order in which they are measured and shown.
func All() []string { return []string{Roomstream, Node, Centrifuge, Floor} }

// Site is where the peers are built and run.
type Site struct {
	Root string // the project
	Dir  string // a temporary folder: programs, data, logs
	// Mongod is the mongod program; empty: what needs one is left out.
	Mongod string
}

// Options are how a peer is started.
type Options struct {
	// MongoDBURI is where messages are stored, and Database the one in it; empty: roomstream uses its embedded store, the
	// others store nothing.
	MongoDBURI, Database string
	// Dir is what roomstream keeps its embedded store in; empty: a new folder.
	Dir string
	// Search has roomstream index the texts, as it does by default; the others have no search.
	Search bool
	// Limits leaves roomstream its limits against abuse, as they are by default. Loads but those of honest clients are above
	// them: a few connections send what thousands of people do.
	Limits bool
	// Metrics has roomstream serve its metrics and profiles, at Process.Metrics.
	Metrics bool
}

// Build builds the peers that are named.
func (s Site) Build(ctx context.Context, names []string) error {
	for _, name := range names {
		var err error
		switch name {
		case Roomstream:
			err = s.goBuild(ctx, s.Root, "./server", Roomstream)
		case Floor:
			err = s.goBuild(ctx, filepath.Join(s.Root, "server/bench"), "./peers/floor", Floor)
		case Centrifuge:
			err = s.goBuild(ctx, filepath.Join(s.Root, "server/bench/peers/centrifuge"), ".", Centrifuge)
		case Node:
			err = s.Install(ctx, nodeDir)
		default:
			err = fmt.Errorf("there is no peer of that name; there are %v", All())
		}
		if err != nil {
			return fmt.Errorf("build %s: %w", name, err)
		}
	}
	return nil
}

// nodeDir is where the Node peer is in the project.
const nodeDir = "server/bench/peers/node"

// Install installs the packages that a folder of the project asks of npm.
func (s Site) Install(ctx context.Context, dir string) error {
	return s.run(ctx, filepath.Join(s.Root, dir), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
}

func (s Site) goBuild(ctx context.Context, dir, what, name string) error {
	return s.run(ctx, dir, "go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(s.Dir, name), what)
}

func (s Site) run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// Dialect is how a peer is spoken to.
func Dialect(name string) load.Dialect {
	switch name {
	case Roomstream:
		return load.SocketIO{Ready: "ready"}
	case Centrifuge:
		return load.Centrifuge{}
	default:
		return load.SocketIO{}
	}
}

// withoutLimits turns all limits of roomstream off.
func withoutLimits() []string {
	var env []string
	for _, name := range []string{
		"ROOM_SENDS", "SENDS", "JOINS", "READS", "REQUESTS", "ADDRESS_REQUESTS", "HANDSHAKES", "ADDRESS_HANDSHAKES", "CONNECTIONS", "ADDRESS_CONNECTIONS",
	} {
		env = append(env, "ROOMSTREAM_LIMIT_"+name+"=0")
	}
	return env
}

// Start starts a peer and returns when it listens.
func (s Site) Start(ctx context.Context, name string, o Options) (*Process, error) {
	dir, err := os.MkdirTemp(s.Dir, name+"-")
	if err != nil {
		return nil, err
	}
	c := command{program: filepath.Join(s.Dir, name), dir: dir}
	var metrics netip.AddrPort
	switch name {
	case Roomstream:
		if o.Metrics {
			if metrics, err = freeAddr(); err != nil {
				return nil, err
			}
		}
		data := o.Dir
		if data == "" {
			data = dir
		}
		c.env = []string{"ROOMSTREAM_JWT_SECRET=" + Secret, "ROOMSTREAM_MONGODB_URI=" + o.MongoDBURI}
		if o.Database != "" {
			c.env = append(c.env, "ROOMSTREAM_MONGODB_DATABASE="+o.Database)
		}
		if !o.Limits {
			c.env = append(c.env, withoutLimits()...)
		}
		c.args = func(a netip.AddrPort) []string {
			args := []string{"-addr", a.String(), "-data-dir", data, "-log-level", "warn", fmt.Sprintf("-search=%t", o.Search)}
			if o.Metrics {
				args = append(args, "-metrics-addr", metrics.String())
			}
			return args
		}
	case Node:
		c.program = "node"
		c.env = []string{"JWT_SECRET=" + Secret, "MONGODB_URI=" + o.MongoDBURI, "NODE_ENV=production"}
		c.args = func(a netip.AddrPort) []string {
			return []string{filepath.Join(s.Root, nodeDir, "server.js"), a.Addr().String(), fmt.Sprint(a.Port())}
		}
	default:
		c.env = []string{"JWT_SECRET=" + Secret}
		c.args = func(a netip.AddrPort) []string { return []string{a.String()} }
	}
	p, err := start(ctx, c)
	if err != nil {
		return nil, err
	}
	p.Metrics = metrics
	if metrics.IsValid() {
		// On MongoDB they come later than the port of the chat.
		if err := p.waitListening(ctx, metrics); err != nil {
			p.Stop()
			return nil, fmt.Errorf("the metrics of %s: %w", name, err)
		}
	}
	return p, nil
}
