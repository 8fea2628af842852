package report

import (
	"bufio"
	"fmt"
)

// Target is a bound that a figure of ours is to keep: at most, or where more of the figure is better at least.
type Target struct {
	Section, Label string // of the figure
	Figure         Figure
	// Bound is the bound itself; with Of it is how many times that peer's figure of the same case.
	Bound float64
	Of    string
}

// targets says of each which was measured whether it was reached.
func (r Results) targets(w *bufio.Writer) {
	var rows []string
	for _, t := range r.Targets {
		for _, s := range r.Sections {
			if row, ok := t.row(s); ok {
				rows = append(rows, row)
			}
		}
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprint(w, "\n## What is to be reached\n\nWhy something is missed, and what profiles say of it, stands in [decision 54](../../web/docs/decisions/0054-where-others-cost-less.md).\n\n| load | figure | is to be | is | |\n|---|---|---|---|---|\n")
	for _, row := range rows {
		fmt.Fprintln(w, row)
	}
}

// row is a line of the table; ok is false when the section is another, or measured neither.
func (t Target) row(s *Section) (row string, ok bool) {
	if s.Name != t.Section {
		return "", false
	}
	c := Case{Label: t.Label}
	own, ok := s.Value(c, ours, t.Figure)
	if !ok {
		return fmt.Sprintf("| %s: %s | %s, %s | | | **not measured** |", s.Name, t.Label, t.Figure.Name, t.Figure.Unit), true
	}
	bound, of := t.Bound, ""
	if t.Of != "" {
		other, ok := s.Value(c, t.Of, t.Figure)
		if !ok {
			return "", false // that peer took no part
		}
		bound *= other.Median()
		of = fmt.Sprintf(" (%s x %s)", number(t.Bound), t.Of)
	}
	is := own.Median()
	word, kept := "at most", is <= bound
	if t.Figure.Best == High {
		word, kept = "at least", is >= bound
	}
	verdict := "reached"
	if !kept {
		verdict = fmt.Sprintf("**missed**: %s x the bound", number(is/bound))
	}
	return fmt.Sprintf("| %s: %s | %s, %s | %s %s%s | %s | %s |", s.Name, t.Label, t.Figure.Name, t.Figure.Unit, word, number(bound), of, number(is), verdict), true
}
