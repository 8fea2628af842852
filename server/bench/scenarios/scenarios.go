// Package scenarios are the loads that servers are put under, and what is measured of each.
//
// Lifecycle: a run starts the server it measures and stops it; nothing outlives it.
package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

// textSize is the length of every message's text, in bytes: a line or two.
const textSize = 100

// Scenario is one kind of load.
type Scenario struct {
	Name    string
	Title   string
	Doc     string // how it is measured, for the results
	XName   string // what the cases' X is, where they are a curve
	LogX    bool
	Figures []report.Figure
	Cases   []Case
	Peers   []string // who takes part
	Mongod  bool     // it needs one
}

// Case is one load. run measures it on one peer.
type Case struct {
	report.Case
	run   func(ctx context.Context, r *run) error
	files int      // descriptors it needs, of the bench and of the server each
	peers []string // who can do it; empty: all of the scenario's
}

// run is one case on one peer, once.
type run struct {
	site    peers.Site
	mongod  *peers.Mongod // nil: the scenario needs none
	peer    string
	section *report.Section
	case_   report.Case

	profiles string
}

// record notes a value.
func (r *run) record(f report.Figure, value float64) { r.section.Add(r.case_, r.peer, f, value) }

// Options are how the scenarios are run.
type Options struct {
	Site   peers.Site
	Commit string  // what is measured of roomstream
	Load   float64 // the load average before the bench began
	Quick  bool
	Repeat int
	Only   []string // names of scenarios; empty: all
	Peers  []string // names of peers; empty: all
	Files  int      // descriptors that a process may have
	// Profiles is a folder that CPU profiles of roomstream are written to while it is measured; empty: none are taken.
	Profiles string
	Say      func(format string, args ...any)
}

// caseTimeout bounds one case on one peer.
const caseTimeout = 5 * time.Minute

// All lists the scenarios, shorter ones with quick.
func All(quick bool) []Scenario {
	return []Scenario{
		delivery(quick), connections(quick), cuts(quick), pings(quick), byOfficial(quick), sends(quick), embedded(quick), storm(quick),
		growthMembers(quick), growthRooms(quick), growthIdle(quick), growthInstances(quick), growthBystanders(quick), growthRates(quick), growthHistory(quick), start(quick),
	}
}

// Sections gives an empty section for each scenario, in their order.
func Sections(quick bool) []*report.Section {
	var sections []*report.Section
	for _, s := range All(quick) {
		section := &report.Section{Name: s.Name, Title: s.Title, Doc: s.Doc, XName: s.XName, LogX: s.LogX, Figures: s.Figures}
		for _, c := range s.Cases {
			section.Cases = append(section.Cases, c.Case)
		}
		sections = append(sections, section)
	}
	return sections
}

// Run runs the scenarios that are wanted, each case on each peer in turn, into their sections, in place of what those hold.
// It calls done after each.
func Run(ctx context.Context, o Options, sections []*report.Section, done func(*report.Section) error) error {
	all := All(o.Quick)
	for _, name := range o.Only {
		if !slices.ContainsFunc(all, func(s Scenario) bool { return s.Name == name }) {
			return fmt.Errorf("-only: there is no scenario %q", name)
		}
	}
	for i, s := range all {
		if len(o.Only) > 0 && !slices.Contains(o.Only, s.Name) {
			continue
		}
		if s.Mongod && o.Site.Mongod == "" {
			return fmt.Errorf("%s needs a mongod: -mongod names one", s.Name)
		}
		section := sections[i]
		section.Clear()
		begun := time.Now()
		if err := s.measure(ctx, o, section); err != nil {
			section.Clear() // a part of it would pass for the whole
			return err
		}
		section.Measured = report.Measured{Begun: begun, Took: time.Since(begun), Commit: o.Commit, Load: o.Load, Repeat: o.Repeat}
		if err := done(section); err != nil {
			return err
		}
	}
	return nil
}

