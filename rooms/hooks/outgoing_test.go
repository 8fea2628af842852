package hooks_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

func TestEventsComeInOrderAndSigned(t *testing.T) {
	s := newStage(t, nil)
	s.say("general", "before the hook")
	g := newTarget(t, nil)
	h, secret := s.hook("general", g.URL+"/in?token=x")
	var want []int64
	for n := range 120 {
		want = append(want, s.say("general", fmt.Sprint("message ", n)))
		s.say("other", "not for the hook")
	}
	all := g.await(len(want))
	wantSeqs(t, all, want...)
	for _, r := range all {
		wantSigned(t, secret, r)
		if r.header.Get("Content-Type") != "application/json" || r.header.Get("Authorization") != "" {
			t.Errorf("the headers are %v", r.header)
		}
	}
	if got := all[0].event; got["event"] != "new_message" || got["text"] != "message 0" || got["author"] != "ann" {
		t.Errorf("the event is %v", got)
	}
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == want[len(want)-1] })
	data, err := os.ReadFile(filepath.Join(s.dir, "roomstream.db"))
	if err != nil || bytes.Contains(data, []byte(secret)) {
		t.Errorf("the file holds the secret (%v)", err)
	}
}

func TestOnlyWhatIsAskedForComes(t *testing.T) {
	s := newStage(t, nil)
	first := s.say("general", "first")
	g := newTarget(t, nil)
	h, _ := s.hook("general", g.URL, "message_deleted", "message_updated")
	ann := auth.User{ID: "ann", Name: "Ann"}
	for _, change := range []func(done func(rooms.Sent, error)){
		func(done func(rooms.Sent, error)) {
			s.chat.Edit(ann, rooms.EditInput{RoomID: "general", Seq: first, Text: "changed"}, done)
		},
		func(done func(rooms.Sent, error)) {
			s.chat.Delete(ann, rooms.DeleteInput{RoomID: "general", Seq: first}, done)
		},
	} {
		s.say("general", "passed over")
		wait(t, change)
	}
	last := s.say("general", "passed over")
	all := g.await(2)
	wantSeqs(t, all, 3, 5)
	if all[0].event["event"] != "message_updated" || all[1].event["event"] != "message_deleted" {
		t.Errorf("came %v", all)
	}
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == last })
}

