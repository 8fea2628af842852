package socketio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// house is a whole chat on a real store whose events go to real connections.
type house struct {
	*stage
	service *rooms.Service
	tokens  *auth.Tokens
}

func newHouse(t *testing.T) *house {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{service: rooms.New(store.Rooms(), rooms.Options{}), tokens: newTokens(t)}
	io, err := New(Options{Service: h.service, Tokens: h.tokens})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- io.Run(ctx) }()
	go func() { ended <- h.service.Run(ctx, io, io) }()
	h.stage = &stage{Server: httptest.NewServer(io.Handler()), t: t, io: io}
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
		}
		h.Server.CloseClientConnections()
		h.Server.Close()
		if err := store.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	within(t, "the service is ready", func() bool { return h.service.Ready() == nil })
	return h
}

// connect is a user's socket that has read its ready.
func (h *house) connect(user auth.User) *rawClient { return enter(h.stage, h.tokenOf(user)) }

func (h *house) tokenOf(user auth.User) string { return tokenWith(h.t, user) }

// must acks ok.
func must(c *rawClient, event, payload string) string {
	c.t.Helper()
	body := c.ask(event, payload)
	if !strings.HasPrefix(body, `{"ok":true`) {
		c.t.Fatalf("%s %s is answered %s", event, payload, body)
	}
	if err := contract(c.t).Exchange(event, []byte(payload), []byte(body)); err != nil {
		c.t.Error(err)
	}
	return body
}

func user(id string) auth.User { return auth.User{ID: auth.UserID(id)} }

func TestExpelTakesOutTheUsersSocketsAndNoOthers(t *testing.T) {
	s, f := teller(t)
	first, second, bob := enter(s, f.token("ann")), enter(s, f.token("ann")), enter(s, f.token("bob"))
	aside := enter(s, f.token("ann")) // in another room only
	for _, c := range []*rawClient{first, second, bob} {
		c.ask("join_room", `"general"`)
	}
	aside.ask("join_room", `"other"`)
	first.ask("join_room", `"other"`)

	s.io.TellRoom("general", "e", []byte(`1`))
	s.io.Expel("general", "ann", rooms.LeftRemoved)
	s.io.Expel("general", "ann", rooms.LeftRemoved) // they are out already
	s.io.Expel("nowhere", "ann", rooms.LeftRemoved)
	s.io.TellRoom("general", "e", []byte(`2`))
	s.io.TellRoom("other", "e", []byte(`3`))
	for _, c := range []*rawClient{first, second} {
		c.expect(`42["e",1]`)
		c.expect(`42["room_left",{"roomId":"general","reason":"removed"}]`)
	}
	bob.expect(`42["e",1]`)
	bob.expect(`42["e",2]`)
	first.expect(`42["e",3]`)
	aside.expect(`42["e",3]`)
	if n := s.io.Members("general"); n != 1 {
		t.Errorf("%d are left", n)
	}
	// Who may joins again.
	second.ask("join_room", `"general"`)
	s.io.TellRoom("general", "e", []byte(`4`))
	second.expect(`42["e",4]`)

	// Without a user all are out.
	s.io.Expel("general", "", rooms.LeftRejoin)
	for _, c := range []*rawClient{second, bob} {
		for got := c.next(); got != `42["room_left",{"roomId":"general","reason":"rejoin"}]`; got = c.next() {
			if got != `42["e",4]` {
				t.Fatalf("heard %s", got)
			}
		}
	}
	if n := s.io.Members("general"); n != 0 {
		t.Errorf("%d are left", n)
	}
	s.io.TellRoom("other", "e", []byte(`5`))
	first.expect(`42["e",5]`)
}

