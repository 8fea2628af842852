// Command bench puts this server and its peers under the same loads, side by side, and writes down what each costs.
//
//	task bench                          all of it, three times: more than an hour
//	task bench -- -quick                the same loads, smaller and once, some 4 minutes: to see that it works, not to compare
//	task bench -- -only delivery        one scenario; -list names them
//	task bench -- -only delivery -save  the same, into RESULTS.md in place of what stands there
//
// It loads loopback only. It runs on Linux: it reads over epoll, and costs from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"roomstream/server/bench/official"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
	"roomstream/server/bench/scenarios"
)

// repeats is how often everything is measured: the median of three is not moved by one disturbance.
const repeats = 3

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	quick, list bool
	save, write bool
	repeat      int
	only, peers string
	root, out   string
	mongod      string
	profiles    string
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "smaller loads, once")
	flags.BoolVar(&o.list, "list", false, "name the scenarios and end")
	flags.IntVar(&o.repeat, "repeat", 0, "how often; 0: three times, with -quick once")
	flags.StringVar(&o.only, "only", "", "names of scenarios, separated by commas; empty: all")
	flags.StringVar(&o.peers, "peers", "", "names of peers, separated by commas; empty: all")
	flags.StringVar(&o.root, "root", "../..", "the project's folder")
	flags.StringVar(&o.out, "out", "", "the folder to write RESULTS.md and its plots to; empty: server/bench for a whole run, none for others")
	flags.BoolVar(&o.save, "save", false, "with -only: put the sections into server/bench/RESULTS.md, in place of those that stand there")
	flags.BoolVar(&o.write, "write", false, "measure nothing: write RESULTS.md anew from the values behind it")
	flags.StringVar(&o.profiles, "profiles", "", "a folder for CPU profiles of roomstream, 5 s each; taking them costs, so the figures of such a run are not to be compared")
	flags.StringVar(&o.mongod, "mongod", os.Getenv("ROOMSTREAM_MONGOD"), "the mongod program")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sections := !o.quick && o.peers == "" && o.profiles == "" && o.repeat == 0 // whole ones
	if o.save && !sections {
		return errors.New("-save: what is kept is measured as all else is: not with -quick, -peers, -profiles or -repeat")
	}
	if (o.save || o.write || sections && o.only == "") && o.out == "" {
		o.out = filepath.Join(o.root, "server/bench")
	}
	if o.list {
		for _, s := range scenarios.All(o.quick) {
			fmt.Fprintf(stdout, "%-12s %s\n", s.Name, s.Title)
		}
		return nil
	}
	if o.write {
		return o.rewrite(ctx)
	}
	return o.measure(ctx, stdout)
}

// rewrite writes what was measured before.
func (o options) rewrite(ctx context.Context) error {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	results := report.Results{
		Machine: report.ThisMachine(), Versions: peers.Site{Root: root, Mongod: o.mongod}.Versions(ctx), Sections: scenarios.Sections(false), Targets: scenarios.Targets(),
	}
	if err := results.Restore(o.out); err != nil {
		return err
	}
	return results.WriteFolder(o.out)
}

func (o options) measure(ctx context.Context, stdout io.Writer) error {
	if o.repeat == 0 {
		o.repeat = repeats
		if o.quick {
			o.repeat = 1
		}
	}
	files, err := raiseFiles()
	if err != nil {
		return err
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "roomstream-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.profiles != "" {
		if err := os.MkdirAll(o.profiles, 0o755); err != nil {
			return err
		}
	}
	site := peers.Site{Root: root, Dir: dir, Mongod: o.mongod}
	names := list(o.peers)
	if len(names) == 0 {
		names = peers.All()
	}
	begun := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(stdout, "%s "+format+"\n", append([]any{time.Since(begun).Round(time.Second)}, args...)...)
	}
	// Before anything is built: what is checked out may change meanwhile, and building is load.
	machine, load, commit, versions := report.ThisMachine(), report.Load(), site.Commit(ctx), site.Versions(ctx)
	say("building %s", strings.Join(names, ", "))
	if err := errors.Join(site.Build(ctx, names), site.Install(ctx, official.Dir)); err != nil {
		return err
	}
	results := report.Results{
		Machine: machine, Versions: versions, Quick: o.quick, Profiled: o.profiles != "", Sections: scenarios.Sections(o.quick), Targets: scenarios.Targets(),
	}
	if o.out != "" {
		// Whoever measures everything begins anew where the old results cannot be kept.
		if err := results.Restore(o.out); err != nil && o.only != "" {
			return err
		}
	}
	now := results
	now.Sections = nil
	err = scenarios.Run(ctx, scenarios.Options{
		Site: site, Commit: commit, Load: load, Quick: o.quick, Repeat: o.repeat, Only: list(o.only), Peers: names, Files: files, Profiles: o.profiles, Say: say,
	}, results.Sections, func(section *report.Section) error {
		now.Sections = append(now.Sections, section)
		if o.out == "" {
			return nil
		}
		return results.WriteFolder(o.out) // an hour's work is not lost with the last minute
	})
	return errors.Join(err, now.WriteText(stdout))
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// raiseFiles lets this process and those it starts have as many descriptors as the system allows, and says how many.
func raiseFiles() (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("read the limit of file descriptors: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("raise the limit of file descriptors: %w", err)
	}
	return int(limit.Cur), nil
}
