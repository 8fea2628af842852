package socketio

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func TestReadyCountsTheUnreadNotifications(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	if err := f.service.Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x"}, {UserID: "ann", Kind: "x"}, {UserID: "bob", Kind: "x"}}); err != nil {
		t.Fatal(err)
	}
	_, l := f.connect("ann", "")
	if ready := l.told()[0].body; !strings.Contains(ready, `"notifications":{"unread":2}`) {
		t.Errorf("ready %s", ready)
	}
	// A count that fails is left out: the chat does not wait for it.
	f.chat.unread = func(context.Context, auth.UserID) (int, error) { return 0, errors.New("away") }
	_, l = f.connect("ann", "")
	if ready := l.told()[0].body; !strings.Contains(ready, `"notifications":{}`) {
		t.Errorf("ready %s", ready)
	}
}

func TestNotificationsAreMarked(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	if err := f.service.Notify(t.Context(), []rooms.Notification{{UserID: "ann", Kind: "x"}, {UserID: "ann", Kind: "x"}, {UserID: "bob", Kind: "x"}}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, user := range []auth.UserID{"ann", "bob"} {
		page, err := f.service.Notifications(t.Context(), auth.User{ID: user}, rooms.NotificationsInput{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page.Notifications {
			ids = append(ids, n.ID.String())
		}
	}
	ann, _ := f.connect("ann", "")
	for _, c := range []struct {
		payload string
		unread  int
	}{
		{fmt.Sprintf(`{"ids":[%q],"read":true}`, ids[0]), 1},
		{fmt.Sprintf(`{"ids":[%q,%q,%q],"read":true}`, ids[0], ids[1], ids[2]), 0}, // the last is bob's
		{fmt.Sprintf(`{"ids":[%q],"read":false}`, ids[1]), 1},
		{`{"ids":[],"read":true}`, 1},
	} {
		answers := make(chan []byte, 1)
		ann.event("mark_notifications", arguments(c.payload), false, func(b []byte) { answers <- b })
		if got, want := string(<-answers), fmt.Sprintf(`{"ok":true,"unread":%d}`, c.unread); got != want {
			t.Errorf("%s is acked with %s, want %s", c.payload, got, want)
		}
	}
	if n, err := f.service.UnreadNotifications(t.Context(), "bob"); err != nil || n != 1 {
		t.Errorf("bob has %d unread, %v", n, err)
	}
}

func TestMarkNotificationsRefusesBadInput(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	ann, _ := f.connect("ann", "")
	id := strings.Repeat("ab", 12)
	many := `"` + strings.Repeat(id+`","`, rooms.MaxMarked) + id + `"`
	for payload, field := range map[string]string{
		"":                                        "payload",
		`[]`:                                      "payload",
		`{}`:                                      "ids",
		`{"read":true}`:                           "ids",
		`{"ids":["` + id + `"]}`:                  "read",
		`{"ids":["` + id + `"],"read":1}`:         "read",
		`{"ids":["` + id + `"],"read":null}`:      "read",
		`{"ids":"` + id + `","read":true}`:        "ids",
		`{"ids":null,"read":true}`:                "ids",
		`{"ids":[null],"read":true}`:              "ids",
		`{"ids":[1],"read":true}`:                 "ids",
		`{"ids":[{}],"read":true}`:                "ids",
		`{"ids":[""],"read":true}`:                "ids",
		`{"ids":["` + id[1:] + `"],"read":true}`:  "ids",
		`{"ids":["g` + id[1:] + `"],"read":true}`: "ids",
		`{"ids":["` + id + `00"],"read":true}`:    "ids",
		`{"ids":[` + many + `],"read":true}`:      "ids",
	} {
		wantRefusal(t, ask(t, ann, "mark_notifications", payload), rooms.CodeBadRequest, field)
	}
}

// TestWhatIsToldBeforeReadyComesBehindIt tells a client while its ready is made.
func TestWhatIsToldBeforeReadyComesBehindIt(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	everybody := func(auth.User) bool { return true }
	f.chat.unread = func(context.Context, auth.UserID) (int, error) {
		for i := range 3 {
			if ids := f.chat.people.ofUser("ann", told{"notice", fmt.Append(nil, i)}); len(ids) > 0 {
				t.Errorf("told before ready: %v", ids)
			}
		}
		f.chat.people.ofUser("bob", told{"notice", []byte("9")})
		if ids := f.chat.people.allowed(everybody, told{"news", []byte("3")}); len(ids) > 0 {
			t.Errorf("told before ready: %v", ids)
		}
		return 3, nil
	}
	s, l := f.connect("ann", "")
	var got []string
	for _, h := range l.told()[1:] {
		got = append(got, h.event+h.body)
	}
	if want := []string{"notice0", "notice1", "notice2", "news3"}; l.told()[0].event != "ready" || !slices.Equal(got, want) {
		t.Errorf("heard %v", l.told())
	}
	if ids := f.chat.people.ofUser("ann", told{"notice", nil}); len(ids) != 1 {
		t.Errorf("behind ready %d clients are told at once, want 1", len(ids))
	}
	f.chat.people.remove(s.(*speaker))
	if ids := f.chat.people.ofUser("ann", told{"notice", nil}); len(ids) != 0 || len(f.chat.people.opening) != 0 {
		t.Error("who is gone is still told")
	}
}

// TestWhoIsToldTooMuchBeforeReadyIsClosed keeps what waits bounded.
func TestWhoIsToldTooMuchBeforeReadyIsClosed(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	f.chat.unread = func(context.Context, auth.UserID) (int, error) {
		for range toldMost + 1 {
			f.chat.people.ofUser("ann", told{"notice", []byte("1")})
		}
		return 0, nil
	}
	_, l := f.connect("ann", "")
	all := l.wait(t, toldMost+2) // ready, those, and the close
	if n := countOf(all, "close"); n != 1 {
		t.Errorf("closed %d times", n)
	}
}

// teller is a Server for clients with tokens.
func teller(t *testing.T) (*stage, *floor) {
	t.Helper()
	f := newFloor(t, rooms.Options{})
	io, err := New(Options{Service: f.service, Tokens: newTokens(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Run(ctx)
	}()
	s := &stage{Server: httptest.NewServer(io.Handler()), t: t, io: io}
	t.Cleanup(func() {
		cancel()
		<-done
		s.Server.CloseClientConnections()
		s.Server.Close()
	})
	return s, f
}

// enter connects a user and reads his ready.
func enter(s *stage, token string) *rawClient {
	s.t.Helper()
	c, _ := s.open()
	c.text(fmt.Sprintf(`40{"token":%q}`, token))
	for _, want := range []string{`40{"sid":"`, `42["ready",`} {
		if got := c.next(); !strings.HasPrefix(got, want) {
			s.t.Fatalf("heard %q, want %s", got, want)
		}
	}
	return c
}

func TestATellerReachesExactlyThoseItMeans(t *testing.T) {
	s, f := teller(t)
	clients := map[string]*rawClient{"ann 1": enter(s, f.token("ann")), "ann 2": enter(s, f.token("ann")), "bob": enter(s, f.token("bob")), "ann2": enter(s, f.token("ann2"))}
	for _, in := range []string{"bob", "ann 1"} {
		clients[in].ask("join_room", `"general"`)
	}
	tellings := []struct {
		tell func()
		to   []string
	}{
		{func() { s.io.TellUser("ann", "e", []byte(`{"n":0}`)) }, []string{"ann 1", "ann 2"}},
		{func() { s.io.TellUser("nobody", "e", []byte(`{"n":1}`)) }, nil},
		{func() { s.io.TellRoom("general", "e", []byte(`{"n":2}`)) }, []string{"ann 1", "bob"}},
		{func() { s.io.TellRoom("nowhere", "e", []byte(`{"n":3}`)) }, nil},
		{func() { s.io.Tell(func(u auth.User) bool { return u.ID != "ann" }, "e", []byte(`{"n":4}`)) }, []string{"bob", "ann2"}},
		{func() { s.io.Tell(func(auth.User) bool { return true }, "e", []byte(`{"n":5}`)) }, []string{"ann 1", "ann 2", "bob", "ann2"}},
	}
	for i, c := range tellings {
		c.tell()
		for _, name := range c.to {
			clients[name].expect(fmt.Sprintf(`42["e",{"n":%d}]`, i)) // next is strict: nobody heard anything else
		}
	}
	// A client that is gone is passed over.
	clients["ann 2"].conn.Close()
	within(t, "one is gone", func() bool { return s.io.Connections() == 3 })
	s.io.TellUser("ann", "e", []byte(`{"n":6}`))
	clients["ann 1"].expect(`42["e",{"n":6}]`)
}

// TestATellerSeesTheRolesOfTheNewestToken asks for them while tokens are renewed.
func TestATellerSeesTheRolesOfTheNewestToken(t *testing.T) {
	s, f := teller(t)
	tokens := newTokens(t)
	granted := func(roles ...string) string {
		token, err := tokens.Issue(auth.User{ID: "ann", Roles: roles}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	c, other := enter(s, granted()), enter(s, f.token("bob"))
	staff := func(u auth.User) bool { return u.Has("staff") }
	s.io.Tell(staff, "e", []byte("1"))
	asking, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { // for the race detector
		defer close(done)
		for asking.Err() == nil {
			s.io.Tell(func(u auth.User) bool { return len(u.Roles) > 1 }, "never", []byte("0"))
		}
	}()
	for range 20 {
		c.ask("refresh_auth", fmt.Sprintf(`{"token":%q}`, granted("staff")))
	}
	stop()
	<-done
	s.io.Tell(staff, "e", []byte("2"))
	c.expect(`42["e",2]`)
	s.io.TellUser("bob", "e", []byte("3"))
	other.expect(`42["e",3]`) // and nothing before it
}
