package app

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is who stands on whom in this module; what is not here is not allowed. A
// new package needs a row: a decision about where it belongs.
var mayImport = map[string][]string{
	"auth":                        {},
	"rooms":                       {"auth", "rooms/limits", "rooms/tally"},
	"rooms/limits":                {},
	"rooms/tally":                 {},
	"rooms/storetest":             {"rooms", "auth"},
	"rooms/streams":               {"rooms", "auth"},
	"rooms/postgres":              {"rooms", "auth"},
	"rooms/postgres/postgrestest": {},
	"rooms/mongodb":               {"rooms", "rooms/streams", "rooms/hooks", "rooms/kept", "auth"},
	"rooms/mongodb/mongotest":     {},
	"rooms/embedded":              {"rooms", "rooms/hooks", "rooms/kept", "rooms/tally", "auth"},
	"rooms/archive":               {"rooms", "rooms/hooks", "rooms/kept", "auth"},
	"rooms/kept":                  {"rooms", "rooms/hooks", "auth"},
	"rooms/outward":               {},
	"rooms/hooks":                 {"rooms", "rooms/outward", "rooms/tally", "auth"},
	"rooms/push":                  {"rooms", "rooms/outward", "rooms/tally", "auth"},
	"rooms/previews":              {"rooms/outward"},
	"rooms/push/pushtest":         {},
	"rooms/hooks/hookstest":       {"rooms/hooks", "rooms"},
	"web":                         {},
	"server/engineio":             {"rooms/limits", "rooms/tally"},
	"server/httpauth":             {},
	"server/spread":               {},
	"server/socketio":             {"server/httpauth", "server/engineio", "server/spread", "rooms/streams", "rooms", "rooms/limits", "rooms/tally", "auth"},
	"server/rest":                 {"server/httpauth", "rooms/streams", "rooms/hooks", "rooms/push", "rooms/previews", "rooms", "rooms/limits", "rooms/tally", "auth"},
	"server/feed":                 {"server/httpauth", "server/spread", "rooms/streams", "rooms", "rooms/limits", "rooms/tally", "auth"},
	"server/files":                {"server/httpauth", "rooms", "rooms/limits", "rooms/tally", "auth"},
	"server/metrics":              {"rooms/streams", "rooms/hooks", "rooms/push", "rooms/postgres", "rooms", "rooms/tally"},
	"server/tracing":              {"rooms"},
	"server/app": {
		"server/metrics", "server/httpauth", "server/tracing", "server/socketio", "server/rest", "server/feed", "server/files", "rooms/mongodb", "rooms/embedded", "rooms/postgres", "rooms/streams", "rooms/archive", "rooms/hooks", "rooms/kept", "rooms/push", "rooms/previews",
		"rooms", "rooms/limits", "rooms/tally", "auth", "web",
	},
	"server/socketio/asyncapitest": {},
	"server/app/apptest":           {"server/app", "server/socketio", "server/socketio/asyncapitest", "rooms", "rooms/limits", "auth"},
	"server/faults":                {},
	"server/attacks":               {},
	"server":                       {"server/app"},
}

// onlyIn keeps each large dependency to the packages made for it.
var onlyIn = map[string][]string{
	"github.com/CycloneDX/":        {"server/app"},
	"github.com/gofiber/":          {"server/rest"},
	"go.mongodb.org/mongo-driver/": {"rooms/mongodb", "rooms/mongodb/mongotest", "rooms/streams", "server/feed"}, // the latter two: its bson only
	"github.com/coder/websocket":   {"server/feed"},
	"github.com/jackc/":            {"rooms/postgres", "rooms/postgres/postgrestest"},
	"github.com/santhosh-tekuri/":  {"rooms/streams", "server/socketio/asyncapitest"},
	"go.etcd.io/bbolt":             {"rooms/embedded"},
	"github.com/blevesearch/":      {"rooms/embedded"},
	"github.com/golang-jwt/":       {"auth", "rooms/push"},
	"golang.org/x/net/":            {"rooms/previews"},
	"github.com/prometheus/":       {"server/metrics"},
	"go.opentelemetry.io/":         {"server/tracing"},
	"google.golang.org/protobuf/":  {"server/tracing"},
	"golang.org/x/crypto/":         {"auth", "server/app"},
	"golang.org/x/image/":          {"rooms"},
	"github.com/gabriel-vasile/":   {"rooms"},
}

const (
	root   = "../.."
	module = "roomstream"
)

// TestImportsPointOneWay reads every Go file but tests, which may stand anywhere.
func TestImportsPointOneWay(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") && name != ".." && name != ".") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		seen++
		return checkImports(t, file, filepath.ToSlash(filepath.Dir(relative)))
	})
	if err != nil {
		t.Fatal(err)
	}
	const least = 30 // files; fewer means that the walk missed the module
	if seen < least {
		t.Errorf("only %d files were read", seen)
	}
}

func checkImports(t *testing.T, file, from string) error {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	allowed, known := mayImport[from]
	if !known && !strings.HasPrefix(from, "server/bench") {
		t.Errorf("%s has no row in mayImport", from)
	}
	for _, spec := range parsed.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if ours, ok := strings.CutPrefix(to, module+"/"); ok && known && !slices.Contains(allowed, ours) {
			t.Errorf("%s imports %s, which points the wrong way", path.Join(from, filepath.Base(file)), ours)
		}
		for prefix, homes := range onlyIn {
			if strings.HasPrefix(to, prefix) && known && !slices.Contains(homes, from) {
				t.Errorf("%s imports %s, which belongs to %v", path.Join(from, filepath.Base(file)), to, homes)
			}
		}
	}
	return nil
}
