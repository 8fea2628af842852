package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// joined is a change by which somebody becomes a member of a room that stands at seq-1.
func joined(room rooms.RoomID, seq int64, user auth.UserID) rooms.Change {
	e := storetest.Message(room, seq)
	e.Type, e.Text, e.Subject, e.Role = rooms.TypeMember, "", user, rooms.RoleMember
	return rooms.Change{
		Events: []*rooms.Event{e}, Base: seq - 1, Create: seq == 1,
		Room:    rooms.Room{ID: room, Name: "Club", Type: rooms.TypePrivate, CreatedAt: e.Timestamp, StateSeq: seq},
		Members: []rooms.Member{{RoomID: room, UserID: user, Role: rooms.RoleMember, Seq: seq}},
	}
}

// wantState checks that a room, its log and its member all stand at seq, or that there is
// nothing at all.
func wantState(t *testing.T, store rooms.Store, room rooms.RoomID, seq int64, user auth.UserID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	read, err := store.Log.Since(ctx, room, 0, rooms.Page{})
	if err != nil || int64(len(read)) != seq {
		t.Errorf("the log has %d events, %v, want %d", len(read), err, seq)
	}
	r, err := store.Catalog.Room(ctx, room)
	if seq == 0 {
		if rooms.AsError(err).Code != rooms.CodeNotFound {
			t.Errorf("the room is %+v, %v, want none", r, err)
		}
	} else if err != nil || r.StateSeq != seq {
		t.Errorf("the room is %+v, %v, want it as of %d", r, err, seq)
	}
	if m, err := store.Members.Member(ctx, room, user); err != nil || m.Seq != seq {
		t.Errorf("the member is %+v, %v, want him as of %d", m, err, seq)
	}
}

// failing makes the server fail commands of one kind.
func failing(t *testing.T, server *mongotest.Server, mode any, command string, how ...bson.E) (stop func()) {
	t.Helper()
	data := append(bson.D{{Key: "failCommands", Value: bson.A{command}}, {Key: "appName", Value: "roomstream"}}, how...)
	server.Command(t, bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode}, {Key: "data", Value: data}})
	return func() {
		server.Command(t, bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: "off"}})
	}
}

func times(n int) bson.D { return bson.D{{Key: "times", Value: n}} }

// Whatever passes by itself, a change gets over, and is stored once.
func TestChangeOutlivesPassingFailures(t *testing.T) {
	t.Parallel()
	server, _, store := ownServer(t, "--setParameter", "enableTestCommands=1")
	transient := bson.E{Key: "errorLabels", Value: bson.A{"TransientTransactionError"}}
	seq := int64(0)
	for _, c := range []struct {
		name, command string
		mode          any
		how           []bson.E
	}{
		{"a conflict at the first write", "update", times(3), []bson.E{{Key: "errorCode", Value: 112}, transient}},
		{"a conflict at the last write", "insert", times(3), []bson.E{{Key: "errorCode", Value: 112}, transient}},
		{"a lost connection at a write", "insert", times(1), []bson.E{{Key: "closeConnection", Value: true}}},
		{"a lost connection at the commit", "commitTransaction", times(1), []bson.E{{Key: "closeConnection", Value: true}}},
		// Each costs the driver's look for the server, half a second and more, of the 8 s there are.
		{"more of them", "commitTransaction", times(3), []bson.E{{Key: "closeConnection", Value: true}}},
		{"a commit whose majority is late", "commitTransaction", times(3), []bson.E{
			{Key: "writeConcernError", Value: bson.D{{Key: "code", Value: 64}, {Key: "errmsg", Value: "waiting for replication timed out"}}},
		}},
		{"an election at the commit", "commitTransaction", times(2), []bson.E{{Key: "errorCode", Value: 11602}}},
		{"a transaction that is gone at the commit", "commitTransaction", times(1), []bson.E{{Key: "errorCode", Value: 251}, transient}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seq++
			if seq == 1 { // an update needs a room
				if err := store.Members.Change(t.Context(), joined("club", seq, "bob")); err != nil {
					t.Fatal(err)
				}
				seq++
			}
			stop := failing(t, server, c.mode, c.command, c.how...)
			defer stop()
			if err := store.Members.Change(t.Context(), joined("club", seq, "bob")); err != nil {
				t.Fatal(err)
			}
			wantState(t, store, "club", seq, "bob")
		})
	}
}

// A commit that is never answered leaves the outcome open: that must not be told as a
// refusal.
func TestChangeWhoseCommitIsNotAnswered(t *testing.T) {
	t.Parallel()
	server, _, store := ownServer(t, "--setParameter", "enableTestCommands=1")
	stop := failing(t, server, "alwaysOn", "commitTransaction", bson.E{Key: "closeConnection", Value: true})
	err := store.Members.Change(t.Context(), joined("club", 1, "bob"))
	stop()
	var dup *rooms.DuplicateError
	if known := rooms.AsError(err); errors.Is(err, rooms.ErrOvertaken) || errors.As(err, &dup) || known == nil || known.Code != rooms.CodeUnavailable {
		t.Errorf("got %v, want %s", err, rooms.CodeUnavailable)
	}
	wantState(t, store, "club", 0, "bob") // as the commit never reached the server

	// What it held is let go, so that the next one does not wait for it.
	if err := store.Members.Change(t.Context(), joined("club", 1, "bob")); err != nil {
		t.Fatal(err)
	}
	wantState(t, store, "club", 1, "bob")
}

