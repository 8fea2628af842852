package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Package is an npm package that the page, or the client module served beside it, was built from.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	License string `json:"license"` // an SPDX expression; empty: its package.json names none
}

// packageLists are what packages.ts wrote for the page and for the client module. Names that begin with a dot are not served.
var packageLists = []string{"site/.packages.json", "site/client/.packages.json"}

// Packages lists the embedded build's packages by name, then version. It is empty where no page was built.
func Packages() ([]Package, error) { return packagesIn(site, packageLists) }

func packagesIn(files fs.FS, lists []string) ([]Package, error) {
	var all []Package
	for _, name := range lists {
		body, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var some []Package
		if err := json.Unmarshal(body, &some); err != nil {
			return nil, fmt.Errorf("%s: %w: build the page anew", name, err)
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Package) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return slices.Compact(all), nil
}
