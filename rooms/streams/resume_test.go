package streams_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/streams"
)

// TestWhoComesBackMissesNothing leaves and returns again and again while documents are inserted.
func TestWhoComesBackMissesNothing(t *testing.T) {
	const documents = 1000
	for _, kind := range []struct{ name, stages string }{
		{"lifted", `[{"$match": {"fullDocument.of": {"$var": "of"}}}]`},
		{"lifted and reshaped", `[{"$match": {"fullDocument.of": {"$var": "of"}}}, {"$project": {"fullDocument.n": 1}}]`},
		{"not lifted", `[{"$match": {"fullDocument.of": {"$in": [{"$var": "of"}]}}}]`},
	} {
		t.Run(kind.name, func(t *testing.T) {
			w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
			w.declare("log/of", `{"operations": ["insert"], "stages": `+kind.stages+`}`)
			staying, r := w.open("log/of", "of", "a"), w.open("log/of", "of", "a")
			var inserting sync.WaitGroup
			inserting.Go(func() {
				for n := range documents {
					w.insert("log", bson.D{{Key: "of", Value: "b"}, {Key: "n", Value: -1}})
					w.insert("log", bson.D{{Key: "of", Value: "a"}, {Key: "n", Value: n}})
				}
			})
			defer inserting.Wait()
			var got []streams.Event
			for len(got) < documents {
				r.await(t, 1)
				r.sub.Close()
				got = append(got, r.all()...)
				again := request("log/of", "of", "a")
				again.After = got[len(got)-1].After()
				var err error
				if r, err = w.subscribe(admin, again); err != nil {
					t.Fatal(err)
				}
				if len(got)+len(r.all()) >= documents {
					got = append(got, r.all()...)
				}
			}
			if list := numbers(t, got[:documents]); !slices.Equal(list, count(0, documents)) {
				t.Errorf("who came back got %d events, not each once in order", len(list))
			}
			if list := numbers(t, staying.await(t, documents)); !slices.Equal(list, count(0, documents)) {
				t.Errorf("who stayed got %d events, not each once in order", len(list))
			}
		})
	}
}

// TestThoseWhoComeBackTogetherShareCursors: a thousand, with places all over what they missed.
// busyStart has something inserted behind the beginning of each stream that begins now, before its first answer is read, as on
// a busy collection: then the driver has no token until the first event was taken.
type busyStart struct {
	streams.Database
	insert func() // nil: nothing is inserted
}

func (b *busyStart) wrap(d streams.Database) streams.Database {
	b.Database = d
	return b
}

func (b *busyStart) Open(ctx context.Context, w streams.Watch) (streams.Cursor, error) {
	cursor, err := b.Database.Open(ctx, w)
	if err != nil || w.After != "" || w.Collection != "log" || b.insert == nil {
		return cursor, err
	}
	b.insert()
	return &busyCursor{Cursor: cursor}, nil
}

type busyCursor struct {
	streams.Cursor
	begun bool
}

func (c *busyCursor) Next(ctx context.Context) (bson.Raw, error) {
	event, err := c.Cursor.Next(ctx)
	c.begun = c.begun || event != nil
	return event, err
}

func (c *busyCursor) Position() streams.Position {
	if !c.begun {
		return ""
	}
	return c.Cursor.Position()
}

func TestWhoComesBackToAStreamThatBeginsBusyMissesNothing(t *testing.T) {
	busy := &busyStart{}
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{Database: busy, Linger: time.Millisecond})
	n := 0
	insert := func() {
		w.insert("log", bson.D{{Key: "n", Value: n}})
		n++
	}
	w.declare("log/all", `{"operations": ["insert"]}`)
	to := newRecorder()
	sub, err := w.service.Subscribe(t.Context(), admin, request("log/all"), to)
	if err != nil {
		t.Fatal(err)
	}
	insert()
	w.until("the first comes", func() bool { return len(to.all()) == 1 })
	place := to.all()[0].After()
	sub.Close()
	w.until("the feed is gone", func() bool { return w.cursors() == 0 })

	insert()
	insert()
	busy.insert = insert
	again := request("log/all")
	again.After = place
	back := newRecorder()
	if sub, err = w.service.Subscribe(t.Context(), admin, again, back); err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	insert()
	w.until("the last comes", func() bool {
		all := back.all()
		return len(all) > 0 && slices.Equal(numbers(t, all[len(all)-1:]), []int{n - 1})
	})
	if got, want := numbers(t, back.all()), []int{1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("behind the first came %v, want %v", got, want)
	}
}

