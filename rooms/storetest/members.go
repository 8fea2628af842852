package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// memberEvent makes an event that gives somebody a role.
func memberEvent(room rooms.RoomID, seq int64, subject auth.UserID, role rooms.Role) *rooms.Event {
	e := Message(room, seq)
	e.Type, e.Text, e.Subject, e.Role = rooms.TypeMember, "", subject, role
	return e
}

// banEvent makes an event that bans somebody.
func banEvent(room rooms.RoomID, seq int64, subject auth.UserID, until time.Time) *rooms.Event {
	e := memberEvent(room, seq, subject, rooms.RoleNone)
	e.Until = until
	return e
}

// settingsEvent makes an event that gives the room other settings.
func settingsEvent(room rooms.RoomID, seq int64, s rooms.Settings) *rooms.Event {
	e := Message(room, seq)
	e.Type, e.Text, e.Settings = rooms.TypeRoom, "", s.JSON()
	return e
}

// memberBy is what a member event makes of its subject.
func memberBy(e *rooms.Event) rooms.Member {
	return rooms.Member{RoomID: e.RoomID, UserID: e.Subject, Role: e.Role, BannedUntil: e.Until, Seq: e.Seq}
}

// privateRoom is a room as it is when its first event has made ann its owner.
func privateRoom(id rooms.RoomID) rooms.Room {
	return rooms.Room{
		ID: id, Name: "Name of " + string(id), Type: rooms.TypePrivate, Topic: "é", CreatedAt: now(),
		ReadOnly: true, SlowMode: 1500 * time.Millisecond, Receipts: true, Pins: "[7,3]", CreatedBy: "ann", CreateKey: "key 1", StateSeq: 1,
	}
}

// founding creates a room with its owner.
func founding(room rooms.Room, owner auth.UserID) rooms.Change {
	e := memberEvent(room.ID, room.StateSeq, owner, rooms.RoleOwner)
	return rooms.Change{Events: []*rooms.Event{e}, Create: true, Room: room, Members: []rooms.Member{memberBy(e)}}
}

// changing is what an event makes of a room that stands at base.
func changing(room rooms.Room, base int64, e *rooms.Event) rooms.Change {
	room.StateSeq = e.Seq
	c := rooms.Change{Events: []*rooms.Event{e}, Base: base, Room: room}
	if e.Type == rooms.TypeMember {
		c.Members = []rooms.Member{memberBy(e)}
	}
	return c
}

func mustChange(t *testing.T, o Opened, c rooms.Change) {
	t.Helper()
	if err := o.Store.Members.Change(waiting(t), c); err != nil {
		t.Fatalf("change: %v", err)
	}
}

func wantMember(t *testing.T, o Opened, want rooms.Member) {
	t.Helper()
	got, err := o.Store.Members.Member(waiting(t), want.RoomID, want.UserID)
	if want.Seq == 0 && want.ReadSeq == 0 && want.Alerts == (rooms.Alerts{}) { // nothing is known of him: the rest means nothing
		got.RoomID, got.UserID = want.RoomID, want.UserID
	}
	if err != nil || got != want {
		t.Errorf("%s in %s is %+v, %v, want %+v", want.UserID, want.RoomID, got, err, want)
	}
}

// wantOvertaken checks that a change was refused and left nothing behind.
func wantOvertaken(t *testing.T, o Opened, c rooms.Change) {
	t.Helper()
	if err := o.Store.Members.Change(waiting(t), c); !errors.Is(err, rooms.ErrOvertaken) {
		t.Fatalf("got %v, want %v", err, rooms.ErrOvertaken)
	}
	if found, err := o.Store.Log.Find(waiting(t), c.Events); err != nil || len(found) != 0 {
		t.Fatalf("refused, but the log has %+v, %v", found, err)
	}
}

