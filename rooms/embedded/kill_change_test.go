package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

// changeEvents is how many events each change of a child has: the room's settings and a role
// for each of the others.
const changeEvents = 4

// changeForEver changes rooms, and prints a line for each durable event.
func changeForEver(dir string) {
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for r := range childRooms {
		wg.Go(func() {
			err := changeRoomForEver(store.Rooms(), rooms.RoomID(fmt.Sprintf(childRoomFmt, r)), &out)
			fmt.Println("error", err)
			os.Exit(1)
		})
	}
	wg.Wait()
}

func changeRoomForEver(store rooms.Store, id rooms.RoomID, out *sync.Mutex) error {
	ctx := context.Background()
	room, err := store.Catalog.Room(ctx, id)
	create := err != nil
	if create && rooms.AsError(err).Code != rooms.CodeNotFound {
		return err
	}
	for {
		c := changeOf(id, room.StateSeq, create)
		if err := store.Members.Change(ctx, c); err != nil {
			return err
		}
		room, create = c.Room, false
		// A base of before is refused, and leaves nothing.
		late := changeOf(id, c.Base, false)
		if err := store.Members.Change(ctx, late); !errors.Is(err, rooms.ErrOvertaken) {
			return fmt.Errorf("a change of an older state: %w", err)
		}
		if _, err := store.Inbox.MarkRead(ctx, id, "u1", room.StateSeq); err != nil {
			return err
		}
		out.Lock()
		for _, e := range c.Events {
			fmt.Printf("ack %s %d %s\n", e.RoomID, e.Seq, e.ID)
		}
		out.Unlock()
	}
}

// changeOf is the change of a room whose events number on from base: everybody gets another
// role, and the topic says by which events.
func changeOf(id rooms.RoomID, base int64, create bool) rooms.Change {
	events := storetest.Messages(id, base+1, changeEvents)
	last := base + changeEvents
	c := rooms.Change{Events: events, Base: base, Create: create, Room: rooms.Room{
		ID: id, Name: string(id), Type: rooms.TypePrivate, Topic: fmt.Sprint(last), StateSeq: last,
	}}
	events[0].Type, events[0].Text, events[0].Settings = rooms.TypeRoom, "", c.Room.Settings().JSON()
	for i, e := range events[1:] {
		e.Type, e.Text, e.Subject, e.Role = rooms.TypeMember, "", auth.UserID(fmt.Sprintf("u%d", i+1)), rooms.RoleMember
		c.Members = append(c.Members, rooms.Member{RoomID: id, UserID: e.Subject, Role: e.Role, Seq: e.Seq})
	}
	return c
}

// TestAChangeIsWholeAfterSIGKILL kills the process in the midst of its changes several times:
// of each change all is there, or nothing: the events, the room and its members agree.
func TestAChangeIsWholeAfterSIGKILL(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]string{} // "room seq" -> id
	for range kills {
		before := len(acked)
		last := runChild(t, childChanged+"="+dir, acked)
		if strings.HasPrefix(last, "error") || len(acked) < before+acksPerLife {
			t.Fatalf("the child answered %d times, and then %q", len(acked)-before, last)
		}
		checkFile(t, dir)
		checkChanges(t, dir, acked)
	}
}

func checkChanges(t *testing.T, dir string, acked map[string]string) {
	t.Helper()
	o := open(t, dir)
	defer o.Close(context.Background())
	seen := 0
	for r := range childRooms {
		id := rooms.RoomID(fmt.Sprintf(childRoomFmt, r))
		events, err := o.Store.Log.Since(t.Context(), id, 0, rooms.Page{})
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			continue // killed before its first change
		}
		for i, e := range events {
			want, is := acked[fmt.Sprintf("%s %d", id, e.Seq)]
			if is {
				seen++
			}
			if e.Seq != int64(i+1) || is && want != e.ID.String() {
				t.Fatalf("%s: event %d has seq %d and id %s, acked was %q", id, i, e.Seq, e.ID, want)
			}
		}
		last := events[len(events)-1].Seq
		room, err := o.Store.Catalog.Room(t.Context(), id)
		if err != nil || last%changeEvents != 0 || room.StateSeq != last || room.Topic != fmt.Sprint(last) {
			t.Errorf("%s ends at seq %d, the room is %+v, %v", id, last, room, err)
		}
		members, err := o.Store.Members.Members(t.Context(), id, rooms.MemberQuery{Limit: changeEvents})
		if err != nil || len(members) != changeEvents-1 {
			t.Fatalf("%s ends at seq %d and has members %+v, %v", id, last, members, err)
		}
		for i, m := range members {
			if want := last - changeEvents + int64(i) + 2; m.Seq != want || m.Role != rooms.RoleMember {
				t.Errorf("%s ends at seq %d, member %+v should be of %d", id, last, m, want)
			}
		}
	}
	if seen != len(acked) {
		t.Errorf("%d of %d acked events are there", seen, len(acked))
	}
}
