package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// gcPercent is GOGC when it is not set: see web/docs/configuration.md.
const gcPercent = 50

// openTimeout is how long a start waits for the store: an election takes up to 12 s.
const openTimeout = 30 * time.Second

// signalGrace is how long further signals count as the first one: shells and
// supervisors often pass one Ctrl+C on twice.
const signalGrace = time.Second

// Environment is what the program is started with.
type Environment struct {
	Args   []string // without the program's name
	Getenv func(string) string
	Stdin  io.Reader // what `import` reads
	Stdout io.Writer // what people asked for
	Stderr io.Writer // the log

	// Release is what the linker was told of the program.
	Release Release

	// Adopt is given where the lines go that libraries write to the process's own log. nil: they
	// stay where they go. It is for whoever owns the process: that log is one for all of it.
	Adopt func(io.Writer)
}

// command is one of the program's commands.
type command struct {
	words string // as typed
	doc   string // empty: not shown
	run   func(ctx context.Context, e Environment) error
}

func commands() []command {
	return []command{
		{"serve", "serves the chat; what happens without a command", serve},
		{"token", "prints a token for trying things out: token -sub alice [-name Alice] [-role editor] [-ttl 24h]", printToken},
		{"account add", "makes an account: account add -name Ann [-role admin]", addAccount},
		{"account password", "gives an account another password and ends its sessions: account password -name Ann", resetPassword},
		{"account disable", "keeps a user out, whatever he shows: account disable -user ID", disableUser},
		{"account enable", "lets a disabled user in again, an admin, too: account enable -user ID", enableUser},
		{"retention", "says how long a room's messages are kept: retention -room general -keep 720h (or forever, or default)", setRetention},
		{"erase", "takes what a user wrote out of the chat, for good: erase -user ID", erase},
		{"export", "writes everything as lines: export [-room general] [-out backup.ndjson] [-files backup-files]", export},
		{"import", "reads what export wrote: import -in backup.ndjson [-files backup-files] [-new-log-id]", importArchive},
		{"verify", "holds everything to what the log says, and exits 1 where it differs", verify},
		{"rebuild", "repairs what can be worked out from the log", rebuild},
		{"streams apply", "declares the streams of a file: streams apply file.json [-dry-run] [-prune]", applyStreams},
		{"streams list", "lists the declared streams", listStreams},
		{"streams remove", "takes a declaration back: streams remove posts/all", removeStream},
		{"healthcheck", "exits 0 where the server on this machine answers: healthcheck [-ready]", healthcheck},
		{"version", "prints the version, with -json all that is known of the build", printVersion},
		{"sbom", "prints what the program is made of, as CycloneDX: sbom [-binary FILE] [-out FILE]", printParts},
		{"config-docs", "", func(_ context.Context, e Environment) error { writeDocs(e.Stdout); return nil }},
	}
}

// Run runs the command in e.Args until it ends or ctx is done.
func Run(ctx context.Context, e Environment) error {
	if len(e.Args) > 0 && (e.Args[0] == "help" || e.Args[0] == "-h" || e.Args[0] == "--help" || e.Args[0] == "-help") {
		printHelp(e.Stdout)
		return nil
	}
	c, args, err := findCommand(e.Args)
	if err != nil {
		return err
	}
	e.Args = args
	err = c.run(ctx, e)
	if errors.Is(err, flag.ErrHelp) {
		printHelp(e.Stdout)
		return nil
	}
	return err
}

// findCommand takes the words of a command off the arguments.
func findCommand(args []string) (command, []string, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		args = append([]string{"serve"}, args...)
	}
	for _, c := range commands() {
		words := strings.Fields(c.words)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.words {
			return c, args[len(words):], nil
		}
	}
	return command{}, nil, fmt.Errorf("there is no command %q: -h lists them", args[0])
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, "Roomstream is a chat that socket.io clients speak.\n\nUsage: roomstream [command] [settings]\n\nCommands:\n")
	for _, c := range commands() {
		if c.doc != "" {
			fmt.Fprintf(w, "  %-14s %s\n", c.words, c.doc)
		}
	}
	fmt.Fprint(w, "\nSettings, by flag or by environment variable:\n")
	writeHelp(w)
}

// serve serves until it is told to stop: by ctx, SIGINT or SIGTERM. A second signal
// ends the process at once, when it comes later than signalGrace.
func serve(ctx context.Context, e Environment) error {
	var c Config
	if err := c.parseAll("serve", e, nil); err != nil {
		return err
	}
	if e.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	logger := e.logger(c)
	ctx, restore := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer restore()
	context.AfterFunc(ctx, func() { time.AfterFunc(signalGrace, restore) })

	// The address comes before the store: who is started twice learns of that first.
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("-addr (ROOMSTREAM_ADDR): cannot listen on %s: %w", c.Addr, err)
	}
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	a, err := New(opening, Options{Config: c, Logger: logger, Release: e.Release})
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintf(e.Stdout, "Open %s in a browser. %s\n", pageURL(c.scheme(), listener.Addr()), storedWhere(c))
	logger.Info("serving", "addr", listener.Addr().String(), "version", e.Release.version())
	if addr := a.MetricsAddr(); addr != "" {
		logger.Info("serving metrics", "addr", addr)
	}
	err = a.Serve(ctx, listener)
	logger.Info("stopped")
	return err
}

// parseAll is parse for commands that take no further arguments.
func (c *Config) parseAll(name string, e Environment, extra func(*flag.FlagSet)) error {
	rest, err := c.parse(name, e.Args, e.Getenv, extra)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%s: %q is no flag: -h lists them", name, rest[0])
	}
	return nil
}

// parseOne is parse for commands that take one argument, before the flags or behind them. example is what it looks like.
func (c *Config) parseOne(name, example string, e Environment, extra func(*flag.FlagSet)) (string, error) {
	args := e.Args
	var first []string
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		first, args = args[:1], args[1:]
	}
	rest, err := c.parse(name, args, e.Getenv, extra)
	if err != nil {
		return "", err
	}
	if given := slices.Concat(first, rest); len(given) == 1 {
		return given[0], nil
	}
	return "", fmt.Errorf("%s: takes one argument: %s %s", name, name, example)
}

// pageURL is where a browser on this machine finds the page.
func pageURL(scheme string, addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && (ip == nil || ip.IsUnspecified()) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// storeName is what the store is called to admins.
func storeName(c Config) string {
	if c.Embedded() {
		return "embedded"
	}
	return "mongodb"
}

func storedWhere(c Config) string {
	if c.Embedded() {
		return "Messages are kept in " + c.DataDir + "."
	}
	return "Messages are kept in MongoDB, database " + c.MongoDBDatabase + "."
}
