package archive_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
)

// made is what people puts into a store: rooms with their settings and members.
type made struct {
	rooms   []rooms.Room
	events  []*rooms.Event
	members []rooms.Member
}

func settings(name, topic string, pins rooms.Pins) string {
	return rooms.Settings{Name: name, Topic: topic, SlowMode: 1500 * time.Millisecond, Pins: pins}.JSON()
}

// people has one of every standing, also by events that were trimmed.
func people() made {
	until := at.AddDate(1, 0, 0)
	role := func(room rooms.RoomID, seq int64, author, subject auth.UserID, role rooms.Role, until time.Time) *rooms.Event {
		return event(room, seq, rooms.Event{Type: rooms.TypeMember, Author: author, Subject: subject, Role: role, Until: until})
	}
	is := func(room rooms.RoomID, user auth.UserID, role rooms.Role, seq, read int64) rooms.Member {
		return rooms.Member{RoomID: room, UserID: user, Role: role, Seq: seq, ReadSeq: read}
	}
	p := made{
		rooms: []rooms.Room{
			{ID: "dm:x", Name: "dm:x", Type: rooms.TypeDirect, Direct: [2]auth.UserID{"ann", "ben"}, CreatedBy: "ben", CreatedAt: at, StateSeq: 2},
			{ID: "staff", Name: "Staff", Topic: "now", SlowMode: 1500 * time.Millisecond, Pins: "[28,4]", Type: rooms.TypePrivate, CreatedBy: "ann", CreateKey: "k1", CreatedAt: at, MinSeq: 21, StateSeq: 27},
			{ID: "unchanged", Name: "As made", Type: rooms.TypePrivate, ReadOnly: true, Archived: true, Receipts: true, Pins: "[1]", CreatedBy: "ann", CreatedAt: at, StateSeq: 1},
		},
		events: []*rooms.Event{
			role("dm:x", 1, "ben", "ann", rooms.RoleMember, time.Time{}),
			role("dm:x", 2, "ben", "ben", rooms.RoleMember, time.Time{}),
			event("staff", 21, rooms.Event{Type: rooms.TypeRoom, Settings: settings("Staff", "then", ""), ClientID: "c21"}),
			role("staff", 22, "ann", "ben", rooms.RoleMember, time.Time{}),
			role("staff", 23, "ann", "eve", rooms.RoleNone, time.Time{}),
			role("staff", 24, "ann", "dan", rooms.RoleMember, until),
			event("staff", 25, rooms.Event{Type: rooms.TypeRoom, Settings: settings("Staff", "now", "[28,4]")}),
			role("staff", 26, "ben", "ben", rooms.RoleNone, time.Time{}),
			role("staff", 27, "ann", "ben", rooms.RoleModerator, time.Time{}),
			event("staff", 28, rooms.Event{Text: "@ben", Mentions: `["ben"]`, Attachments: `[{"id":"f1"}]`}),
			role("unchanged", 1, "ann", "ann", rooms.RoleOwner, time.Time{}),
		},
		members: []rooms.Member{
			is("dm:x", "ann", rooms.RoleMember, 1, 2),
			{RoomID: "dm:x", UserID: "ben", Role: rooms.RoleMember, Seq: 2, Alerts: rooms.Alerts{Level: rooms.LevelMentions}},
			is("staff", "ann", rooms.RoleOwner, 3, 28), // of trimmed events, as cid and fay
			is("staff", "ben", rooms.RoleModerator, 27, 0),
			{RoomID: "staff", UserID: "cid", Role: rooms.RoleReader, BannedUntil: until, Seq: 4},
			{RoomID: "staff", UserID: "dan", Role: rooms.RoleMember, BannedUntil: until, Seq: 24},
			{RoomID: "staff", UserID: "eve", Removed: true, Seq: 23, ReadSeq: 22, DeliveredSeq: 24},
			{RoomID: "staff", UserID: "fay", Removed: true, Seq: 5},
			is("staff", "gus", rooms.RoleNone, 0, 25), // only a reader
			is("unchanged", "ann", rooms.RoleOwner, 1, 1),
			{RoomID: "staff", UserID: "hal", Alerts: rooms.Alerts{Level: rooms.LevelNothing, MutedUntil: until}},
		},
	}
	return p
}

