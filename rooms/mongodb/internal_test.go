package mongodb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// TestReadsUseTheIndexes asks the server how it reads: a page must be read by the
// index, in its order, and hold no document that is not in the answer.
func TestReadsUseTheIndexes(t *testing.T) {
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	var events []*rooms.Event
	for i := range 300 {
		e := &rooms.Event{RoomID: rooms.RoomID(fmt.Sprint("room", i%3)), Seq: int64(i/3 + 1), Author: "ann", Text: "x", ClientID: fmt.Sprint(i)}
		e.ID[0], e.ID[1] = byte(i), byte(i>>8)
		events = append(events, e)
	}
	if err := store.Rooms().Log.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	both := func(order int) bson.D {
		return bson.D{{Key: "roomId", Value: order}, {Key: "seq", Value: order}}
	}
	cases := map[string]struct {
		filter, sort bson.D
		limit        int
		index        string
		examined     int32 // documents, at most
	}{
		"since":     {numbered("room1", 50, rooms.MaxSeq+1), both(1), 10, "room_seq", 10},
		"before":    {numbered("room1", 0, 50), both(-1), 10, "room_seq", 10},
		"newest":    {numbered("room1", 0, rooms.MaxSeq+1), both(-1), 1, "room_seq", 1},
		"all since": {numbered("room1", 90, rooms.MaxSeq+1), both(1), 0, "room_seq", 10},
		"find":      {anyOf(events[:9]), nil, 0, "room_cid", 18},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			find := bson.D{{Key: "find", Value: "messages"}, {Key: "filter", Value: c.filter}, {Key: "limit", Value: c.limit}}
			if c.sort != nil {
				find = append(find, bson.E{Key: "sort", Value: c.sort})
			}
			command := bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}
			raw, err := store.messages.Database().RunCommand(t.Context(), command).Raw()
			if err != nil {
				t.Fatal(err)
			}
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

func TestOutcomesOfWrites(t *testing.T) {
	refused := func(index, code int, message string) mongo.BulkWriteError {
		return mongo.BulkWriteError{WriteError: mongo.WriteError{Index: index, Code: code, Message: message}}
	}
	taken := "E11000 duplicate key error collection: db.messages index: %s dup key: { roomId: \"index: _id_ \" }"
	seq := refused(3, codeDuplicateKey, fmt.Sprintf(taken, "room_seq"))
	cases := map[string]struct {
		err  error
		want *rooms.DuplicateError
	}{
		"a number":                   {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{seq}}, &rooms.DuplicateError{At: 3, Key: rooms.UniqueSeq}},
		"a clientId":                 {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{refused(0, codeDuplicateKey, fmt.Sprintf(taken, "room_cid"))}}, &rooms.DuplicateError{Key: rooms.UniqueClientID}},
		"an id":                      {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{refused(1, codeDuplicateKey, fmt.Sprintf(taken, "_id_"))}}, &rooms.DuplicateError{At: 1, Key: rooms.UniqueID}},
		"another's index":            {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{refused(1, codeDuplicateKey, fmt.Sprintf(taken, "mine"))}}, nil},
		"no majority besides":        {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{seq}, WriteConcernError: &mongo.WriteConcernError{Code: 64}}, nil},
		"no majority":                {mongo.BulkWriteException{WriteConcernError: &mongo.WriteConcernError{Code: 11602}}, nil},
		"another refusal":            {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{refused(1, 121, "validation")}}, nil},
		"more than one refusal":      {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{seq, seq}}, nil},
		"the command":                {mongo.CommandError{Code: 10107}, nil},
		"a duplicate as a command's": {mongo.CommandError{Code: codeDuplicateKey}, nil},
		"the way there":              {errors.New("connection reset"), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := duplicateOf(fmt.Errorf("wrapped: %w", c.err))
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestCodesOfErrors(t *testing.T) {
	cases := map[string]struct {
		err  error
		want rooms.Code
	}{
		"no primary":      {mongo.CommandError{Code: 10107}, rooms.CodeUnavailable},
		"stepped down":    {mongo.CommandError{Code: 11602, Labels: []string{"RetryableWriteError"}}, rooms.CodeUnavailable},
		"no snapshot":     {mongo.CommandError{Code: 246}, rooms.CodeUnavailable},
		"no majority":     {mongo.BulkWriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64}}, rooms.CodeUnavailable},
		"no connection":   {mongo.CommandError{Labels: []string{"NetworkError"}}, rooms.CodeUnavailable},
		"too late":        {context.DeadlineExceeded, rooms.CodeUnavailable},
		"closed":          {mongo.ErrClientDisconnected, rooms.CodeUnavailable},
		"cancelled":       {context.Canceled, rooms.CodeUnavailable},
		"no rights":       {mongo.CommandError{Code: codeUnauthorized}, rooms.CodeInternal},
		"a wrong command": {mongo.CommandError{Code: 9}, rooms.CodeInternal},
		"a validator":     {mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{{WriteError: mongo.WriteError{Code: 121}}}}, rooms.CodeInternal},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := rooms.AsError(fail("test", fmt.Errorf("wrapped: %w", c.err)))
			if got.Code != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if c.want == rooms.CodeInternal && strings.Contains(got.Message, "wrapped") {
				t.Errorf("the message tells of the inside: %s", got.Message)
			}
		})
	}
	if fail("test", nil) != nil {
		t.Error("no error became one")
	}
}