// stateReadsBack gives every field that rooms and events have for rights to every read.
func stateReadsBack(t *testing.T, o Opened) {
	w := watch(t, o)
	direct := rooms.Room{
		ID: "direct", Type: rooms.TypeDirect, CreatedAt: now(), Direct: [2]auth.UserID{"ann", "bob"}, CreatedBy: "ann", Archived: true, StateSeq: 9,
	}
	private := privateRoom("private")
	for _, room := range []rooms.Room{direct, private} {
		if got := mustCreateRoom(t, o, room); got != room {
			t.Errorf("made\n     %+v\nwant %+v", got, room)
		}
	}
	put := rooms.Room{ID: "put", Name: "put", Type: rooms.TypePublic, CreatedAt: now(), Direct: [2]auth.UserID{"eve", "eve"}, StateSeq: 1 << 50}
	if err := o.Store.Archive.PutRoom(waiting(t), put); err != nil {
		t.Fatal(err)
	}
	naming := Message("private", 1)
	naming.Mentions, naming.Attachments = `["bob","a\"b\\,", "@room"]`, `[{"id":"1", "name":"é"}]`
	until := now().Add(time.Hour)
	events := []*rooms.Event{
		naming, memberEvent("private", 2, "bob", rooms.RoleModerator), memberEvent("private", 3, "bob", rooms.RoleNone),
		banEvent("private", 4, "bob", until), settingsEvent("private", 5, private.Settings()),
	}
	events[2].Was = rooms.RoleModerator
	mustAppend(t, o, events...)
	for _, want := range events {
		if got := w.event(t); got != *want {
			t.Errorf("told\n     %+v\nwant %+v", got, *want)
		}
	}
	o = o.Reopen(t)
	wantEvents(t, mustSince(t, o, "private", 0, rooms.Page{}), events...)
	for _, want := range []rooms.Room{direct, private, put} {
		if got := mustRoom(t, o, want.ID); got != want {
			t.Errorf("read\n     %+v\nwant %+v", got, want)
		}
	}
	wantNoFaults(t, o)
}

// stateOutlivesContent takes the content of a log: who is what stays.
func stateOutlivesContent(t *testing.T, o Opened) {
	naming := Message("general", 1)
	naming.Mentions, naming.Attachments = `["bob"]`, `[{"id":"1"}]`
	member := banEvent("general", 2, "bob", now())
	member.Role, member.Was = rooms.RoleReader, rooms.RoleMember
	settings := settingsEvent("general", 3, rooms.Settings{Name: "General"})
	mustAppend(t, o, naming, member, settings, Message("general", 4))
	if _, err := o.Store.Eraser.Erase(waiting(t), naming.Author); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Store.Trimmer.Blank(waiting(t), "general", 5, 10); err != nil {
		t.Fatal(err)
	}
	got := mustSince(t, o, "general", 0, rooms.Page{})
	if len(got) != 4 || got[0].Mentions != "" || got[0].Attachments != "" || !got[0].Erased {
		t.Fatalf("content is left: %+v", got)
	}
	if m := got[1]; m.Type != rooms.TypeMember || m.Subject != "bob" || m.Role != member.Role || m.Was != member.Was || !m.Until.Equal(member.Until) {
		t.Errorf("a member's event is %+v, want the subject of %+v", m, *member)
	}
	if r := got[2]; r.Type != rooms.TypeRoom {
		t.Errorf("a room's event is %+v", r)
	}
}