func (p *made) put(t *testing.T, s archive.Store) {
	t.Helper()
	for _, room := range p.rooms {
		if err := s.Rooms.Archive.PutRoom(t.Context(), room); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Rooms.Log.Append(t.Context(), p.events); err != nil {
		t.Fatal(err)
	}
	for _, m := range p.members {
		if err := s.Rooms.Members.PutMember(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

// wantIn checks that a store has all of it.
func (p *made) wantIn(t *testing.T, s archive.Store) {
	t.Helper()
	for _, want := range p.rooms {
		if got, err := s.Rooms.Catalog.Room(t.Context(), want.ID); err != nil || got != want {
			t.Errorf("room\n%+v, %v, want\n%+v", got, err, want)
		}
	}
	for _, want := range p.members {
		if got, err := s.Rooms.Members.Member(t.Context(), want.RoomID, want.UserID); err != nil || got != want {
			t.Errorf("member\n%+v, %v, want\n%+v", got, err, want)
		}
	}
}

func TestMembersMoveBetweenStoresByteForByte(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s, p := newEmbedded(t), open(t), people()
			p.put(t, source)
			exported := export(t, source, "")
			counts := archive.Counts{Rooms: 3, Events: len(p.events), Members: len(p.members)}
			if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n != counts {
				t.Fatalf("import: %+v, %v, want %+v", n, err, counts)
			}
			p.wantIn(t, s)
			if again := export(t, s, ""); again != exported {
				t.Errorf("exported again:\n%s\nwant\n%s", again, exported)
			}
			if n, err := read(s, exported, archive.ImportOptions{}); err != nil || n != (archive.Counts{}) {
				t.Errorf("import again: %+v, %v", n, err)
			}
			wantFound(t, "verify", findings(t, s, false))
		})
	}
}

// What the events of the file say stands only there; the order of keys is part of the format.
func TestTheFormatOfAMembersLine(t *testing.T) {
	s, p := newEmbedded(t), people()
	p.put(t, s)
	text := export(t, s, "staff")
	_, members, _ := strings.Cut(text, `"attachments":"[{\"id\":\"f1\"}]"}}`+"\n")
	want := `{"member":{"userId":"ann","role":"owner","seq":3,"readSeq":28}}
{"member":{"userId":"cid","role":"reader","bannedUntil":"2027-02-03T04:05:06.789Z","seq":4}}
{"member":{"userId":"eve","readSeq":22,"deliveredSeq":24}}
{"member":{"userId":"fay","removed":true,"seq":5}}
{"member":{"userId":"gus","readSeq":25}}
{"member":{"userId":"hal","level":"nothing","mutedUntil":"2027-02-03T04:05:06.789Z"}}
{"end":{"rooms":1,"events":8,"members":6,"accounts":0,`
	if !strings.HasPrefix(members, want) {
		t.Errorf("the members are\n%s\nwant\n%s", members, want)
	}
	for _, part := range []string{
		`,"minSeq":21,"slowModeMs":1500,"pins":"[28,4]","createdBy":"ann","createKey":"k1","stateSeq":27}}`,
		`"type":"member","author":"ann","timestamp":"2026-02-03T04:05:30.789Z","subject":"dan","role":"member","until":"2027-02-03T04:05:06.789Z"}}`,
		`"settings":"{\"name\":\"Staff\",\"topic\":\"then\",\"readOnly\":false,\"slowModeMs\":1500,\"archived\":false,\"receipts\":false}"}}`,
		`\"receipts\":false,\"pins\":[28,4]}"}}`,
	} {
		if !strings.Contains(text, part+"\n") {
			t.Errorf("no line ends with %s in\n%s", part, text)
		}
	}
	if direct := export(t, s, "dm:x"); !strings.Contains(direct, `"direct":["ann","ben"],"createdBy":"ben","stateSeq":2}}`) {
		t.Errorf("the direct room is %s", direct)
	}
}

func TestMembersLinesThatAreRefused(t *testing.T) {
	source, p := newEmbedded(t), people()
	p.put(t, source)
	exported := export(t, source, "")
	for name, c := range map[string]struct{ old, new, want string }{
		"the wrong order":      {`{"userId":"cid"`, `{"userId":"aaa"`, "member.userId: members must stand in the order"},
		"one twice":            {`{"userId":"fay"`, `{"userId":"eve"`, "member.userId: members must stand in the order"},
		"no user":              {`{"userId":"fay"`, `{"userId":""`, "member.BAD_REQUEST: userId"},
		"an unknown role":      {`"role":"owner","seq":3`, `"role":"king","seq":3`, "member.BAD_REQUEST: role"},
		"of an event there":    {`"role":"owner","seq":3`, `"role":"owner","seq":21`, "member.BAD_REQUEST: seq"},
		"of no event":          {`"role":"owner","seq":3,`, `"role":"owner",`, "member.BAD_REQUEST: seq"},
		"removed, with a role": {`"removed":true`, `"role":"member","removed":true`, "member.BAD_REQUEST: removed"},
		"no such level":        {`"level":"nothing"`, `"level":"none"`, "member.BAD_REQUEST: level"},
		"muted until never":    {`"mutedUntil":"2027-02-03T04:05:06.789Z"`, `"mutedUntil":"never"`, "member.BAD_REQUEST: mutedUntil"},
		"read below nothing":   {`"readSeq":25`, `"readSeq":-1`, "member.BAD_REQUEST: readSeq"},
		"delivered nowhere":    {`"deliveredSeq":24`, `"deliveredSeq":-1`, "member.BAD_REQUEST: deliveredSeq"},
		"delivered too far":    {`"deliveredSeq":24`, `"deliveredSeq":9007199254740992`, "member.BAD_REQUEST: deliveredSeq"},
		"delivered, not known": {`"readSeq":22,`, ``, "member.BAD_REQUEST: deliveredSeq"},
		"banned until nothing": {`"bannedUntil":"2027-`, `"bannedUntil":"20-`, "member.BAD_REQUEST: bannedUntil"},
		"no pair":              {`"direct":["ann","ben"]`, `"direct":["ann"]`, "room.BAD_REQUEST: direct"},
		"the pair reversed":    {`"direct":["ann","ben"]`, `"direct":["ben","ann"]`, "room.BAD_REQUEST: direct"},
		"a pair elsewhere":     {`"type":"private"`, `"type":"private","direct":["ann","ben"]`, "room.BAD_REQUEST: direct"},
		"an unknown type":      {`"type":"private"`, `"type":"secret"`, "room.BAD_REQUEST: type"},
		"too slow":             {`"slowModeMs":1500,"pins"`, `"slowModeMs":3600001,"pins"`, "room.BAD_REQUEST: slowModeMs"},
		"pinned twice":         {`"pins":"[28,4]"`, `"pins":"[28,28]"`, "room.BAD_REQUEST: pins"},
		"no pins":              {`"pins":"[28,4]"`, `"pins":"[28, 4]"`, "room.BAD_REQUEST: pins"},
		"pins of an event":     {`\"pins\":[28,4]`, `\"pins\":[0]`, "event.BAD_REQUEST: pins"},
		"a state of the past":  {`"stateSeq":27`, `"stateSeq":-1`, "room.BAD_REQUEST: stateSeq"},
		"no subject":           {`"subject":"dan",`, ``, "event.BAD_REQUEST: userId"},
		"no settings":          {`"settings":"{\"name\":\"Staff\"`, `"settings":"{\"name\":\"\"`, "event.BAD_REQUEST: name"},
		"an event behind them": {`{"member":{"userId":"gus"`, "{\"event\":{\"seq\":29,\"id\":\"" + strings.Repeat("ab", 12) + "\",\"author\":\"ann\",\"text\":\"x\"}}\n{\"member\":{\"userId\":\"gus\"", "an event stands after the members"},
		"another count":        {`"members":9`, `"members":10`, "end: counts"},
	} {
		if !strings.Contains(exported, c.old) {
			t.Fatalf("%s: the export has no %s:\n%s", name, c.old, exported)
		}
		s := newEmbedded(t)
		_, err := read(s, strings.Replace(exported, c.old, c.new, 1), archive.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
		if known, _ := s.Rooms.Catalog.Rooms(t.Context(), "", 1); len(known) > 0 {
			t.Errorf("%s: something was written", name)
		}
	}
}

// A store that has the begin of the log gets its state with the rest; one that went on keeps
// its own.
func TestAnImportBringsTheNewerState(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, older, p := newEmbedded(t), open(t), people()
			p.put(t, source)
			exported := export(t, source, "")
			old := people()
			old.rooms = old.rooms[1:2]
			old.rooms[0].Topic, old.rooms[0].StateSeq = "then", 22
			old.events = old.events[2:4]
			old.members = []rooms.Member{
				old.members[2],
				{RoomID: "staff", UserID: "ben", Role: rooms.RoleMember, Seq: 22, ReadSeq: 22},
				{RoomID: "staff", UserID: "eve", Role: rooms.RoleMember, Seq: 6, ReadSeq: 6, DeliveredSeq: 25},
			}
			old.put(t, older)
			if _, err := read(older, exported, archive.ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			p.members[3].ReadSeq = 22 // what ben had read there stays read
			p.members[6].DeliveredSeq = 25
			p.wantIn(t, older)
			wantFound(t, "verify", findings(t, older, false))

			newer := people()
			newer.rooms[1].Topic, newer.rooms[1].StateSeq = "later", 30
			newer.events = append(newer.events,
				event("staff", 29, rooms.Event{Type: rooms.TypeMember, Subject: "ben", Role: rooms.RoleReader}),
				event("staff", 30, rooms.Event{Type: rooms.TypeRoom, Settings: settings("Staff", "later", "[28,4]")}))
			newer.members[3] = rooms.Member{RoomID: "staff", UserID: "ben", Role: rooms.RoleReader, Seq: 29, ReadSeq: 30}
			later := open(t)
			newer.put(t, later)
			if n, err := read(later, exported, archive.ImportOptions{}); err != nil || n != (archive.Counts{}) {
				t.Errorf("import: %+v, %v", n, err)
			}
			newer.wantIn(t, later)
		})
	}
}