// A change that cannot get through ends in time, and leaves nothing.
func TestChangeThatAlwaysConflicts(t *testing.T) {
	t.Parallel()
	server, _, store := ownServer(t, "--setParameter", "enableTestCommands=1")
	stop := failing(t, server, "alwaysOn", "insert", bson.E{Key: "errorCode", Value: 112}, bson.E{Key: "errorLabels", Value: bson.A{"TransientTransactionError"}})
	defer stop()
	err := store.Members.Change(t.Context(), joined("club", 1, "bob"))
	if known := rooms.AsError(err); known == nil || known.Code != rooms.CodeUnavailable {
		t.Errorf("got %v, want %s", err, rooms.CodeUnavailable)
	}
	wantState(t, store, "club", 0, "bob")
}

// change stores a change until it is known to be, as a lane does: what it cannot know it looks
// up.
func change(ctx context.Context, store rooms.Store, c rooms.Change) (unknown int, err error) {
	for {
		err := store.Members.Change(ctx, c)
		if err == nil {
			return unknown, nil
		}
		var dup *rooms.DuplicateError
		decided := errors.Is(err, rooms.ErrOvertaken) || errors.As(err, &dup)
		if decided && unknown == 0 {
			return 0, fmt.Errorf("refused though nobody else writes: %w", err)
		}
		if !decided {
			unknown++
		}
		if ctx.Err() != nil {
			return unknown, fmt.Errorf("%w after %w", ctx.Err(), err)
		}
		found, findErr := store.Log.Find(ctx, c.Events)
		switch {
		case findErr == nil && len(found) == 1 && found[0] == *c.Events[0]:
			return unknown, nil
		case findErr == nil && decided:
			return unknown, fmt.Errorf("%w, but it is not there", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond): // an election is not asked without pause
		}
	}
}

// Primaries step down and are killed under changes: none is lost, halved or doubled.
func TestChangesOutliveElections(t *testing.T) {
	t.Parallel()
	set := mongotest.StartSet(t)
	opened, err := mongodb.Open(t.Context(), mongodb.Options{URI: set.URI, Database: "elections"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, opened) })
	store := opened.Rooms()
	ctx, cancel := context.WithTimeout(context.Background(), faultPatience)
	defer cancel()
	const each = 15
	seq := int64(0)
	run := func() error {
		for range each {
			seq++
			if _, err := change(ctx, store, joined("club", seq, "bob")); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(primary *mongotest.Server){
		"stepped down": func(primary *mongotest.Server) {
			primary.Try(bson.D{{Key: "replSetStepDown", Value: 10}, {Key: "force", Value: true}}) // may close the connection
		},
		"killed": func(primary *mongotest.Server) { primary.Kill(t) },
	} {
		primary := set.Primary(t)
		done := make(chan error, 1)
		go func() { done <- run() }()
		end(primary)
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantState(t, store, "club", seq, "bob")
		set.Heal(t)
	}
}

// Between the end of the log's collection and the stream's word of it nothing may be numbered
// in another one of its name.
func TestChangeIsHeldToItsCollection(t *testing.T) {
	t.Parallel()
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	if err := store.Members.Change(t.Context(), joined("club", 1, "bob")); err != nil {
		t.Fatal(err)
	}
	messages := otherProgram(t, server, database)
	if err := messages.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.Members.Change(t.Context(), joined("club", 2, "bob")); err == nil || errors.Is(err, rooms.ErrOvertaken) {
			t.Errorf("got %v, want the change refused", err)
		}
		insert(t, messages, plain(nil)) // now another program has made the collection
	}
	room, err := store.Catalog.Room(t.Context(), "club")
	if err != nil || room.StateSeq != 1 {
		t.Errorf("the room is %+v, %v, want it as it was", room, err)
	}
	if n, err := messages.CountDocuments(t.Context(), bson.M{"seq": bson.M{"$exists": true}}); err != nil || n > 0 {
		t.Errorf("%d documents are numbered, %v", n, err)
	}
	storetest.Watch(t, store.Stream) // which makes the indexes
	if err := store.Members.Change(t.Context(), joined("club", 2, "bob")); err != nil {
		t.Errorf("with the indexes back: %v", err)
	}
}

// An operator's own rule for messages holds for changes, too.
func TestChangeThatAValidatorForbids(t *testing.T) {
	t.Parallel()
	server := mongotest.Shared(t)
	database := server.Database(t)
	store := open(t, server, database).Rooms()
	messages := otherProgram(t, server, database)
	err := messages.Database().RunCommand(t.Context(), bson.D{
		{Key: "collMod", Value: "messages"}, {Key: "validator", Value: bson.M{"subject": bson.M{"$ne": "eve"}}},
	}).Err()
	if err != nil {
		t.Fatal(err)
	}
	var refused *rooms.RefusedError
	if err := store.Members.Change(t.Context(), joined("club", 1, "eve")); !errors.As(err, &refused) || refused.At != 0 {
		t.Errorf("got %v, want it refused", err)
	}
	wantState(t, store, "club", 0, "eve")
	if err := store.Members.Change(t.Context(), joined("club", 1, "bob")); err != nil {
		t.Error(err)
	}
}