func TestHelloSaysWhyAServerIsOfNoUse(t *testing.T) {
	good := hello{SetName: "rs0", Primary: true, MaxVersion: minWireVersion}
	secondary, old, sharded := good, good, hello{Msg: "isdbgrid", Primary: true, MaxVersion: minWireVersion}
	secondary.Primary, secondary.Hosts = false, []string{"a:1", "b:2"}
	old.MaxVersion--
	for name, c := range map[string]struct {
		hello hello
		want  string // empty: it is of use
	}{
		"a primary": {good, ""}, "a mongos": {sharded, ""},
		"a secondary": {secondary, "mongodb://a:1,b:2/?replicaSet=rs0"}, "an old one": {old, "5.0"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.hello.check()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// stored is an event with all fields a send may have.
func stored() *rooms.Event {
	e := &rooms.Event{
		RoomID: "general", Seq: 42, Author: "ann", AuthorName: "Ann", Text: strings.Repeat("x", 100),
		Timestamp: time.UnixMilli(1e12).UTC(), ClientID: "0123456789abcdef",
	}
	e.ID[11] = 7
	return e
}

func TestDocumentsAreReadAsTheyWereWritten(t *testing.T) {
	full := stored()
	full.Parent, full.Data = 3, `{"a":1}`
	reaction, erased := stored(), stored()
	reaction.Type, reaction.Text, reaction.Target, reaction.Emoji, reaction.On, reaction.Counts = rooms.TypeReaction, "", 7, "👍", true, `{"👍":1}`
	erased.Text, erased.AuthorName, erased.Erased = "", "", true
	for name, e := range map[string]*rooms.Event{"a send": stored(), "all fields": full, "a reaction": reaction, "an erased one": erased} {
		t.Run(name, func(t *testing.T) {
			raw := bson.Raw(appendDocument(nil, e))
			if err := raw.Validate(); err != nil {
				t.Fatal(err)
			}
			d := readDocument(raw)
			if got := d.arrival(); got != (rooms.Arrival{Event: *e}) {
				t.Errorf("got %+v, want %+v", got, *e)
			}
			if got := d.stored(); got != *e {
				t.Errorf("got %+v, want %+v", got, *e)
			}
		})
	}
}

// FuzzReadDocument gives the decoder any bytes: it must not panic, and whatever it
// makes of them is one case of rooms.Arrival that holds its rules.
func FuzzReadDocument(f *testing.F) {
	f.Add([]byte(appendDocument(nil, stored())))
	for _, doc := range []bson.M{
		{}, {"_id": bson.NewObjectID(), "roomId": "general", "text": "hello", "author": "bot"},
		{"seq": 5.0, "roomId": 1}, {"heartbeat": time.Now(), "instance": "one"}, {"large": true, "seq": int64(1), "roomId": "a"},
		{"_id": bson.NewObjectID(), "roomId": "general", "seq": 1, "type": "poll", "badSeq": bson.A{1}},
		{"_id": bson.NewObjectID(), "roomId": "general", "seq": 1, "author": "a", "type": "edit", "target": 1, "text": "x", "erased": true},
		{"_id": bson.NewObjectID(), "roomId": "general", "seq": 1, "author": "a", "type": "reaction", "target": 1, "emoji": "x", "on": true, "counts": "{}"},
	} {
		raw, err := bson.Marshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := readDocument(raw)
		a := d.arrival()
		cases := 0
		for _, is := range []bool{a.Instance != "", a.BadSeq, a.Malformed != "", a.Event.Seq > 0, a.Event.Seq == 0 && a.Event.RoomID != "" && !a.BadSeq} {
			if is {
				cases++
			}
		}
		if cases != 1 {
			t.Errorf("%d cases at once: %+v", cases, a)
		}
		if a.Event.Seq < 0 || a.Event.Seq > rooms.MaxSeq {
			t.Errorf("seq %d", a.Event.Seq)
		}
		if a.Event.Text != "" {
			if _, err := (rooms.ForeignInput{
				ID: a.Event.ID, RoomID: string(a.Event.RoomID), Text: a.Event.Text, Author: string(a.Event.Author), ClientID: a.Event.ClientID,
				Parent: a.Event.Parent, Timestamp: a.Event.Timestamp, Name: a.Event.AuthorName, Data: a.Event.Data,
			}).Event(); err != nil {
				t.Errorf("an invalid event passed: %v", err)
			}
		}
		d.stored()
		routed(raw)
	})
}

func BenchmarkDecodeArrival(b *testing.B) {
	event, err := bson.Marshal(bson.D{
		{Key: "_id", Value: bson.D{{Key: "_data", Value: strings.Repeat("8", 120)}}},
		{Key: "doc", Value: bson.Raw(appendDocument(nil, stored()))},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		d := readDocument(routed(event))
		if a := d.arrival(); a.Event.Seq != 42 {
			b.Fatalf("%+v", a)
		}
	}
}

func BenchmarkEncodeBatch(b *testing.B) {
	batch := make([]*rooms.Event, 100)
	for i := range batch {
		batch[i] = stored()
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encode(batch); err != nil {
			b.Fatal(err)
		}
	}
}

// counter is a sink that says when it was told of n events.
type counter struct {
	opened chan struct{}
	told   chan int
}

func (c *counter) Opened()                       { close(c.opened) }
func (c *counter) Arrived(batch []rooms.Arrival) { c.told <- len(batch) }

// BenchmarkAppendAndWatch measures a batch of 100 until the stream has told of it.
func BenchmarkAppendAndWatch(b *testing.B) {
	server := mongotest.Shared(b)
	store, err := Open(b.Context(), Options{URI: server.URI, Database: server.Database(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close(context.Background())
	sink := &counter{opened: make(chan struct{}), told: make(chan int, 1)}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(b.Context())
	go func() { ended <- store.stream.Watch(ctx, sink) }()
	<-sink.opened
	const size = 100
	next := int64(1)
	b.ReportAllocs()
	for b.Loop() {
		batch := make([]*rooms.Event, size)
		for i := range batch {
			batch[i] = stored()
			batch[i].ID = rooms.EventID(bson.NewObjectID())
			batch[i].Seq, batch[i].ClientID = next, fmt.Sprint(next)
			next++
		}
		if err := store.Rooms().Log.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		for told := 0; told < size; {
			told += <-sink.told
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/message")
	cancel()
	<-ended
}

// Who reads what was saved since a mark would pass over what a clock that is behind has written, by an import as by a server.
func TestTheDatabaseSaysWhenARevocationWasSaved(t *testing.T) {
	update := raised(&auth.Revocation{User: "ann", At: time.Now()})
	text, err := bson.MarshalExtJSON(update, false, false)
	if err != nil || !strings.Contains(string(text), `"$currentDate":{"saved":true}`) || strings.Count(string(text), "saved") != 1 {
		t.Errorf("the update is %s, %v", text, err)
	}
}