// Archives of before there were members are read.
func TestAnArchiveOfTheFirstVersionIsRead(t *testing.T) {
	text := `{"roomstream":{"version":1,"logId":"ABC"}}
{"room":{"id":"general","name":"General","type":"public","createdAt":"2026-02-03T04:05:06.789Z","retentionMs":86400000}}
{"event":{"seq":1,"id":"000102030405060708090a0b","author":"ann","timestamp":"2026-02-03T04:05:07.789Z","text":"hello"}}
{"account":{"id":"a:2","name":"ann","passwordHash":"$argon2id$2","createdAt":"2026-02-03T04:05:06.789Z"}}
`
	text += fmt.Sprintf("{\"end\":{\"rooms\":1,\"events\":1,\"accounts\":1,\"sha256\":\"%x\"}}\n", sha256.Sum256([]byte(text)))
	s := newEmbedded(t)
	if n, err := read(s, text, archive.ImportOptions{}); err != nil || n != (archive.Counts{Rooms: 1, Events: 1, Accounts: 1}) {
		t.Fatalf("import: %+v, %v", n, err)
	}
	room, err := s.Rooms.Catalog.Room(t.Context(), "general")
	if want := (rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: at, Retention: 24 * time.Hour}); err != nil || room != want {
		t.Errorf("the room is %+v, %v", room, err)
	}
}