func TestThoseWhoComeBackTogetherShareCursors(t *testing.T) {
	const users, documents = 1000, 500
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/of", `{"operations": ["insert"], "stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}]}`)
	first := w.open("log/of", "of", "all")
	for n := range documents {
		w.insert("log", bson.D{{Key: "of", Value: bson.A{"all", fmt.Sprint("user", n%10)}}, {Key: "n", Value: n}})
	}
	places := first.await(t, documents)
	stop := make(chan struct{})
	most := make(chan int, 1)
	go func() {
		seen := 0
		for {
			select {
			case <-stop:
				most <- seen
				return
			default:
				seen = max(seen, w.cursors())
			}
		}
	}()
	var back sync.WaitGroup
	for i := range users {
		back.Go(func() {
			again := request("log/of", "of", "all")
			again.After = places[i%documents].After()
			r, err := w.subscribe(admin, again)
			if err != nil {
				t.Error(err)
				return
			}
			want := count(i%documents+1, documents)
			if got := numbers(t, r.await(t, len(want))); !slices.Equal(got, want) {
				t.Errorf("who came back to %d got %d events, want %d", i%documents, len(got), len(want))
			}
		})
	}
	back.Wait()
	close(stop)
	if n := <-most; n > 1+4 {
		t.Errorf("%d cursors were open at once, want at most 5: one, and 4 to catch up by", n)
	}
}

// TestAPlaceIsGoodForItsStreamOnly covers forged, foreign, truncated and outdated positions.
func TestAPlaceIsGoodForItsStreamOnly(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	const of = `{"stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}]}`
	w.declare("log/of", of)
	w.declare("log/other", of)
	r := w.open("log/of", "of", "a")
	w.insert("log", bson.D{{Key: "of", Value: "a"}, {Key: "n", Value: 1}})
	place := r.await(t, 1)[0].After()
	refused := map[string]streams.Request{
		"another stream's":    request("log/other", "of", "a"),
		"of another variable": request("log/of", "of", "b"),
		"truncated":           request("log/of", "of", "a"),
		"forged":              request("log/of", "of", "a"),
		"no base64":           request("log/of", "of", "a"),
		"too long":            request("log/of", "of", "a"),
	}
	for name, req := range refused {
		req.After = map[string]string{
			"truncated": place[:len(place)-4], "forged": "A" + place[1:], "no base64": "§", "too long": string(make([]byte, 20<<10)),
		}[name]
		if req.After == "" {
			req.After = place
		}
		if req.After == place && name == "forged" {
			req.After = "B" + place[1:]
		}
		_, err := w.subscribe(admin, req)
		if err == nil {
			t.Errorf("%s: a stream was opened", name)
			continue
		}
		wantCode(t, err, rooms.CodeBadRequest, "after")
	}
	both := request("log/of", "of", "a")
	both.After, both.Initial = place, true
	_, err := w.subscribe(admin, both)
	wantCode(t, err, rooms.CodeBadRequest, "initial")

	again := request("log/of", "of", "a")
	again.After = place
	w.declare("log/of", `{"stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}], "access": {"roles": ["staff"]}}`)
	if _, err := w.subscribe(admin, again); err != nil {
		t.Errorf("who may open a stream is no matter of the place in it: %v", err)
	}
	w.declare("log/of", `{"operations": ["insert"], "stages": [{"$match": {"fullDocument.of": {"$var": "of"}}}]}`)
	_, err = w.subscribe(admin, again)
	wantCode(t, err, rooms.CodeGone, "")
}

// TestAPlaceOutlivesTheServer: another instance, with its own memory, goes on from it.
func TestAPlaceOutlivesTheServer(t *testing.T) {
	server := mongotest.Shared(t)
	w := newWorld(t, server, true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	r := w.open("log/all")
	w.insert("log", bson.D{{Key: "n", Value: 0}})
	again := request("log/all")
	again.After = r.await(t, 1)[0].After()
	for n := 1; n < 100; n++ {
		w.insert("log", bson.D{{Key: "n", Value: n}})
	}
	other := instance(t, server.URI, w.chat.Name(), w.feeds.Name(), streams.Options{})
	there, err := other.subscribe(admin, again)
	if err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, there.await(t, 99)); !slices.Equal(got, count(1, 100)) {
		t.Errorf("got %v", got)
	}
}

