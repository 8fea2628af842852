package app

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"roomstream/web"
)

// partsSchema is CycloneDX's own schema, which lies in the module that writes the documents.
func partsSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	const base = "http://cyclonedx.org/schema/"
	for address, name := range map[string]string{
		"bom-1.6.schema.json": "bom-1.6.schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		file, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "schema", name))
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(base+address, document); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile(base + "bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestTheListOfPartsIsCycloneDX(t *testing.T) {
	schema := partsSchema(t)
	info := &debug.BuildInfo{GoVersion: "go1.26.0", Deps: []*debug.Module{
		{Path: "example.com/plain", Version: "v1.0.0", Sum: "h1:abc="},
		{Path: "example.com/replaced", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/instead", Version: "v0.0.0-20260101000000-0123456789ab+dirty"}},
	}}
	page := []web.Package{{Name: "@preact/signals", Version: "2.11.4", License: "MIT"}, {Name: "free", Version: "1.0.0"}}
	for name, c := range map[string]struct {
		release Release
		page    []web.Package
		want    string // how complete it says it is
	}{
		"of a release":   {Release{Version: "v1.2.3", Commit: "c0ffee"}, page, "incomplete"},
		"without a page": {Release{}, nil, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			var document bytes.Buffer
			if err := writeParts(&document, parts(info, c.release, c.page)); err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); err != nil {
				t.Error(err)
			}
			if want := `"aggregate": "` + c.want + `"`; !strings.Contains(document.String(), want) {
				t.Errorf("it does not say %s", want)
			}
			for _, purl := range []string{"golang/std@1.26.0", "golang/example.com/plain@v1.0.0", "golang/example.com/instead@v0.0.0-20260101000000-0123456789ab%2Bdirty"} {
				if !strings.Contains(document.String(), `"purl": "pkg:`+purl+`"`) {
					t.Errorf("%s is missing", purl)
				}
			}
			if strings.Contains(document.String(), "example.com/replaced") {
				t.Error("a module that was replaced is listed")
			}
		})
	}
}

func TestAFileThatIsNoProgramHasNoParts(t *testing.T) {
	e := Environment{Stdout: t.Output(), Stderr: t.Output()}
	if err := Run(t.Context(), withArgs(e, "sbom", "-binary", "sbom_test.go")); err == nil || !strings.Contains(err.Error(), "-binary") {
		t.Errorf("got %v", err)
	}
	if err := Run(t.Context(), withArgs(e, "sbom", "more")); err == nil || !strings.Contains(err.Error(), `"more"`) {
		t.Errorf("an argument too much: %v", err)
	}
}
