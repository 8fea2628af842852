// Package report keeps what was measured and writes it down: tables of medians, and plots.
package report

import (
	"fmt"
	"slices"
	"time"

	"roomstream/server/bench/stats"
)

// Figure is something that is measured.
type Figure struct {
	Name string
	Unit string
	// Best says which of two values is better.
	Best Direction
}

// Direction is where better values lie.
type Direction int

const (
	Low  Direction = iota // less is better
	High                  // more is better
)

// Case is one load of a scenario.
type Case struct {
	Label string
	X     float64 // where the case stands on a curve; not used otherwise
}

// Value is a figure of one case and one peer, over all repeats.
type Value struct {
	Runs   []float64
	Failed []string // what went wrong, of each run that has no value
}

// Median is the middle of the runs; it needs one at least.
func (v Value) Median() float64 { return stats.Median(v.Runs) }

// Section is what one scenario measured.
type Section struct {
	Name, Title, Doc string
	XName            string // what X of the cases is; empty: the cases are no curve
	LogX             bool
	Figures          []Figure
	Cases            []Case
	Peers            []string
	Measured         Measured

	values map[key]*Value
}

// Measured is how a section was measured.
type Measured struct {
	Begun  time.Time
	Took   time.Duration
	Commit string  // of ours
	Load   float64 // the load average of the minute before the bench began: what others took
	Repeat int
}

func (m Measured) String() string {
	return fmt.Sprintf("Measured %s on %s in %s, at commit %s; the load average was %.2f before the bench began.", times(m.Repeat), m.Begun.UTC().Format(time.DateOnly), m.Took.Round(time.Second), m.Commit, m.Load)
}

type key struct{ label, peer, figure string }

// Add notes one run's value.
func (s *Section) Add(c Case, peer string, f Figure, value float64) {
	v := s.at(c, peer, f.Name)
	v.Runs = append(v.Runs, value)
}

// Fail notes that a run of a case came to nothing.
func (s *Section) Fail(c Case, peer string, err error) {
	v := s.at(c, peer, "")
	v.Failed = append(v.Failed, err.Error())
}

// Value gives what was measured; ok is false where nothing was.
func (s *Section) Value(c Case, peer string, f Figure) (Value, bool) {
	v := s.values[key{c.Label, peer, f.Name}]
	if v == nil {
		return Value{}, false
	}
	return *v, true
}

// Failures lists what went wrong with a peer in a case.
func (s *Section) Failures(c Case, peer string) []string {
	if v := s.values[key{c.Label, peer, ""}]; v != nil {
		return v.Failed
	}
	return nil
}

// Clear forgets what was measured.
func (s *Section) Clear() { s.values, s.Peers, s.Measured = nil, nil, Measured{} }

func (s *Section) at(c Case, peer, figure string) *Value {
	if s.values == nil {
		s.values = map[key]*Value{}
	}
	k := key{c.Label, peer, figure}
	if s.values[k] == nil {
		s.values[k] = &Value{}
	}
	if !slices.Contains(s.Peers, peer) {
		s.Peers = append(s.Peers, peer)
	}
	return s.values[k]
}