// measure runs all cases on all peers, and all of that again: what disturbs the machine for a while then disturbs one
// repeat of each, not all of one.
func (s Scenario) measure(ctx context.Context, o Options, section *report.Section) error {
	var mongod *peers.Mongod
	if s.Mongod {
		var err error
		if mongod, err = o.Site.StartMongod(ctx); err != nil {
			return err
		}
		defer mongod.Stop()
	}
	for repeat := range o.Repeat {
		for _, c := range s.Cases {
			for _, peer := range s.Peers {
				if len(o.Peers) > 0 && !slices.Contains(o.Peers, peer) || len(c.peers) > 0 && !slices.Contains(c.peers, peer) {
					continue
				}
				if err := o.one(ctx, mongod, section, c, peer); err != nil {
					return err
				}
				o.Say("%s, %s, %s: %d of %d", s.Name, c.Label, peer, repeat+1, o.Repeat)
			}
		}
	}
	return nil
}

// one runs a case on a peer. A failure of the peer is a result; the end of ctx is the end.
func (o Options) one(ctx context.Context, mongod *peers.Mongod, section *report.Section, c Case, peer string) error {
	if c.files > o.Files {
		section.Fail(c.Case, peer, fmt.Errorf("needs %d file descriptors, but a process may have %d: ulimit -n", c.files, o.Files))
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, caseTimeout)
	defer cancel()
	err := c.run(bounded, &run{site: o.Site, mongod: mongod, peer: peer, section: section, case_: c.Case, profiles: o.Profiles})
	if err != nil && ctx.Err() == nil {
		o.Say("%s, %s, %s: failed: %v", section.Name, c.Label, peer, err)
		section.Fail(c.Case, peer, err)
		return nil
	}
	return ctx.Err()
}

// with starts the peer, and stops it when f is done.
func (r *run) with(ctx context.Context, o peers.Options, f func(p *peers.Process, c *load.Crowd) error) error {
	return r.withSome(ctx, o, 1, func(all []*peers.Process, c *load.Crowd) error { return f(all[0], c) })
}

// withSome starts instances of the peer, and stops them when f is done.
func (r *run) withSome(ctx context.Context, o peers.Options, instances int, f func(all []*peers.Process, c *load.Crowd) error) error {
	profiled := r.profiles != "" && r.peer == peers.Roomstream
	o.Metrics = o.Metrics || profiled
	var all []*peers.Process
	for range instances {
		p, err := r.site.Start(ctx, r.peer, o)
		if err != nil {
			return err
		}
		defer p.Stop()
		all = append(all, p)
	}
	if profiled {
		defer r.profile(ctx, all[0])()
	}
	crowd, err := load.New()
	if err != nil {
		return err
	}
	defer crowd.Close()
	if err := f(all, crowd); err != nil {
		for _, p := range all {
			err = errors.Join(err, p.Died())
		}
		return err
	}
	return crowd.Err()
}

// onMongoDB has the peer keep its messages in a database of its own. What it returns removes that, and joins its error to
// *err: for a defer.
func (r *run) onMongoDB(ctx context.Context, o *peers.Options, err *error) (drop func()) {
	o.Database, o.MongoDBURI = r.mongod.Fresh()
	return func() { *err = errors.Join(*err, r.mongod.Drop(context.WithoutCancel(ctx), o.Database)) }
}

// comeAndGo has the first clients of a server come and go, so that what it makes once is made.
func (r *run) comeAndGo(ctx context.Context, p *peers.Process, crowd *load.Crowd) error {
	const first = 100
	if _, err := crowd.Open(ctx, r.members([]*peers.Process{p}, first, roomSize)); err != nil {
		return err
	}
	crowd.Cut()
	return nil
}

// members gives n members of rooms, who fill one room after the other; the members of a room are spread over the
// instances.
func (r *run) members(all []*peers.Process, n, perRoom int) []load.Member {
	now := time.Now()
	members := make([]load.Member, n)
	for i := range members {
		server := load.Server{Addr: all[i%len(all)].Addr, Dialect: peers.Dialect(r.peer)}
		members[i] = load.Member{Server: server, Token: peers.Token(fmt.Sprintf("user-%d", i), now), Room: fmt.Sprintf("room-%d", i/perRoom)}
	}
	return members
}

// cpuOf is the CPU time that processes have had in all.
func cpuOf(all ...*peers.Process) (time.Duration, error) {
	var sum time.Duration
	for _, p := range all {
		cpu, err := p.CPU()
		if err != nil {
			return 0, err
		}
		sum += cpu
	}
	return sum, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// wait waits, unless ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