func wait(t *testing.T, begin func(done func(rooms.Sent, error))) {
	t.Helper()
	done := make(chan error, 1)
	begin(func(_ rooms.Sent, err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A hook of all rooms takes those that are made later from their first event on, and none of two users' own.
func TestAHookOfAllRooms(t *testing.T) {
	s := newStage(t, nil)
	s.say("old", "before")
	g := newTarget(t, nil)
	s.hook("", g.URL)
	s.say("old", "after")
	s.say("new", "first")
	direct, err := s.chat.OpenDirect(s.ctx(), auth.User{ID: "ann"}, "bob")
	if err != nil {
		t.Fatal(err)
	}
	s.say(string(direct.Room.ID), "between us")
	s.say("newer", "first")
	seen := map[string]bool{}
	for _, r := range g.await(3) {
		seen[r.id[strings.IndexByte(r.id, '/'):]] = true
	}
	if len(seen) != 3 || !seen["/old/2"] || !seen["/new/1"] || !seen["/newer/1"] {
		t.Errorf("delivered were %v", seen)
	}
}

// A target that hangs holds up neither another hook nor, for longer than an attempt, its own.
func TestATargetThatHangsHoldsUpNobodyElse(t *testing.T) {
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.Attempt = 200 * time.Millisecond })
	var hangs atomic.Bool
	hangs.Store(true)
	stuck := newTarget(t, func(_ http.ResponseWriter, r *http.Request, _ received) {
		if hangs.Load() {
			<-r.Context().Done()
		}
	})
	well := newTarget(t, nil)
	for range 10 {
		s.hook("general", stuck.URL)
	}
	h, _ := s.hook("general", well.URL)
	var want []int64
	for n := range 20 {
		want = append(want, s.say("general", fmt.Sprint(n)))
	}
	wantSeqs(t, well.await(len(want)), want...)
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == 20 })
	hangs.Store(false)
	list, err := s.out.List(s.ctx(), admin, "general")
	if err != nil {
		t.Fatal(err)
	}
	until(t, "all others to be through", func() bool {
		s.clock.advance(time.Minute)
		for _, h := range list {
			if s.cursor(h, "general").Seq != 20 {
				return false
			}
		}
		return true
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	s := newStage(t, nil)
	inner := newTarget(t, nil)
	g := newTarget(t, func(w http.ResponseWriter, r *http.Request, _ received) {
		http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
	})
	h, _ := s.hook("general", g.URL)
	s.say("general", "hello")
	g.await(1)
	until(t, "the failure", func() bool { return s.cursor(h, "general").Attempts == 1 })
	if c := s.cursor(h, "general"); c.Seq != 0 || !strings.Contains(c.LastError, "307") || c.FailingSince.IsZero() {
		t.Errorf("the cursor is %+v", c)
	}
	if len(inner.got()) != 0 {
		t.Error("the redirect was followed")
	}
}

// A target that answers 500 for a day: it is tried again less and less often, then the hook is marked failed; set anew, it
// goes on where it stopped, and nothing is lost.
func TestFailuresForADay(t *testing.T) {
	s := newStage(t, nil)
	var broken atomic.Bool
	broken.Store(true)
	g := newTarget(t, func(w http.ResponseWriter, _ *http.Request, _ received) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	h, secret := s.hook("general", g.URL)
	first := s.say("general", "one")
	begun := s.clock.now()
	until(t, "the hook to be given up", func() bool {
		if s.shown(h.ID).Failed != nil {
			return true
		}
		// While a try is under way the clock stands, however long that takes.
		if at, ok := s.out.Resting(); ok {
			s.clock.advance(at.Sub(s.clock.now()))
		}
		return false
	})
	failed := s.shown(h.ID).Failed
	if took := failed.At.Sub(begun); took < 24*time.Hour || took > 25*time.Hour || failed.Seq != first || !strings.Contains(failed.Reason, "500") {
		t.Errorf("given up after %s: %+v", took, failed)
	}
	tries := g.got()
	if len(tries) < 48 || len(tries) > 150 { // once in 15 to 30 min
		t.Errorf("it was tried %d times", len(tries))
	}
	for _, r := range tries {
		wantSigned(t, secret, r)
		if r.id != tries[0].id {
			t.Errorf("tried as %q, then as %q", tries[0].id, r.id)
		}
	}
	s.say("general", "two")
	broken.Store(false)
	s.clock.advance(48 * time.Hour)
	s.stop()
	s.start(nil) // a failed hook stays failed
	s.say("general", "three")
	if err := s.out.SetCursor(s.ctx(), admin, "general", h.ID, "", 0); err != nil {
		t.Fatal(err)
	}
	wantSeqs(t, g.await(len(tries)+3), 1, 2, 3)
	until(t, "the cursor", func() bool {
		c := s.cursor(h, "general")
		return c.Seq == 3 && c.Attempts == 0 && c.FailingSince.IsZero()
	})
	if s.shown(h.ID).Failed != nil {
		t.Error("the hook is still marked failed")
	}
}

func TestACursorCanBeSetBack(t *testing.T) {
	s := newStage(t, nil)
	g := newTarget(t, nil)
	h, _ := s.hook("general", g.URL)
	for range 5 {
		s.say("general", "x")
	}
	before := g.await(5)
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == 5 })
	if err := s.out.SetCursor(s.ctx(), admin, "general", h.ID, "general", 3); err != nil {
		t.Fatal(err)
	}
	again := g.await(7)[5:]
	wantSeqs(t, again, 4, 5)
	if again[0].id != before[3].id || !bytes.Equal(again[0].body, before[3].body) {
		t.Errorf("first %s, again %s", before[3].body, again[0].body)
	}
	for field, err := range map[string]error{
		"seq":    s.out.SetCursor(s.ctx(), admin, "general", h.ID, "", 6),
		"roomId": s.out.SetCursor(s.ctx(), admin, "general", h.ID, "other", 0),
	} {
		if e := rooms.AsError(err); e == nil || e.Code != rooms.CodeBadRequest || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// What was deleted, and what an erased user wrote, is delivered as it is replayed: nothing of it is kept for deliveries.
func TestWhatWasDeletedIsDeliveredAsReplayed(t *testing.T) {
	s := newStage(t, nil)
	var broken atomic.Bool
	broken.Store(true)
	g := newTarget(t, func(w http.ResponseWriter, _ *http.Request, _ received) {
		if broken.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	h, _ := s.hook("general", g.URL)
	s.say("general", "a secret")
	g.await(1)
	until(t, "the failure", func() bool { return s.cursor(h, "general").Attempts == 1 })
	ctx, cancel := context.WithTimeout(s.ctx(), patience)
	defer cancel()
	if err := s.chat.Erase(ctx, "ann", func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	tried := len(g.got())
	broken.Store(false)
	s.clock.advance(time.Hour)
	all := g.await(tried + 2)[tried:]
	wantSeqs(t, all, 1, 2)
	if got := all[0]; got.event["deleted"] != true || bytes.Contains(got.body, []byte("secret")) || bytes.Contains(got.body, []byte("Ann")) {
		t.Errorf("delivered was %s", got.body)
	}
}

// What is no longer kept cannot be delivered: the target is told so, and then the rest.
func TestTrimmedEventsAreToldOf(t *testing.T) {
	s := newStage(t, nil)
	g := newTarget(t, nil)
	h, _ := s.hook("general", g.URL)
	for range 4 {
		s.say("general", "x")
	}
	g.await(4)
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == 4 })
	s.stop() // nothing of the log is remembered after this
	s.start(nil)
	trimmer := s.store.Rooms().Trimmer
	if err := trimmer.Fence(s.ctx(), "general", 3, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := trimmer.Remove(s.ctx(), "general", 3, 10); err != nil {
		t.Fatal(err)
	}
	if err := s.out.SetCursor(s.ctx(), admin, "general", h.ID, "", 0); err != nil {
		t.Fatal(err)
	}
	all := g.await(7)[4:]
	if got := all[0].event; got["event"] != "room_reset" || got["reason"] != "trimmed" || got["lastSeq"] != float64(2) {
		t.Errorf("told %v", got)
	}
	wantSeqs(t, all[1:], 3, 4)
}

func TestASecretOfAnotherTimeMarksTheHookFailed(t *testing.T) {
	s := newStage(t, nil)
	g := newTarget(t, nil)
	h, _ := s.hook("general", g.URL)
	s.say("general", "one")
	g.await(1)
	until(t, "the cursor", func() bool { return s.cursor(h, "general").Seq == 1 })
	s.stop()
	s.start(func(o *hooks.OutgoingOptions) { o.Secret = []byte(strings.Repeat("another", 10)) })
	s.say("general", "two")
	until(t, "the hook to be given up", func() bool { return s.shown(h.ID).Failed != nil })
	if f := s.shown(h.ID).Failed; !strings.Contains(f.Reason, "-jwt-secret") || f.Seq != 2 {
		t.Errorf("given up: %+v", f)
	}
	if len(g.got()) != 1 {
		t.Error("it was delivered all the same")
	}
}

func TestARemovedHookIsTold(t *testing.T) {
	s := newStage(t, nil)
	g, other := newTarget(t, nil), newTarget(t, nil)
	h, _ := s.hook("general", g.URL)
	s.hook("general", other.URL)
	s.say("general", "one")
	g.await(1)
	if err := s.out.Remove(s.ctx(), admin, "general", h.ID); err != nil {
		t.Fatal(err)
	}
	s.say("general", "two")
	other.await(2)
	for _, r := range g.got() {
		if r.seq() != 1 {
			t.Errorf("delivered after the removal: %s", r.body)
		}
	}
	if err := s.out.Remove(s.ctx(), admin, "general", h.ID); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("removed again: %v", err)
	}
}

func TestWhoMakesHooksAndWhatTheyMayBe(t *testing.T) {
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.AllowPrivate = false })
	s.say("general", "x")
	bob := auth.User{ID: "bob"}
	for _, room := range []string{"general", ""} {
		if _, _, err := s.out.Create(s.ctx(), bob, hooks.HookInput{URL: "https://example.com", Room: room}); rooms.AsError(err).Code != rooms.CodeForbidden {
			t.Errorf("who does not own %q made a hook: %v", room, err)
		}
	}
	grant := auth.User{ID: "b:1", Roles: []string{auth.RoleAdmin}, Grant: &auth.Grant{}}
	if _, _, err := s.out.Create(s.ctx(), grant, hooks.HookInput{URL: "https://example.com"}); rooms.AsError(err).Code != rooms.CodeForbidden {
		t.Errorf("a bot made a hook: %v", err)
	}
	for _, url := range []string{
		"", "example.com", "ftp://example.com", "http:example.com", "https://", "https://u:p@example.com", "https://example.com/#x", "http://127.0.0.1/",
		"http://[::1]:80/", "http://10.0.0.1", "http://169.254.169.254/latest/meta-data", "https://example.com/" + strings.Repeat("x", 2048), "http://[::ffff:8.8.8.8]/",
	} {
		if _, _, err := s.out.Create(s.ctx(), admin, hooks.HookInput{URL: url, Room: "general"}); rooms.AsError(err) == nil || rooms.AsError(err).Field != "url" {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, events := range [][]string{{}, {"typing"}, {"new_message", "x"}} {
		if _, _, err := s.out.Create(s.ctx(), admin, hooks.HookInput{URL: "https://example.com", Room: "general", Events: events}); rooms.AsError(err) == nil || rooms.AsError(err).Field != "events" {
			t.Errorf("%v: %v", events, err)
		}
	}
	for range 20 {
		s.hook("general", "https://example.com/in")
	}
	if _, _, err := s.out.Create(s.ctx(), admin, hooks.HookInput{URL: "https://example.com", Room: "general"}); rooms.AsError(err) == nil || rooms.AsError(err).Code != rooms.CodeConflict {
		t.Errorf("one too many: %v", err)
	}
}

// Two that both take a room for their own, as instances do that do not agree on who lives: the lease keeps them apart.
func TestTwoWhoOwnARoomDeliverItOnce(t *testing.T) {
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.Lease = time.Second })
	o := options(s.clock)
	other, err := hooks.NewOutgoing(s.chat, s.store.Hooks(), s.store.Hooks(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	g := newTarget(t, nil)
	s.hook("general", g.URL)
	var want []int64
	for n := range 100 {
		want = append(want, s.say("general", fmt.Sprint(n)))
		s.clock.advance(100 * time.Millisecond)
	}
	until(t, "all deliveries", func() bool {
		s.clock.advance(time.Second) // who found the cursor claimed comes again
		return len(g.got()) >= len(want)
	})
	wantSeqs(t, g.got(), want...)
}
