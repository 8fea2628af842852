package mongodb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// silent is the first of the users who left a room and have read nothing.
const silent = 30

// fullHouse fills a database with rooms of as many messages, a tenth of them deletes and a
// tenth of them mentions of user0, and users who have read in all of them up to half.
func fullHouse(t testing.TB, store *Store, roomCount, messages, users int) {
	t.Helper()
	s := store.Rooms()
	for r := range roomCount {
		id := rooms.RoomID(fmt.Sprintf("room%03d", r))
		room := rooms.Room{ID: id, Name: string(id), Type: rooms.TypePublic, CreatedAt: time.Now()}
		if _, err := s.Catalog.CreateRoom(t.Context(), room); err != nil {
			t.Fatal(err)
		}
		events := make([]*rooms.Event, messages)
		for i := range events {
			e := &rooms.Event{ID: rooms.EventID(bson.NewObjectID()), RoomID: id, Seq: int64(i + 1), Author: "ann", Text: "hello there", Timestamp: time.Now()}
			switch i % 10 {
			case 8:
				e.Mentions = `["user0"]`
			case 9:
				e.Type, e.Target, e.Text = rooms.TypeDelete, int64(i), ""
			}
			events[i] = e
		}
		if err := s.Log.Append(t.Context(), events); err != nil {
			t.Fatal(err)
		}
		for u := range users {
			m := rooms.Member{RoomID: id, UserID: auth.UserID(fmt.Sprint("user", u)), ReadSeq: int64(messages / 2)}
			switch u {
			case 0, 1, 2:
				m.Seq, m.Role = int64(u+1), rooms.RoleMember
			case 3:
				m.Seq, m.Role = 4, rooms.RoleOwner
			case 4:
				m.Seq, m.Removed = 5, true
			}
			if u >= silent {
				m.Seq, m.ReadSeq = int64(u+1), 0
			}
			if err := s.Members.PutMember(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func explain(t *testing.T, store *Store, command bson.D) bson.Raw {
	t.Helper()
	raw, err := store.messages.Database().RunCommand(t.Context(), bson.D{
		{Key: "explain", Value: command}, {Key: "verbosity", Value: "executionStats"},
	}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestMembersUseTheirIndexes asks the server how it reads: in a room that many have read, those
// who are something in it are found without looking at the others.
func TestMembersUseTheirIndexes(t *testing.T) {
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	fullHouse(t, store, 4, 100, 60)
	for i := range 60 { // every tenth is not sent
		f := rooms.File{ID: rooms.FileID(fmt.Sprintf("F%025d", i)), RoomID: "room001", Author: "user7", Seq: int64(i % 10)}
		if err := (&Files{store}).PutFile(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]struct {
		collection, order string
		filter            bson.D
		limit             int
		index             string
		examined          int32 // documents, at most
	}{
		"standing": {"members", "userId", selecting("room001", &rooms.MemberQuery{}), 10, indexStanding, 10},
		"a page":   {"members", "userId", selecting("room001", &rooms.MemberQuery{After: "user1"}), 2, indexStanding, 2},
		"role":     {"members", "userId", selecting("room001", &rooms.MemberQuery{Role: rooms.RoleOwner}), 10, indexRole, 1},
		"some of them": {
			"members", "userId", selecting("room001", &rooms.MemberQuery{Users: []auth.UserID{"user1", "user29", "nobody"}}), 3, indexStanding, 2,
		},
		"readers": {"members", "userId", selecting("room001", &rooms.MemberQuery{Readers: true, After: "user29"}), 10, indexReader, 10},
		"of a user": {
			"members", "roomId", bson.D{{Key: "userId", Value: "user7"}, known()}, 10, "user_room", 4,
		},
		"one":    {"members", "", memberOf("room001", "user7"), 1, indexMember, 1},
		"unread": {"messages", "seq", append(numbered("room001", 50, rooms.MaxSeq+1), candidates("user7")...), 10, "room_seq", 11},
		"files that no message shows": {
			collectionAttachments, "_id", filesOf(&rooms.FileQuery{Author: "user7", Unsent: true}), 400, "unsent", 6,
		},
		"invitations": {
			"invitations", "id", bson.D{{Key: "roomId", Value: "room001"}, {Key: "id", Value: field("$gt", "")}}, 10, "room_id", 0,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			find := bson.D{{Key: "find", Value: c.collection}, {Key: "filter", Value: c.filter}, {Key: "limit", Value: c.limit}}
			if c.order != "" {
				find = append(find, bson.E{Key: "sort", Value: field(c.order, 1)})
			}
			raw := explain(t, store, find)
			plan := raw.Lookup("queryPlanner", "winningPlan").String()
			if strings.Contains(plan, "COLLSCAN") || strings.Contains(plan, `"SORT"`) || !strings.Contains(plan, `"indexName": "`+c.index+`"`) {
				t.Errorf("the plan does not read by %s: %s", c.index, plan)
			}
			if n := raw.Lookup("executionStats", "totalDocsExamined").Int32(); n > c.examined {
				t.Errorf("%d documents were examined, want at most %d", n, c.examined)
			}
		})
	}
}

// TestOverviewUsesIndexes asks the server how it reads: each stage by an index, and no more of
// a room's log than what is counted.
func TestOverviewUsesIndexes(t *testing.T) {
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	const roomCount, most = 6, 20
	fullHouse(t, store, roomCount, 200, 8)
	also := []rooms.RoomID{"room000", "nowhere"}
	pipeline := slices.Concat(roomStages("user1", also, 100), logStages("user1", most))
	raw := explain(t, store, bson.D{{Key: "aggregate", Value: "members"}, {Key: "pipeline", Value: pipeline}, {Key: "cursor", Value: bson.D{}}})
	var plan struct {
		Stages []struct {
			Cursor struct {
				Stats struct {
					Documents int64 `bson:"totalDocsExamined"`
				} `bson:"executionStats"`
				Planner bson.Raw `bson:"queryPlanner"`
			} `bson:"$cursor"`
			Lookup *struct {
				As string `bson:"as"`
			} `bson:"$lookup"`
			Documents int64    `bson:"totalDocsExamined"`
			Keys      int64    `bson:"totalKeysExamined"`
			Scans     int64    `bson:"collectionScans"`
			Indexes   []string `bson:"indexesUsed"`
		} `bson:"stages"`
	}
	if err := bson.Unmarshal(raw, &plan); err != nil {
		t.Fatal(err)
	}
	first := plan.Stages[0].Cursor
	if !strings.Contains(first.Planner.String(), "user_room") || first.Stats.Documents > roomCount {
		t.Errorf("the user's rooms are not read by their index: %d documents, %s", first.Stats.Documents, first.Planner)
	}
	bounds := map[string]struct {
		index string
		keys  int64 // a room, at most
	}{
		"room": {"_id_", 2}, "last": {"room_seq", 2},
		// Up to a third of what is passed is no message: deletes, and what the bounds skip.
		"unread":  {"room_seq", (most + unreadPage) * 4 / 3},
		"deletes": {"room_target", (most+unreadPage)/8 + 2},
	}
	for _, s := range plan.Stages {
		if s.Lookup == nil {
			continue
		}
		want, known := bounds[s.Lookup.As]
		delete(bounds, s.Lookup.As)
		if !known || s.Scans != 0 || !slices.Equal(s.Indexes, []string{want.index}) || s.Keys > want.keys*roomCount || s.Documents > want.keys*roomCount {
			t.Errorf("%s read %d keys and %d documents by %v and scanned %d times, want %+v a room", s.Lookup.As, s.Keys, s.Documents, s.Indexes, s.Scans, want)
		}
	}
	if len(bounds) > 0 {
		t.Errorf("the server does not tell how it reads %v", bounds)
	}
}

// BenchmarkOverview is what a user in 200 rooms finds, half of 200 events of each unread.
func BenchmarkOverview(b *testing.B) {
	store := benchStore(b)
	fullHouse(b, store, 200, 200, 6)
	inbox := store.Rooms().Inbox
	b.ResetTimer()
	for b.Loop() {
		got, err := inbox.Overview(b.Context(), "user0", nil, 99, 1000)
		if err != nil || len(got) != 200 || got[7].Unread.Messages != 80 {
			b.Fatal(len(got), got[7].Unread, err)
		}
	}
}

// BenchmarkMarks compares a mark of what was delivered, and one that is known, with one of what was read.
func BenchmarkMarks(b *testing.B) {
	inbox := benchStore(b).Rooms().Inbox
	seq := int64(1)
	if _, err := inbox.MarkRead(b.Context(), "room", "ann", seq); err != nil {
		b.Fatal(err)
	}
	marks := []struct {
		name string
		once func() error
	}{
		{"delivered", func() error {
			seq++
			_, _, err := inbox.MarkDelivered(b.Context(), "room", "ann", seq)
			return err
		}},
		{"known", func() error {
			_, _, err := inbox.MarkDelivered(b.Context(), "room", "ann", 1)
			return err
		}},
		{"read", func() error {
			seq++
			_, err := inbox.MarkRead(b.Context(), "room", "ann", seq)
			return err
		}},
	}
	for _, mark := range marks {
		b.Run(mark.name, func(b *testing.B) {
			for b.Loop() {
				if err := mark.once(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	server := mongotest.Shared(b)
	store, err := Open(b.Context(), Options{URI: server.URI, Database: server.Database(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close(context.Background()) })
	return store
}

// BenchmarkChange compares a change of one event with an append of one, and with what the
// transaction replaces: the same three writes one after the other.
func BenchmarkChange(b *testing.B) {
	store := benchStore(b)
	s := store.Rooms()
	event := func(room rooms.RoomID, seq int64) *rooms.Event {
		id := rooms.EventID(bson.NewObjectID())
		return &rooms.Event{
			ID: id, RoomID: room, Seq: seq, Type: rooms.TypeMember, Author: "ann", ClientID: id.String(),
			Subject: "bob", Role: rooms.RoleMember, Timestamp: time.Now(),
		}
	}
	for _, id := range []rooms.RoomID{"append", "change", "writes"} {
		if _, err := s.Catalog.CreateRoom(b.Context(), rooms.Room{ID: id, Type: rooms.TypePublic, CreatedAt: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
	member := func(e *rooms.Event) rooms.Member {
		return rooms.Member{RoomID: e.RoomID, UserID: e.Subject, Role: e.Role, Seq: e.Seq}
	}
	seq := map[string]int64{}
	ways := []struct {
		name string
		once func(e *rooms.Event) error
	}{
		{"append", func(e *rooms.Event) error { return s.Log.Append(b.Context(), []*rooms.Event{e}) }},
		{"change", func(e *rooms.Event) error {
			return s.Members.Change(b.Context(), rooms.Change{
				Events: []*rooms.Event{e}, Base: e.Seq - 1, Room: rooms.Room{ID: e.RoomID, StateSeq: e.Seq}, Members: []rooms.Member{member(e)},
			})
		}},
		{"writes", func(e *rooms.Event) error {
			if _, err := store.rooms.UpdateOne(b.Context(), field("_id", string(e.RoomID)), field("$set", field("stateSeq", e.Seq))); err != nil {
				return err
			}
			if err := s.Members.PutMember(b.Context(), member(e)); err != nil {
				return err
			}
			return s.Log.Append(b.Context(), []*rooms.Event{e})
		}},
	}
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				seq[way.name]++
				if err := way.once(event(rooms.RoomID(way.name), seq[way.name])); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestALookForATextReadsNoMoreThanItMay asks the server how many rooms it reads: no direct ones, however many there are.
func TestALookForATextReadsNoMoreThanItMay(t *testing.T) {
	const many, look = 400, 50
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	docs := make([]bson.D, 0, 2*many)
	for i := range many {
		id := fmt.Sprintf("room%03d", i)
		docs = append(docs,
			bson.D{{Key: "_id", Value: id}, {Key: "name", Value: "hay"}, {Key: "type", Value: rooms.TypePublic}},
			bson.D{{Key: "_id", Value: id + "-direct"}, {Key: "name", Value: "needle"}, {Key: "type", Value: rooms.TypeDirect}})
	}
	if _, err := store.rooms.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	q := rooms.RoomQuery{Text: "needle", After: "room099-direct", Limit: 10, Look: look, Also: []rooms.RoomID{"room000", "room120", "room300"}}
	end, err := (&Catalog{Store: store}).lookEnd(t.Context(), &q)
	if err != nil || end != "room149" {
		t.Fatalf("it ends at %q, %v", end, err)
	}
	examined := int32(0)
	for _, way := range listedBy(&q, end) {
		raw := explain(t, store, bson.D{
			{Key: "find", Value: "rooms"}, {Key: "filter", Value: way.filter}, {Key: "sort", Value: field("_id", 1)}, {Key: "limit", Value: q.Limit}, {Key: "hint", Value: way.index},
		})
		examined += raw.Lookup("executionStats", "totalDocsExamined").Int32()
	}
	if examined == 0 || examined > look+int32(len(q.Also)) {
		t.Errorf("%d rooms are read, want at most %d", examined, look+len(q.Also))
	}
	q.Text, q.Private = "", true
	for _, way := range listedBy(&q, "") {
		raw := explain(t, store, bson.D{
			{Key: "find", Value: "rooms"}, {Key: "filter", Value: way.filter}, {Key: "sort", Value: field("_id", 1)}, {Key: "limit", Value: q.Limit}, {Key: "hint", Value: way.index},
		})
		if n := raw.Lookup("executionStats", "totalDocsExamined").Int32(); n > int32(q.Limit) {
			t.Errorf("by %s %d rooms are read for a page of %d: %s", way.index, n, q.Limit, raw.Lookup("queryPlanner", "winningPlan"))
		}
	}
}
