package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/streams"
)

// everything is the caller that the command line is. The audit log knows it by this id.
var everything = streams.Caller{Known: true, User: auth.User{ID: "roomstream", Roles: []string{auth.RoleAdmin}}}

// applyStreams declares the streams of a file. All are tried before any is written; running instances follow at once.
func applyStreams(ctx context.Context, e Environment) error {
	var (
		c           Config
		try, remove bool
	)
	file, err := c.parseOne("streams apply", "file.json", e, func(flags *flag.FlagSet) {
		flags.BoolVar(&try, "dry-run", false, "say what would change, and change nothing")
		flags.BoolVar(&remove, "prune", false, "remove the streams that are not in the file")
	})
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("streams apply: %w", err)
	}
	wanted, err := readDeclarations(text)
	if err != nil {
		return fmt.Errorf("streams apply: %s: %w", file, err)
	}
	err = withStreams(ctx, c, e, func(service *streams.Service) error {
		if err := tryAll(ctx, service, wanted); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		return apply(ctx, e, service, wanted, try, remove)
	})
	if err != nil {
		return fmt.Errorf("streams apply: %w", err)
	}
	return nil
}

// apply makes the differences and says what each was.
func apply(ctx context.Context, e Environment, service *streams.Service, wanted []*streams.Declaration, try, remove bool) error {
	differences, err := compare(service.Visible(everything), wanted, remove)
	if err != nil {
		return err
	}
	for _, d := range differences {
		if !try {
			if err := d.make(ctx, service); err != nil {
				return fmt.Errorf("%s: %w; run it again to go on", d.name, err)
			}
		}
		fmt.Fprintf(e.Stdout, "%s: %s\n", d.name, d.what)
	}
	if try {
		fmt.Fprintln(e.Stdout, "Nothing was changed: -dry-run.")
	}
	return nil
}

// difference is what becomes of one stream.
type difference struct {
	name streams.Name
	what string               // created, changed, unchanged or removed
	to   *streams.Declaration // nil: it goes
}

func (d difference) make(ctx context.Context, service *streams.Service) (err error) {
	if d.to == nil {
		return service.Delete(ctx, everything.User.ID, d.name)
	}
	_, err = service.Put(ctx, everything.User.ID, d.to)
	return err
}

// compare tells what is wanted from what is there; with remove, what is not wanted goes.
func compare(there, wanted []*streams.Declaration, remove bool) ([]difference, error) {
	now := map[streams.Name]*streams.Declaration{}
	for _, d := range there {
		now[d.Name] = d
	}
	var all []difference
	for _, d := range wanted {
		what := "created"
		if before := now[d.Name]; before != nil {
			same, err := alike(before, d)
			if err != nil {
				return nil, err
			}
			if what = "changed"; same {
				what = "unchanged"
			}
		}
		delete(now, d.Name)
		all = append(all, difference{d.Name, what, d})
	}
	for _, d := range there {
		if remove && now[d.Name] != nil {
			all = append(all, difference{d.Name, "removed", nil})
		}
	}
	return all, nil
}

// alike compares declarations as clients see them.
func alike(a, b *streams.Declaration) (bool, error) {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return bytes.Equal(textA, textB), errors.Join(errA, errB)
}

// tryAll has the database try all that are wanted, and tells of each that it refuses.
func tryAll(ctx context.Context, service *streams.Service, wanted []*streams.Declaration) error {
	var refused []error
	for _, d := range wanted {
		if err := service.Try(ctx, d); err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", d.Name, err))
		}
	}
	return errors.Join(refused...)
}

// readDeclarations reads {"streams": [declaration, ...]}, or the array alone. It tells of every entry that is no
// declaration, by its number from 1 and its name.
func readDeclarations(text []byte) ([]*streams.Declaration, error) {
	entries, err := readEntries(text)
	if err != nil {
		return nil, err
	}
	var (
		all     []*streams.Declaration
		refused []error
	)
	seen := map[streams.Name]int{}
	for i, entry := range entries {
		d, name, err := readDeclaration(entry)
		if err == nil && seen[d.Name] > 0 {
			err = fmt.Errorf("uri: entry %d has it already", seen[d.Name])
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("entry %d%s: %w", i+1, name, err))
			continue
		}
		seen[d.Name] = i + 1
		all = append(all, d)
	}
	return all, errors.Join(refused...)
}