func TestVerifyTellsWhereARoomIsNotAsItsEventsSay(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s, p := open(t), people()
			wrong := people()
			wrong.rooms[1].Topic, wrong.rooms[1].Pins, wrong.rooms[1].StateSeq = "forged", "[4]", 25
			wrong.rooms[2].StateSeq = 7
			wrong.members[0].Role = rooms.RoleOwner                                                    // ann in dm:x
			wrong.members[3] = rooms.Member{RoomID: "staff", UserID: "ben", Role: "owner", Seq: 22}    // he was
			wrong.members[5].BannedUntil = time.Time{}                                                 // dan is
			wrong.members[6].Removed, wrong.members[6].DeliveredSeq = false, 30                        // eve was, and it is beyond the end
			wrong.members[8].ReadSeq = 99                                                              // gus, beyond the end
			wrong.members[9] = rooms.Member{RoomID: "unchanged", UserID: "gus", Role: "owner", Seq: 1} // and ann is not
			wrong.put(t, s)
			want := []string{
				"room dm:x: ann is owner by seq 1 where the log says member by seq 1",
				`room staff: its state is said to be of seq 25, the log's is of 27`,
				"room staff: its settings are " + `{"name":"Staff","topic":"forged","readOnly":false,"slowModeMs":1500,"archived":false,"receipts":false,"pins":[4]}` +
					" where the log has " + settings("Staff", "now", "[28,4]"),
				"room staff: ben is owner by seq 22 where the log says moderator by seq 27",
				"room staff: dan is member by seq 24 where the log says member, banned until 2027-02-03T04:05:06.789Z by seq 24",
				"room staff: eve is out by seq 23 where the log says removed by seq 23",
				"room staff: eve was delivered up to seq 30, the room ends at 28",
				"room staff: gus has read up to seq 99, the room ends at 28",
				"room unchanged: its state is said to be of seq 7, the log's is of 1",
				"room unchanged: ann is nobody where the log says owner by seq 1",
				"room unchanged: gus is owner by seq 1 where the log says nobody",
			}
			same(t, "verify", findings(t, s, false), want)
			var repaired []string
			for _, text := range want {
				repaired = append(repaired, "repaired: "+text)
			}
			same(t, "rebuild", findings(t, s, true), repaired)
			wantFound(t, "verify again", findings(t, s, false))
			p.members[8].ReadSeq, p.members[6].DeliveredSeq = 28, 28
			p.wantIn(t, s)
			if m, err := s.Rooms.Members.Member(t.Context(), "unchanged", "gus"); err != nil || m.Role != rooms.RoleNone || m.Seq != 0 {
				t.Errorf("gus is %+v, %v", m, err)
			}
		})
	}
}

