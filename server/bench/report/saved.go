package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// savedName is the file of the values behind RESULTS.md, so that one section can be measured again and the others stay.
const savedName = "results.json"

// saved is what that file holds.
type saved struct {
	Machine  Machine        `json:"machine"`
	Sections []savedSection `json:"sections"`
}

type savedSection struct {
	Name     string       `json:"name"`
	Measured Measured     `json:"measured"`
	Values   []savedValue `json:"values"`
}

// savedValue is a Value; its figure is empty where it tells failures.
type savedValue struct {
	Label  string    `json:"label"`
	Peer   string    `json:"peer"`
	Figure string    `json:"figure,omitempty"`
	Runs   []float64 `json:"runs,omitempty"`
	Failed []string  `json:"failed,omitempty"`
}

// Restore gives sections the values that a folder's results hold for them, but for those that have some. It is an error
// where those are of another machine: they cannot be compared then.
func (r Results) Restore(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, savedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var all saved
	if err := json.Unmarshal(b, &all); err != nil {
		return fmt.Errorf("%s: %w", savedName, err)
	}
	if all.Machine != r.Machine {
		return fmt.Errorf("the results in %s are of another machine (%s): measure all sections on this one, or move them away", dir, all.Machine)
	}
	for _, section := range r.Sections {
		i := slices.IndexFunc(all.Sections, func(s savedSection) bool { return s.Name == section.Name })
		if i < 0 || len(section.values) > 0 {
			continue
		}
		section.Measured = all.Sections[i].Measured
		for _, v := range all.Sections[i].Values {
			at := section.at(Case{Label: v.Label}, v.Peer, v.Figure)
			at.Runs, at.Failed = v.Runs, v.Failed
		}
	}
	return nil
}

// save writes the values into a folder.
func (r Results) save(dir string) error {
	all := saved{Machine: r.Machine}
	for _, section := range r.Sections {
		s := savedSection{Name: section.Name, Measured: section.Measured}
		for k, v := range section.values {
			s.Values = append(s.Values, savedValue{Label: k.label, Peer: k.peer, Figure: k.figure, Runs: v.Runs, Failed: v.Failed})
		}
		if len(s.Values) == 0 {
			continue
		}
		// Peers are shown in the order in which they come here.
		slices.SortFunc(s.Values, func(a, b savedValue) int {
			return cmp.Or(cmp.Compare(slices.Index(section.Peers, a.Peer), slices.Index(section.Peers, b.Peer)), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Figure, b.Figure))
		})
		all.Sections = append(all.Sections, s)
	}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, savedName), append(b, '\n'), 0o644)
}