// TestARoomOneWasTakenOutOfCountsNoMore fills a socket's rooms up.
func TestARoomOneWasTakenOutOfCountsNoMore(t *testing.T) {
	s, f := teller(t)
	c := enter(s, f.token("ann"))
	for i := range maxJoined {
		must(c, "join_room", fmt.Sprintf(`"r%d"`, i))
	}
	if body := c.ask("join_room", `"one-more"`); !strings.Contains(body, `"BAD_REQUEST"`) {
		t.Fatalf("the 1,001st: %s", body)
	}
	must(c, "join_room", `"r7"`)
	s.io.Expel("r7", "ann", rooms.LeftRemoved)
	s.io.Expel("r8", "", rooms.LeftRejoin)
	must(c, "join_room", `"one-more"`)
	must(c, "join_room", `"another"`)
	if body := c.ask("join_room", `"r7"`); !strings.Contains(body, `"BAD_REQUEST"`) {
		t.Fatalf("the 1,001st: %s", body)
	}
}

// TestTheLogExpelsFromRealSockets has bob join and join again while he is taken in and out: behind each room_left comes
// nothing of the room until he is in it again, and no event reaches him that stands above his removal.
func TestTheLogExpelsFromRealSockets(t *testing.T) {
	h := newHouse(t)
	alice, bob := h.connect(user("alice")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	const rounds = 40
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ctx := context.Background()
		set := func(role rooms.Role) {
			if _, err := h.service.SetMember(ctx, user("alice"), rooms.SetMemberInput{RoomID: "club", UserID: "bob", Role: role}); err != nil {
				t.Errorf("set_member: %v", err)
			}
		}
		for range rounds {
			set(rooms.RoleMember)
			for range 3 {
				if _, err := h.service.SendWait(ctx, user("alice"), rooms.SendInput{RoomID: "club", Text: "x"}); err != nil {
					t.Errorf("send: %v", err)
				}
			}
			set(rooms.RoleNone)
		}
	}()
	in, last, left := false, int64(0), 0
	asked := 0
	for {
		select {
		case <-ended:
			ended = nil
		default:
		}
		if asked == 0 {
			if ended == nil {
				break
			}
			bob.acks++
			bob.text(fmt.Sprintf(`42%d["join_room","club"]`, bob.acks))
			asked = bob.acks
		}
		got := bob.next()
		switch {
		case strings.HasPrefix(got, fmt.Sprintf(`43%d[{"ok":true`, asked)):
			var ack []struct{ LastSeq int64 }
			if err := json.Unmarshal([]byte(got[strings.Index(got, "["):]), &ack); err != nil {
				t.Fatal(err)
			}
			if in && ack[0].LastSeq != last {
				t.Fatalf("joined anew at %d, was at %d", ack[0].LastSeq, last)
			}
			in, last, asked = true, ack[0].LastSeq, 0
		case strings.HasPrefix(got, fmt.Sprintf(`43%d[`, asked)):
			if !strings.Contains(got, `"NOT_FOUND"`) {
				t.Fatalf("join: %s", got)
			}
			asked = 0
		case strings.HasPrefix(got, `42["room_left"`):
			if !in {
				t.Fatal("he left twice")
			}
			in, left = false, left+1
		case strings.HasPrefix(got, `42["room_added"`), strings.HasPrefix(got, `42["notification"`):
		default:
			var event []json.RawMessage
			var body struct{ Seq int64 }
			if json.Unmarshal([]byte(got[2:]), &event) != nil || json.Unmarshal(event[1], &body) != nil || body.Seq != last+1 || !in {
				t.Fatalf("heard %s at %d, in the room: %t", got, last, in)
			}
			last = body.Seq
		}
	}
	if left == 0 {
		t.Fatal("he never was in the room when he was taken out: nothing was tried")
	}
	within(t, "nobody is left", func() bool { return h.io.Members("club") == 0 })
}