// changesAreWhole makes a room, changes it and its members, and reads all.
func changesAreWhole(t *testing.T, o Opened) {
	w := watch(t, o)
	room := privateRoom("club")
	first := founding(room, "ann")
	mustChange(t, o, first)
	wantOvertaken(t, o, founding(rooms.Room{ID: "club", StateSeq: 2, Type: rooms.TypePublic, CreatedAt: now()}, "eve"))
	if got := mustRoom(t, o, "club"); got != room {
		t.Fatalf("the room is %+v, want %+v", got, room)
	}

	if err := o.Store.Trimmer.SetRetention(waiting(t), "club", time.Hour); err != nil { // another's field, which no change touches
		t.Fatal(err)
	}
	room.Set(rooms.Settings{Name: "new"})
	room.StateSeq = 3
	two := rooms.Change{
		Events:  []*rooms.Event{memberEvent("club", 2, "bob", rooms.RoleMember), settingsEvent("club", 3, room.Settings())},
		Base:    1,
		Room:    room,
		Members: []rooms.Member{{RoomID: "club", UserID: "bob", Role: rooms.RoleMember, Seq: 2, ReadSeq: 1}},
	}
	mustChange(t, o, two)
	room.Retention = time.Hour
	if got := mustRoom(t, o, "club"); got != room {
		t.Fatalf("the room is %+v, want %+v", got, room)
	}
	ban := banEvent("club", 4, "bob", now().Add(time.Hour))
	mustChange(t, o, changing(room, 3, ban))
	removal := memberEvent("club", 5, "carl", rooms.RoleNone)
	out := changing(room, 4, removal)
	out.Members[0].Removed = true
	mustChange(t, o, out)

	for _, e := range []*rooms.Event{first.Events[0], two.Events[0], two.Events[1], ban, removal} {
		if got := w.event(t); got != *e {
			t.Fatalf("told\n     %+v\nwant %+v", got, *e)
		}
	}
	o = o.Reopen(t)
	wantEvents(t, mustSince(t, o, "club", 0, rooms.Page{}), first.Events[0], two.Events[0], two.Events[1], ban, removal)
	wantMember(t, o, first.Members[0])
	bob := memberBy(ban)
	bob.ReadSeq = 1 // it was raised to it, and stays
	wantMember(t, o, bob)
	wantMember(t, o, out.Members[0])
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "nobody"})
	wantMember(t, o, rooms.Member{RoomID: "nowhere", UserID: "ann"})
	wantNoFaults(t, o)
}

// changesAreJudged offers changes of another state than the room's.
func changesAreJudged(t *testing.T, o Opened) {
	wantOvertaken(t, o, changing(rooms.Room{ID: "club"}, 0, memberEvent("club", 1, "bob", rooms.RoleMember)))
	plain := mustCreateRoom(t, o, rooms.Room{ID: "club", Name: "Club", Type: rooms.TypePublic, CreatedAt: now()})
	for _, base := range []int64{1, 2, rooms.MaxSeq} {
		wantOvertaken(t, o, changing(plain, base, memberEvent("club", 1, "bob", rooms.RoleMember)))
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "bob"})
	mustChange(t, o, changing(plain, 0, memberEvent("club", 1, "bob", rooms.RoleMember)))
	for _, base := range []int64{0, 2} {
		wantOvertaken(t, o, changing(plain, base, memberEvent("club", 2, "bob", rooms.RoleOwner)))
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "bob", Role: rooms.RoleMember, Seq: 1})
	if got := mustRoom(t, o, "club"); got.StateSeq != 1 {
		t.Errorf("the room is %+v, want it as of 1", got)
	}
}

// changesAreRefusedWhole offers changes one of whose events has a taken key.
func changesAreRefusedWhole(t *testing.T, o Opened) {
	room := privateRoom("club")
	mustChange(t, o, founding(room, "ann"))
	said := Messages("club", 2, 2)
	mustAppend(t, o, said...)
	mustAppend(t, o, Message("club", 6))
	places := [][2]int64{{3, 5}, {5, 6}} // with one that is taken at each place
	for key, clash := range map[rooms.Unique]func(events []*rooms.Event, at int){
		rooms.UniqueSeq:      func(events []*rooms.Event, at int) { events[0].Seq, events[1].Seq = places[at][0], places[at][1] },
		rooms.UniqueClientID: func(events []*rooms.Event, at int) { events[at].ClientID = said[1].ClientID },
		rooms.UniqueID:       func(events []*rooms.Event, at int) { events[at].ID = said[1].ID },
	} {
		for at := range 2 {
			events := []*rooms.Event{memberEvent("club", 4, "bob", rooms.RoleMember), memberEvent("club", 7, "bob", rooms.RoleOwner)}
			clash(events, at)
			changed := room
			changed.Name, changed.StateSeq = "changed", events[1].Seq
			err := o.Store.Members.Change(waiting(t), rooms.Change{
				Events: events, Base: 1, Room: changed, Members: []rooms.Member{memberBy(events[1])},
			})
			wantDuplicate(t, err, at, key)
			wantMember(t, o, rooms.Member{RoomID: "club", UserID: "bob"})
			if got := mustRoom(t, o, "club"); got != room {
				t.Fatalf("the room is %+v, want %+v", got, room)
			}
		}
	}
	if got := mustSince(t, o, "club", 0, rooms.Page{}); !slices.Equal(seqs(got), []int64{1, 2, 3, 6}) {
		t.Errorf("the log has %v", seqs(got))
	}
}

