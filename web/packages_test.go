package web

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestThePackagesOfBothBuildsAreListedOnce(t *testing.T) {
	files := fstest.MapFS{
		"site/.packages.json":        {Data: []byte(`[{"name":"preact","version":"11.2.0","license":"MIT"},{"name":"a","version":"2.0.0","license":""}]`)},
		"site/client/.packages.json": {Data: []byte(`[{"name":"preact","version":"11.2.0","license":"MIT"},{"name":"a","version":"1.0.0","license":"ISC"}]`)},
	}
	want := []Package{{"a", "1.0.0", "ISC"}, {"a", "2.0.0", ""}, {"preact", "11.2.0", "MIT"}}
	if got, err := packagesIn(files, packageLists); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := packagesIn(fstest.MapFS{}, packageLists); err != nil || len(got) != 0 {
		t.Errorf("without a build: %v, %v", got, err)
	}
	files["site/.packages.json"].Data = []byte("{")
	if _, err := packagesIn(files, packageLists); err == nil || !strings.Contains(err.Error(), ".packages.json") {
		t.Errorf("a list that is broken: %v", err)
	}
}
