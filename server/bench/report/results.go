package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Results are what was measured: by one run, and before it by others where they were restored.
type Results struct {
	Machine  Machine
	Versions []Version // of the last run
	Quick    bool
	Profiled bool // profiles were taken meanwhile
	Sections []*Section
	Targets  []Target
}

// Version is what was measured, exactly.
type Version struct{ Name, Version string }

// ours is the peer that the others are compared with.
const ours = "roomstream"

// WriteText writes the results as Markdown, without plots.
func (r Results) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	r.write(out, nil)
	return out.Flush()
}

// WriteFolder writes RESULTS.md to a folder, plots below it and the values behind it, in place of those that are there.
func (r Results) WriteFolder(dir string) error {
	if err := r.save(dir); err != nil {
		return err
	}
	plots := filepath.Join(dir, "plots")
	if err := os.RemoveAll(plots); err != nil {
		return err
	}
	if err := os.MkdirAll(plots, 0o755); err != nil {
		return err
	}
	drawn := map[string][]string{}
	for _, s := range r.Sections {
		if len(s.values) == 0 {
			continue
		}
		for i, f := range s.Figures {
			name := fmt.Sprintf("%s-%d.svg", s.Name, i+1)
			if err := s.draw(f, filepath.Join(plots, name)); err != nil {
				return fmt.Errorf("plot %s: %w", name, err)
			}
			drawn[s.Name] = append(drawn[s.Name], "plots/"+name)
		}
	}
	file, err := os.Create(filepath.Join(dir, "RESULTS.md"))
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	r.write(out, drawn)
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Sync()
}

// write puts everything down; the writer keeps the error.
func (r Results) write(w *bufio.Writer, plots map[string][]string) {
	fmt.Fprintf(w, "# What it costs, beside others\n\nMeasured by `task bench` on one machine: %s. `task bench -- -only NAME -save` measures one section again.\n\n", r.Machine)
	if r.Quick {
		fmt.Fprint(w, "**This was a quick run: it shows that everything works. Its figures are too noisy to compare.**\n\n")
	}
	if r.Profiled {
		fmt.Fprint(w, "**Profiles were taken meanwhile, which costs: these figures are not to be compared.**\n\n")
	}
	fmt.Fprintf(w, "Each server runs alone with the load generator, which shares the machine with it; the loads are the same for all, in turn. Shown is the median, in brackets the least and the most, "+
		"and behind `x` how many times roomstream's figure it is. Every delivery is checked: what was lost, doubled or overtaken makes the run a failure. Roomstream runs without its limits against abuse, which the others do not have; with them in the storm alone, where they must refuse nobody. "+
		"Node is one process, whose JavaScript has one core; the others are Go programs, which take both.\n\n")
	fmt.Fprint(w, "| | version |\n|---|---|\n")
	for _, v := range r.Versions {
		fmt.Fprintf(w, "| %s | %s |\n", v.Name, v.Version)
	}
	r.targets(w)
	for _, s := range r.Sections {
		if len(s.values) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n## %s\n\n%s %s (`-only %s`)\n\n", s.Title, s.Doc, s.Measured, s.Name)
		s.table(w)
		s.failures(w)
		for i, path := range plots[s.Name] {
			fmt.Fprintf(w, "\n![%s](%s)\n", s.Figures[i].Name, path)
		}
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

// table has a row for each case and figure, and a column for each peer.
func (s *Section) table(w *bufio.Writer) {
	fmt.Fprintf(w, "| load | figure | %s |\n|---|---|%s\n", strings.Join(s.Peers, " | "), strings.Repeat("---|", len(s.Peers)))
	for _, c := range s.Cases {
		for _, f := range s.Figures {
			cells := make([]string, len(s.Peers))
			for i, peer := range s.Peers {
				cells[i] = s.cell(c, peer, f)
			}
			if strings.Join(cells, "") != "" {
				fmt.Fprintf(w, "| %s | %s, %s | %s |\n", c.Label, f.Name, f.Unit, strings.Join(cells, " | "))
			}
		}
	}
}

func (s *Section) cell(c Case, peer string, f Figure) string {
	v, ok := s.Value(c, peer, f)
	if !ok {
		if len(s.Failures(c, peer)) > 0 {
			return "failed"
		}
		return ""
	}
	text := number(v.Median())
	if len(v.Runs) > 1 {
		text += fmt.Sprintf(" [%s, %s]", number(slices.Min(v.Runs)), number(slices.Max(v.Runs)))
	}
	if failed := len(s.Failures(c, peer)); failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if own, ok := s.Value(c, ours, f); ok && peer != ours && own.Median() > 0 {
		text += " x " + number(v.Median()/own.Median())
	}
	return text
}

// failures says once what went wrong, however often it did.
func (s *Section) failures(w *bufio.Writer) {
	for _, c := range s.Cases {
		for _, peer := range s.Peers {
			failed := slices.Compact(slices.Sorted(slices.Values(s.Failures(c, peer))))
			for _, text := range failed {
				fmt.Fprintf(w, "\n%s, %s, failed: %s\n", peer, c.Label, strings.Join(strings.Fields(text), " "))
			}
		}
	}
}

// number shows three digits that count.
func number(v float64) string {
	switch {
	case v >= 100 || v == 0:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