// What changes while it is looked at is no difference, and an export of it is whole.
func TestVerifyBesideChangesFindsNothing(t *testing.T) {
	s := newMongoDB(t) // the embedded store has one process, which no command runs beside
	room := rooms.Room{ID: "busy", Name: "Busy", Type: rooms.TypePrivate, CreatedAt: at}
	flip := func(seq int64) error {
		role := []rooms.Role{rooms.RoleMember, rooms.RoleReader}[seq/2%2]
		changed := event("busy", seq, rooms.Event{Type: rooms.TypeRoom, Settings: settings("Busy", fmt.Sprint(seq), "")})
		e := event("busy", seq+1, rooms.Event{Type: rooms.TypeMember, Subject: "ben", Role: role})
		c := rooms.Change{Events: []*rooms.Event{changed, e}, Base: room.StateSeq, Create: seq == 1, Room: room}
		c.Room.StateSeq = e.Seq
		c.Room.Set(rooms.Settings{Name: "Busy", Topic: fmt.Sprint(seq), SlowMode: 1500 * time.Millisecond})
		c.Members = []rooms.Member{rooms.MemberOf(e)}
		room = c.Room
		if err := s.Rooms.Members.Change(context.Background(), c); err != nil {
			return err
		}
		_, err := s.Rooms.Inbox.MarkRead(context.Background(), "busy", "gus", e.Seq)
		return err
	}
	if err := flip(1); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		var err error
		for seq := int64(3); err == nil && ctx.Err() == nil; seq += 2 {
			err = flip(seq)
		}
		ended <- err
	}()
	for range 20 {
		wantFound(t, "verify", findings(t, s, false))
		to := newEmbedded(t)
		if _, err := read(to, export(t, s, ""), archive.ImportOptions{}); err != nil {
			t.Error(err)
		}
		wantFound(t, "verify of the export", findings(t, to, false))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Who may read a room that is lost from the list is not known: the public may not.
func TestRebuildKeepsARoomWithMembersFromThePublic(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			s, p := open(t), people()
			spoken := []*rooms.Event{
				event("open", 1, rooms.Event{Text: "made by this"}),
				event("open", 2, rooms.Event{Type: rooms.TypeMember, Subject: "ann", Role: rooms.RoleMember}),
			}
			if err := s.Rooms.Log.Append(t.Context(), append(spoken, p.events...)); err != nil {
				t.Fatal(err)
			}
			exported := export(t, s, "")
			findings(t, s, true)
			if again := export(t, s, "open"); !strings.Contains(again, `"type":"public"`) || !strings.Contains(again, `"stateSeq":2`) {
				t.Errorf("the room that a message made is %s", again)
			}
			if strings.Count(exported, `"type":"private"`) != 2 || strings.Count(exported, `"type":"direct"`) != 1 {
				t.Errorf("exported %s", exported)
			}
			wantFound(t, "verify", findings(t, s, false))
			direct, err := s.Rooms.Catalog.Room(context.Background(), "dm:x")
			if err != nil || direct.Type != rooms.TypeDirect || direct.Direct != [2]auth.UserID{"ann", "ben"} {
				t.Errorf("the direct room is %+v, %v", direct, err)
			}
			staff, err := s.Rooms.Catalog.Room(context.Background(), "staff")
			if err != nil || staff.Type != rooms.TypePrivate || staff.Topic != "now" || staff.StateSeq != 27 || staff.MinSeq != 21 {
				t.Errorf("the private room is %+v, %v", staff, err)
			}
			ben, err := s.Rooms.Members.Member(context.Background(), "staff", "ben")
			if err != nil || ben.Role != rooms.RoleModerator || ben.Seq != 27 || ben.ReadSeq != 27 {
				t.Errorf("ben is %+v, %v", ben, err)
			}
		})
	}
}