// changesFight has all make one room, and then change it from the same state: one wins
// each time.
func changesFight(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	const fighters, rounds = 6, 5
	room := privateRoom("club")
	for round := int64(1); round <= rounds; round++ {
		won := make(chan auth.UserID, fighters)
		var all sync.WaitGroup
		for k := range fighters {
			all.Go(func() {
				user := auth.UserID(fmt.Sprintf("user%d", k))
				c := founding(room, user)
				if round > 1 {
					// Of another seq each, so that nothing but the state tells them apart.
					c = changing(room, (round-1)*fighters, memberEvent("club", (round-1)*fighters+1+int64(k), user, rooms.RoleMember))
				}
				c.Room.StateSeq = round * fighters
				switch err := instances[k%2].Store.Members.Change(waiting(t), c); {
				case err == nil:
					won <- user
				case !errors.Is(err, rooms.ErrOvertaken):
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Fatalf("round %d: %d changes were stored", round, len(won))
		}
		if got := len(mustSince(t, o, "club", 0, rooms.Page{})); int64(got) != round {
			t.Fatalf("round %d: the log has %d events", round, got)
		}
		winner := <-won
		m, err := o.Store.Members.Member(waiting(t), "club", winner)
		if err != nil || m.Seq == 0 {
			t.Fatalf("round %d: the winner is %+v, %v", round, m, err)
		}
	}
}

// changesAmongMessages changes a room while another instance appends to it: both find
// their numbers, and no event is lost.
func changesAmongMessages(t *testing.T, o Opened) {
	other := o.Another(t)
	room := privateRoom("club")
	mustChange(t, o, founding(room, "ann"))
	const each = 20
	ctx := waiting(t)
	next := func(o Opened) int64 {
		newest, err := o.Store.Log.Before(ctx, "club", rooms.MaxSeq, rooms.Page{Events: 1})
		if err != nil || len(newest) == 0 {
			t.Errorf("read the last: %v", err)
			return 1
		}
		return newest[0].Seq + 1
	}
	var writers sync.WaitGroup
	writers.Go(func() {
		for n := 0; n < each && ctx.Err() == nil; {
			var dup *rooms.DuplicateError
			switch err := other.Store.Log.Append(ctx, []*rooms.Event{Message("club", next(other))}); {
			case err == nil:
				n++
			case !errors.As(err, &dup):
				t.Error(err)
				return
			}
		}
	})
	base := int64(1)
	for n := 0; n < each && ctx.Err() == nil; {
		seq := next(o)
		var dup *rooms.DuplicateError
		switch err := o.Store.Members.Change(ctx, changing(room, base, memberEvent("club", seq, "bob", rooms.RoleMember))); {
		case err == nil:
			n, base = n+1, seq
		case !errors.As(err, &dup):
			t.Fatal(err)
		}
	}
	writers.Wait()
	read := mustSince(t, o, "club", 0, rooms.Page{})
	if len(read) != 1+2*each || read[len(read)-1].Seq != 1+2*each {
		t.Fatalf("the log has %v", seqs(read))
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "bob", Role: rooms.RoleMember, Seq: base})
}