func readEntries(text []byte) (entries []json.RawMessage, err error) {
	const form = `must be {"streams": [declaration, ...]}, or the array alone`
	if !utf8.Valid(text) {
		return nil, errors.New("must be UTF-8")
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte{'['}) {
		if err := json.Unmarshal(text, &entries); err != nil {
			return nil, fmt.Errorf("%s: %w", form, err)
		}
		return entries, nil
	}
	var set map[string]json.RawMessage
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("%s: %w", form, err)
	}
	for name := range set {
		if name != "streams" {
			return nil, fmt.Errorf("%s: %s", name, form)
		}
	}
	if err := json.Unmarshal(set["streams"], &entries); err != nil || entries == nil {
		return nil, fmt.Errorf("streams: %s", form)
	}
	return entries, nil
}

// readDeclaration reads one entry; name is " (posts/all)" as far as it can be read.
func readDeclaration(entry json.RawMessage) (d *streams.Declaration, name string, err error) {
	var head struct {
		URI   *string `json:"uri"`
		Watch *struct {
			Collection string `json:"collection"`
		} `json:"watch"`
	}
	if json.Unmarshal(entry, &head) != nil {
		return nil, "", errors.New("must be an object with uri, a string, and watch, an object")
	}
	switch {
	case head.URI == nil:
		return nil, "", errors.New("uri: is required in a file")
	case head.Watch == nil:
		return nil, fmt.Sprintf(" (%s)", *head.URI), errors.New("watch: is required in a file")
	}
	n := streams.Name{Collection: head.Watch.Collection, URI: *head.URI}
	d, err = streams.ParseDeclaration(n, entry)
	return d, fmt.Sprintf(" (%s)", n), err
}

// listStreams lists the declarations.
func listStreams(ctx context.Context, e Environment) error {
	var c Config
	if err := c.parseAll("streams list", e, nil); err != nil {
		return err
	}
	err := withStreams(ctx, c, e, func(service *streams.Service) error {
		w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
		for _, d := range service.Visible(everything) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Name, watched(d), operations(d), openTo(d.Access))
		}
		return w.Flush()
	})
	if err != nil {
		return fmt.Errorf("streams list: %w", err)
	}
	return nil
}

func watched(d *streams.Declaration) string {
	switch {
	case d.Deployment:
		return "the deployment"
	case d.Collection == "":
		return "the database"
	}
	return "collection " + d.Collection
}

func operations(d *streams.Declaration) string {
	words := make([]string, len(d.Operations))
	for i, o := range d.Operations {
		words[i] = string(o)
	}
	return strings.Join(words, ",")
}

func openTo(a streams.Access) string {
	if a.Public {
		return "everybody"
	}
	return "roles " + strings.Join(a.Roles, ",")
}

// removeStream takes one declaration back.
func removeStream(ctx context.Context, e Environment) error {
	var c Config
	text, err := c.parseOne("streams remove", "posts/all", e, nil)
	if err != nil {
		return err
	}
	name, err := streams.ParseName(text)
	if err == nil {
		err = withStreams(ctx, c, e, func(service *streams.Service) error { return service.Delete(ctx, everything.User.ID, name) })
	}
	if err != nil {
		return fmt.Errorf("streams remove: %w", err)
	}
	fmt.Fprintf(e.Stdout, "%s: removed\n", name)
	return nil
}

// withStreams reads the declarations for a command that works with them.
func withStreams(ctx context.Context, c Config, e Environment, do func(*streams.Service) error) error {
	if c.Embedded() {
		return errors.New("declared streams need MongoDB: set -mongodb-uri (ROOMSTREAM_MONGODB_URI)")
	}
	return withStore(ctx, c, e, func(kept store) error {
		on, ok := kept.(*mongodb.Store)
		if !ok {
			return errors.New("the store has no streams")
		}
		database, declarations, err := on.Streams(c.feedsDatabase())
		if err != nil {
			return err
		}
		service := streams.New(streams.Options{
			Database: database, Store: declarations, Logger: e.logger(c), Auditor: rooms.NewAuditor(kept.Rooms().Moderation, e.logger(c)),
		})
		if err := service.Load(ctx); err != nil {
			return err
		}
		return do(service)
	})
}