func TestWhoIsTakenOutHearsItInThatOrder(t *testing.T) {
	h := newHouse(t)
	alice, bob, second := h.connect(user("alice")), h.connect(user("bob")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	must(alice, "join_room", `"club"`)
	must(alice, "set_member", `{"roomId":"club","userId":"bob","role":"member"}`)
	const added = `42["room_added",{"room":{"id":"club","name":"x","type":"private","topic":"","readOnly":false,"slowModeMs":0,"archived":false,"receipts":false,"role":"member"},"author":"alice"}]`
	for _, c := range []*rawClient{bob, second} { // of both in whatever order: they come by different ways
		heard := map[bool]string{}
		for range 2 {
			got := c.next()
			heard[strings.HasPrefix(got, `42["notification",`)] = got
		}
		if heard[false] != added || !strings.Contains(heard[true], `"kind":"invitation"`) {
			t.Fatalf("heard %v", heard)
		}
	}
	must(bob, "join_room", `"club"`)
	must(second, "join_room", `"club"`)
	must(alice, "set_member", `{"roomId":"club","userId":"bob","role":null}`)
	for _, c := range []*rawClient{bob, second} {
		c.expect(`42["member_updated",{"roomId":"club","seq":3,"userId":"bob","role":null,"author":"alice"}]`)
		c.expect(`42["room_left",{"roomId":"club","reason":"removed"}]`)
	}
	must(alice, "send_message", `{"roomId":"club","text":"alone"}`)
	must(bob, "send_message", `{"roomId":"general","text":"elsewhere"}`) // its ack is the next that comes
	must(alice, "set_member", `{"roomId":"club","userId":"bob","role":"member"}`)
	for got := bob.next(); got != added; got = bob.next() {
		if !strings.HasPrefix(got, `42["notification",`) {
			t.Fatalf("heard %s", got)
		}
	}
}

func TestReadingReachesOnesOtherSockets(t *testing.T) {
	h := newHouse(t)
	alice, first, second := h.connect(user("alice")), h.connect(user("bob")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	must(alice, "send_message", `{"roomId":"club","text":"x"}`)
	must(first, "mark_read", `{"roomId":"club","seq":1}`)
	second.expect(`42["read_updated",{"roomId":"club","userId":"bob","seq":1,"unread":1,"mentions":0}]`)
	must(alice, "update_room", `{"roomId":"club","receipts":true}`)
	must(alice, "join_room", `"club"`)
	must(first, "mark_read", `{"roomId":"club","seq":2}`)
	second.expect(`42["read_updated",{"roomId":"club","userId":"bob","seq":2,"unread":0,"mentions":0}]`)
	for got := alice.next(); got != `42["read_updated",{"roomId":"club","userId":"bob","seq":2}]`; got = alice.next() {
		if strings.Contains(got, "read_updated") {
			t.Fatalf("alice heard %s", got)
		}
	}
}

// TestWhatIsDeliveredReachesTheRoom: those in it, once it has risen, and only there.
func TestWhatIsDeliveredReachesTheRoom(t *testing.T) {
	h := newHouse(t)
	alice, bob := h.connect(user("alice")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	must(bob, "mark_read", `{"roomId":"club","seq":1}`)
	must(alice, "update_room", `{"roomId":"club","receipts":true}`)
	must(alice, "join_room", `"club"`)
	must(alice, "send_message", `{"roomId":"club","text":"x"}`)
	must(alice, "send_message", `{"roomId":"club","text":"y"}`)
	must(bob, "mark_delivered", `{"roomId":"club","seq":3}`)
	heard := func(want string) {
		t.Helper()
		for got := alice.next(); got != want; got = alice.next() {
			if strings.Contains(got, "delivered_updated") {
				t.Fatalf("alice heard %s, want %s", got, want)
			}
		}
	}
	heard(`42["delivered_updated",{"roomId":"club","userId":"bob","deliveredSeq":3}]`)
	for _, seq := range []int{3, 2} { // nobody is told what was known
		must(bob, "mark_delivered", fmt.Sprintf(`{"roomId":"club","seq":%d}`, seq))
	}
	must(bob, "mark_read", `{"roomId":"club","seq":2}`)
	heard(`42["read_updated",{"roomId":"club","userId":"bob","seq":2}]`)
	must(bob, "mark_delivered", `{"roomId":"club","seq":4}`)
	heard(`42["delivered_updated",{"roomId":"club","userId":"bob","deliveredSeq":4}]`)
}

func TestAlertsReachAllSocketsOfTheirUser(t *testing.T) {
	h := newHouse(t)
	alice, first, second := h.connect(user("alice")), h.connect(user("bob")), h.connect(user("bob"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	for _, c := range []struct{ payload, alerts string }{
		{`{"roomId":"club","level":"all","mutedUntil":"2999-01-01T00:00:00+01:00"}`, `{"level":"all","mutedUntil":"2998-12-31T23:00:00.000Z"}`},
		{`{"roomId":"club","mutedUntil":null}`, `{"level":"all"}`},
		{`{"roomId":"club","level":null}`, `{}`},
	} {
		if got := must(first, "set_alerts", c.payload); got != `{"ok":true,"alerts":`+c.alerts+`}` {
			t.Errorf("%s is answered %s", c.payload, got)
		}
		second.expect(`42["alerts_updated",{"roomId":"club","userId":"bob","alerts":` + c.alerts + `}]`)
	}
	if got := must(second, "set_alerts", `{"roomId":"club"}`); got != `{"ok":true,"alerts":{}}` {
		t.Errorf("nothing is answered %s", got)
	}
}

func TestAClaimEndsWithItsToken(t *testing.T) {
	h := newHouse(t)
	alice := h.connect(user("alice"))
	must(alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	must(alice, "create_room", `{"id":"team","name":"x","type":"private"}`)
	must(alice, "set_member", `{"roomId":"team","userId":"bob","role":"reader"}`)
	claims := auth.User{ID: "bob", Rooms: map[string]string{"club": "member", "team": "moderator"}}
	bob := h.connect(claims)
	for _, room := range []string{`"club"`, `"team"`, `"general"`} {
		must(bob, "join_room", room)
	}
	must(bob, "refresh_auth", fmt.Sprintf(`{"token":%q}`, h.tokenOf(claims)))
	must(bob, "send_message", `{"roomId":"general","text":"still here"}`)
	h.within(t, "all are in", "club", 1)
	bob.acks++
	bob.text(fmt.Sprintf(`42%d["refresh_auth",{"token":%q}]`, bob.acks, h.tokenOf(user("bob"))))
	for got := bob.next(); got != `42["room_left",{"roomId":"club","reason":"removed"}]`; got = bob.next() {
		if !strings.HasPrefix(got, `42["new_message"`) {
			t.Fatalf("heard %s", got)
		}
	}
	if got := bob.next(); !strings.Contains(got, `"ok":true`) {
		t.Fatalf("refresh_auth is answered %s", got)
	}
	h.within(t, "he is out of the room of his claim", "club", 0)
	h.within(t, "and not of that of his role", "team", 1)
	h.within(t, "nor of the public one", "general", 1)
	if body := bob.ask("join_room", `"club"`); !strings.Contains(body, `"NOT_FOUND"`) {
		t.Fatalf("he joins again: %s", body)
	}
}

// within waits until so many sockets are in a room.
func (h *house) within(t *testing.T, what string, room rooms.RoomID, members int) {
	t.Helper()
	within(t, what, func() bool { return h.io.Members(room) == members })
}

// tokenWith is a token of an hour with claims that the server issues to nobody.
func tokenWith(t testing.TB, user auth.User) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": string(user.ID), "exp": time.Now().Add(time.Hour).Unix()}
	if user.Rooms != nil {
		claims["rooms"] = user.Rooms
	}
	if user.Roles != nil {
		claims["roles"] = user.Roles
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(testSecret))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Who is here is told for each socket, and by the one who asks for no more than he wants.
func TestAllAreThoseWhoAreHere(t *testing.T) {
	h := newHouse(t)
	h.connect(user("alice"))
	h.connect(user("bob"))
	h.connect(user("bob"))
	var here []string
	for u := range h.io.All() {
		here = append(here, string(u.ID))
	}
	slices.Sort(here)
	if !slices.Equal(here, []string{"alice", "bob", "bob"}) {
		t.Errorf("here are %q", here)
	}
	for range h.io.All() {
		break
	}
}
