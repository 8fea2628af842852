package app_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// declaring runs `streams …` on a database.
type declaring struct {
	t   *testing.T
	env map[string]string
	dir string
}

func newDeclaring(t *testing.T) declaring {
	t.Helper()
	mongod := mongotest.Shared(t)
	return declaring{t, map[string]string{
		"ROOMSTREAM_MONGODB_URI": mongod.URI, "ROOMSTREAM_MONGODB_DATABASE": mongod.Database(t), "ROOMSTREAM_JWT_SECRET": apptest.Secret,
	}, t.TempDir()}
}

func (d declaring) file(text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, "streams.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d declaring) apply(text string, flags ...string) outcome {
	d.t.Helper()
	return run(d.t, d.env, append([]string{"streams", "apply", d.file(text)}, flags...)...)
}

// says fails unless a command succeeded and printed these lines, in this order and no other.
func (o outcome) says(t *testing.T, lines ...string) {
	t.Helper()
	if want := strings.Join(lines, "\n") + "\n"; o.err != nil || o.stdout != want {
		t.Errorf("%v, %q, want %q", o.err, o.stdout, want)
	}
}

func (d declaring) lists(names ...string) {
	d.t.Helper()
	o := run(d.t, d.env, "streams", "list")
	var listed []string
	for line := range strings.Lines(o.stdout) {
		name, _, _ := strings.Cut(line, " ")
		listed = append(listed, name)
	}
	if got, want := strings.Join(listed, " "), strings.Join(names, " "); o.err != nil || got != want {
		d.t.Errorf("listed are %q, want %q: %v", got, want, o.err)
	}
}

func TestAFileOfStreamsIsApplied(t *testing.T) {
	d := newDeclaring(t)
	const (
		all  = `{"uri":"all","watch":{"collection":"posts"},"access":{"public":true}}`
		mine = `{"uri":"mine","watch":{"collection":"posts"},"stages":[{"_$match":{"fullDocument::n":{"_$var":"n"}}}]}`
		wide = `{"uri":"all","watch":{"database":true},"operations":["insert"]}`
	)
	d.apply(`{"streams":[`+all+`,`+mine+`]}`, "-dry-run").says(t,
		"posts/all: created", "posts/mine: created", "Nothing was changed: -dry-run.")
	d.lists()
	d.apply(`{"streams":[`+all+`,`+mine+`]}`).says(t, "posts/all: created", "posts/mine: created")
	d.lists("posts/all", "posts/mine")
	d.apply(`{"streams":[`+all+`,`+mine+`]}`).says(t, "posts/all: unchanged", "posts/mine: unchanged")
	changed := strings.Replace(all, "true", "false", 1)
	d.apply(`[`+changed+`,`+wide+`]`).says(t, "posts/all: changed", "all: created")
	d.lists("all", "posts/all", "posts/mine")
	d.apply(`[`+changed+`]`, "-prune", "-dry-run").says(t,
		"posts/all: unchanged", "all: removed", "posts/mine: removed", "Nothing was changed: -dry-run.")
	d.apply(`[`+changed+`]`, "-prune").says(t, "posts/all: unchanged", "all: removed", "posts/mine: removed")
	d.lists("posts/all")
	run(t, d.env, "streams", "remove", "posts/all").says(t, "posts/all: removed")
	d.lists()
	run(t, d.env, "streams", "remove", "posts/all").fails(t, "posts/all")
	run(t, d.env, "streams", "remove", "posts/all/more").fails(t, "uri")
	d.noted("declare_stream posts/all", "declare_stream posts/mine", "declare_stream posts/all", "declare_stream all",
		"remove_stream all", "remove_stream posts/mine", "remove_stream posts/all")
}

// noted compares what the audit log says of the command line, in whatever order: ids of several processes are ordered by the
// second.
func (d declaring) noted(want ...string) {
	d.t.Helper()
	store, err := mongodb.Open(d.t.Context(), mongodb.Options{URI: d.env["ROOMSTREAM_MONGODB_URI"], Database: d.env["ROOMSTREAM_MONGODB_DATABASE"]})
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = store.Close(context.Background()) }()
	list, err := store.Rooms().Moderation.AuditLog(d.t.Context(), rooms.AuditQuery{Actor: "roomstream", Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		var details struct{ Stream string }
		if err := json.Unmarshal([]byte(e.Details), &details); err != nil {
			d.t.Errorf("details %q: %v", e.Details, err)
		}
		got = append(got, e.Action+" "+details.Stream)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		d.t.Errorf("noted are %q, want %q", got, want)
	}
}

// TestAFileWithMistakesChangesNothing: all mistakes are told at once, by entry and field, also those that only the
// database knows.
func TestAFileWithMistakesChangesNothing(t *testing.T) {
	d := newDeclaring(t)
	const good = `{"uri":"all","watch":{"collection":"posts"}}`
	d.apply(`[`+good+`,{"uri":"b","watch":{"collection":"posts"},"stages":[{"$out":"x"}]},{"uri":"c"},7,{"watch":{"database":true}},`+good+`]`).
		fails(t, "entry 2 (posts/b)", "$out", "entry 3 (c): watch", "entry 4", "entry 5: uri", "entry 6 (posts/all): uri: entry 1")
	d.apply(`[`+good+`,{"uri":"b","watch":{"collection":"posts"},"stages":[{"$match":{"fullDocument.n":{"$regex":"("}}}]}]`).
		fails(t, "posts/b")
	d.apply(`[`+good+`,{"uri":"all","watch":{"collection":"messages"}}]`).fails(t, "messages/all")
	for _, text := range []string{``, `{}`, `{"streams":null}`, `{"streams":{}}`, `{"stream":[]}`, `"x"`, "[\"\xff\"]", `[` + good} {
		if o := d.apply(text); o.err == nil {
			t.Errorf("%q was taken: %q", text, o.stdout)
		}
	}
	d.lists()
}

func TestStreamsCommandsSayWhatTheyLack(t *testing.T) {
	d := newDeclaring(t)
	run(t, d.env, "streams", "apply").fails(t, "streams apply file.json")
	run(t, d.env, "streams", "apply", "a.json", "b.json").fails(t, "one argument")
	run(t, d.env, "streams", "apply", "-dry-run", filepath.Join(d.dir, "none.json")).fails(t, "none.json")
	run(t, d.env, "streams", "remove").fails(t, "posts/all")
	run(t, d.env, "streams", "list", "posts").fails(t, `"posts"`)
	run(t, d.env, "streams").fails(t, `"streams"`)

	embedded := map[string]string{"ROOMSTREAM_DATA_DIR": d.dir}
	for _, args := range [][]string{{"apply", d.file(`[]`)}, {"list"}, {"remove", "posts/all"}} {
		run(t, embedded, append([]string{"streams"}, args...)...).fails(t, "-mongodb-uri", "ROOMSTREAM_MONGODB_URI")
	}
}