// TestFeedsBridgeFaults kills every cursor and has commands fail, again and again, under load.
func TestFeedsBridgeFaults(t *testing.T) {
	server := mongotest.Start(t, "--setParameter", "enableTestCommands=1")
	w := newWorld(t, server, true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	r := w.open("log/all")
	const documents = 2000
	var inserting sync.WaitGroup
	inserting.Go(func() {
		for n := range documents {
			w.insert("log", bson.D{{Key: "n", Value: n}})
		}
	})
	done := make(chan struct{})
	go func() { inserting.Wait(); close(done) }()
	admin := w.feeds.Client().Database("admin")
	for _, code := range []int{237, 11601, 10107, 43, 6} {
		fail := bson.D{
			{Key: "configureFailPoint", Value: "failCommand"},
			{Key: "mode", Value: bson.D{{Key: "times", Value: 3}}},
			{Key: "data", Value: bson.D{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: code}}},
		}
		if err := admin.RunCommand(t.Context(), fail).Err(); err != nil {
			t.Fatal(err)
		}
		at := len(r.all())
		w.until("events come again", func() bool { return len(r.all()) > min(at+20, documents-1) })
	}
	<-done
	if got := numbers(t, r.await(t, documents)); !slices.Equal(got, count(0, documents)) {
		t.Errorf("%d events, not each once in order", len(got))
	}
}

// TestALostPlaceIsTold: the oplog no longer has what came since.
func TestALostPlaceIsTold(t *testing.T) {
	server := mongotest.Start(t, "--setParameter", "enableTestCommands=1")
	w := newWorld(t, server, true, streams.Options{})
	w.declare("log/all", `{}`)
	r := w.open("log/all")
	w.insert("log", bson.D{{Key: "n", Value: 0}})
	again := request("log/all")
	again.After = r.await(t, 1)[0].After()
	w.insert("log", bson.D{{Key: "n", Value: 1}})
	r.await(t, 2)
	lose := func(command string, times int) {
		fail := bson.D{
			{Key: "configureFailPoint", Value: "failCommand"},
			{Key: "mode", Value: bson.D{{Key: "times", Value: times}}},
			{Key: "data", Value: bson.D{{Key: "failCommands", Value: bson.A{command}}, {Key: "errorCode", Value: 286}}},
		}
		if err := w.feeds.Client().Database("admin").RunCommand(t.Context(), fail).Err(); err != nil {
			t.Fatal(err)
		}
	}
	lose("aggregate", 1)
	_, err := w.subscribe(admin, again)
	wantCode(t, err, rooms.CodeGone, "")
	if _, err := w.subscribe(admin, again); err != nil {
		t.Errorf("the next one finds its place: %v", err)
	}
	lose("getMore", 10)
	if reason := r.awaitEnd(t); reason != streams.ReasonHistoryLost {
		t.Errorf("the live one ended because of %q", reason)
	}
}

// TestASlowReaderHoldsNobodyUp: one who makes no room while he catches up is ended, and the others get theirs.
func TestASlowReaderHoldsNobodyUp(t *testing.T) {
	w := newWorld(t, mongotest.Shared(t), true, streams.Options{})
	w.declare("log/all", `{"operations": ["insert"]}`)
	r := w.open("log/all")
	for n := range 50 {
		w.insert("log", bson.D{{Key: "n", Value: n}})
	}
	again := request("log/all")
	again.After = r.await(t, 50)[0].After()
	slow := newRecorder()
	slow.room = func(ctx context.Context) error {
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
		return context.DeadlineExceeded
	}
	sub, err := w.service.Subscribe(t.Context(), admin, again, slow)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	quick, err := w.subscribe(admin, again)
	if err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, quick.await(t, 49)); !slices.Equal(got, count(1, 50)) {
		t.Errorf("the quick one got %v", got)
	}
	if reason := slow.awaitEnd(t); reason != streams.ReasonSlow {
		t.Errorf("the slow one ended because of %q", reason)
	}
}
