package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"roomstream/rooms"
)

// What the stores hold at most, in bytes: a key of the embedded store, and a document of MongoDB, which as a line of an archive is
// no shorter, but for what it takes to number the users of an invitation.
const (
	maxKey   = 31 << 10 // with a room's or a user's id before it, which some have, 32 KiB
	maxThing = 16 << 20
)

// batchThings bounds one write of things of a kind: a notification may be 64 KiB long.
const batchThings = 100

// thingOf says whether a line is of one of the kinds, and gives the value of its one member.
func (r *reader) thingOf(b []byte) (at int, raw json.RawMessage, is bool) {
	for at, k := range r.kinds {
		if !bytes.HasPrefix(b, []byte(`{"`+k.member()+`":`)) {
			continue
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(b, &members) == nil && len(members) == 1 {
			return at, members[k.member()], true
		}
	}
	return 0, nil, false
}

// unknown gives the name of a line's one member, if nothing of it can be read here.
func (r *reader) unknown(b []byte) (string, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil || len(members) != 1 {
		return "", false
	}
	for _, k := range r.kinds {
		delete(members, k.member())
	}
	for _, name := range []string{"roomstream", "room", "event", "member", "account", "end"} {
		delete(members, name)
	}
	for name := range members {
		return name, true
	}
	return "", false
}

// thingLine takes a line of a kind.
func (r *reader) thingLine(at int, raw json.RawMessage) error {
	k := r.kinds[at]
	thing, key, err := k.parse(raw)
	switch {
	case err != nil:
		return err
	case max(len(key), len(k.had(thing))) > maxKey:
		return fmt.Errorf("%s: its id takes %d bytes, the stores hold at most %d", k.member(), max(len(key), len(k.had(thing))), maxKey)
	case len(raw) > maxThing:
		return fmt.Errorf("%s: takes %d bytes, the stores hold at most %d", k.member(), len(raw), maxThing)
	case at < r.kind:
		return fmt.Errorf("%s: stands after the lines of %s", k.member(), r.kinds[r.kind].member())
	case at == r.kind && key <= r.key:
		return fmt.Errorf("%s: must stand in the order of the ids, each once", k.member())
	}
	if at > r.kind {
		if err := r.to.end(); err != nil {
			return err
		}
	}
	r.kind, r.key = at, key
	*k.count(&r.counts)++
	return r.to.thing(k, thing)
}

// thing compares it with the store's.
func (c *checker) thing(k kind, thing any) error {
	if c.things == nil || c.kind != k.member() {
		c.kind, c.things, c.alone = k.member(), k.compare(c.ctx, c.store), k.rivals(c.ctx, c.store)
	}
	if f, is := thing.(rooms.File); is && c.files != "" {
		has, err := hasContent(c.ctx, c.store.Rooms.Blobs, f)
		if err == nil && !has {
			err = checkContents(f, c.files)
		}
		if err != nil {
			return err
		}
	}
	if _, _, err := c.things(thing); err != nil {
		return err
	}
	return c.alone(thing)
}

// thing writes it where it differs from the store's.
func (w *writer) thing(k kind, thing any) error {
	if w.compare.things == nil || w.compare.kind != k.member() {
		w.compare.kind, w.compare.things = k.member(), k.compare(w.ctx, w.store)
	}
	want, differs, err := w.compare.things(thing)
	if err != nil {
		return err
	}
	if f, is := want.(rooms.File); is && f.Stored {
		if err := w.content(f); err != nil {
			return err
		}
	}
	switch {
	case !differs:
		return nil
	case k.last():
		w.lastKind, w.later = k, append(w.later, want)
		return nil
	}
	w.kind, w.things = k, append(w.things, want)
	if len(w.things) < k.batch() {
		return nil
	}
	return w.flushThings()
}

// putLast writes what had to wait for all others.
func (w *writer) putLast() error {
	for list := range slices.Chunk(w.later, batchThings) {
		w.kind, w.things = w.lastKind, list
		if err := w.flushThings(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) flushThings() error {
	if len(w.things) == 0 {
		return nil
	}
	if err := w.kind.put(w.ctx, w.store, w.things); err != nil {
		return err
	}
	*w.kind.count(&w.counts) += len(w.things)
	w.things = nil
	w.progress(w.counts)
	return nil
}

// content stores a file's content before its record says that it is there.
func (w *writer) content(f rooms.File) error {
	has, err := hasContent(w.ctx, w.store.Rooms.Blobs, f)
	switch {
	case err != nil || has:
		return err
	case w.files == "":
		w.counts.Lacking++
		return nil
	}
	if err := copyIn(w.ctx, w.store.Rooms.Blobs, f, w.files); err != nil {
		return err
	}
	w.counts.Contents++
	w.progress(w.counts)
	return nil
}
