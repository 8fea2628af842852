package rooms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

// mentionsOf sends a text and gives whom the stored message names.
func mentionsOf(t testing.TB, s *rooms.Service, store rooms.Store, user auth.User, room rooms.RoomID, text string) string {
	t.Helper()
	sent, err := s.SendWait(context.Background(), user, rooms.SendInput{RoomID: string(room), Text: text})
	if err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	events, err := store.Log.Since(context.Background(), room, sent.Seq-1, rooms.Page{Events: 1})
	if err != nil || len(events) != 1 {
		t.Fatalf("read %q: %v", text, err)
	}
	var ids []string
	if events[0].Mentions != "" {
		if err := json.Unmarshal([]byte(events[0].Mentions), &ids); err != nil {
			t.Fatalf("%q: %v", events[0].Mentions, err)
		}
	}
	return strings.Join(ids, ",")
}

// people gives users profiles.
func people(t testing.TB, s *rooms.Service, named map[auth.UserID]string) {
	t.Helper()
	for id, name := range named {
		updateProfile(t, s, auth.User{ID: id, Name: name}, rooms.UpdateProfileInput{})
	}
}

func TestNamesBehindAnAtAreResolved(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	people(t, s, map[auth.UserID]string{
		"u1": "Ann", "u2": "Ann Lee", "u3": "ann lee", "u4": "Jean-Luc O'Brien (ops)", "u5": "李小龙", "u6": "Zoë",
		"u7": "One Two Three Four Five", "u8": "One Two Three Four Five Six", "ann@example.com": "Mailer", "a:kq3": "Kay", "u9": "room", "u10": "🦊",
	})
	for text, want := range map[string]string{
		"nobody":                              "",
		"@":                                   "",
		"@ Ann":                               "",
		"@Ann":                                "u1",
		"hello @ann, how are you":             "u1",
		"@Anna":                               "",
		"@Ann Lee":                            "u2,u3",
		"@Ann  lee!":                          "u2,u3",
		"@Ann\nLee":                           "u1",
		"(@ann-lee)":                          "u1",
		"@jean-luc o'brien (ops), look":       "u4",
		"@Jean-Luc":                           "",
		"@李小龙 看":                              "u5",
		"@ZOË @zoe\u0308":                     "u6",
		"@Ｚｏë":                                "u6",
		"@zoe":                                "",
		"@one two three four five six":        "u7",
		"@ann @Ann Lee @ann":                  "u1,u2,u3",
		"mail ann@example.com or x.y@ann.com": "",
		"@ann@example.com":                    "ann@example.com",
		"@a:kq3 and @A:KQ3":                   "a:kq3",
		"`@ann`":                              "u1",
		"@u7 @u7":                             "u7",
		"@🦊":                                  "u10",
		"@@ann":                               "u1",
		"@room":                               "",
		"@.* @$ne @{\"$gt\":\"\"} @u\x7f":     "",
		"@ann\u202e":                          "u1",
		strings.Repeat("@", 8000):             "",
		"@" + strings.Repeat("a", 7999):       "",
		"@" + strings.Repeat("a.", 3999):      "",
		strings.Repeat("@x ", 49) + "@ann":    "u1",
		strings.Repeat("@x ", 50) + "@ann":    "",
	} {
		got := mentionsOf(t, s, store, alice, "r", text)
		if got != want {
			t.Errorf("%.60q names %q, want %q", text, got, want)
		}
	}
}

func TestWhoHasOneNameIsNamedWithAllOthers(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	all := map[auth.UserID]string{}
	for i := range 12 {
		all[auth.UserID(fmt.Sprintf("u%02d", i))] = "Sam"
	}
	people(t, s, all)
	got := strings.Split(mentionsOf(t, s, store, alice, "r", "@sam"), ",")
	if len(got) != 10 || got[0] != "u00" || got[9] != "u09" {
		t.Errorf("named are %v", got)
	}
}

func TestOnlyReadersOfARoomAreNamed(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	everybody := map[auth.UserID]string{alice.ID: alice.Name, bob.ID: bob.Name, carol.ID: carol.Name}
	for i := range 15 { // more of the name than are named at most, before the member
		everybody[auth.UserID(fmt.Sprintf("a%02d", i))] = carol.Name
	}
	people(t, s, everybody)
	room := private(t, s, "secret")
	setMember(t, s, room, carol, rooms.RoleReader)
	setMember(t, s, room, auth.User{ID: "never-here"}, rooms.RoleMember)
	if got := mentionsOf(t, s, store, alice, room, "@bob @carol @never-here @Alice"); got != "carol,never-here,alice" {
		t.Errorf("in a private room %q are named", got)
	}
	setMember(t, s, room, carol, rooms.RoleNone)
	within(t, "who was taken out is not named", func() bool { return mentionsOf(t, s, store, alice, room, "@carol") == "" })

	direct, err := s.OpenDirect(ctx, alice, string(bob.ID))
	if err != nil {
		t.Fatal(err)
	}
	if got := mentionsOf(t, s, store, alice, direct.Room.ID, "@bob @carol @room"); got != "bob" {
		t.Errorf("in a direct room %q are named", got)
	}

	public, _, err := s.CreateRoom(ctx, alice, rooms.CreateRoomInput{ID: "open", Name: "Open", Type: rooms.TypePublic})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "open", UserID: string(bob.ID), BannedUntil: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if got := mentionsOf(t, s, store, alice, public.Room.ID, "@bob @a00"); got != "a00" {
		t.Errorf("in a public room %q are named", got)
	}
	if got := mentionsOf(t, s, store, alice, public.Room.ID, "@room, all of you"); got != rooms.MentionRoom {
		t.Errorf("the owner names %q", got)
	}
	if got := mentionsOf(t, s, store, carol, public.Room.ID, "@room"); got != "" {
		t.Errorf("somebody names %q", got)
	}
}

func TestAnEditNamesNobody(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	people(t, s, map[auth.UserID]string{bob.ID: bob.Name, carol.ID: carol.Name})
	sent := send(t, s, "r", "@"+bob.Name, "")
	notifiedOf(t, s, bob, 1)
	if _, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: sent.Seq, Text: "@carol instead"}); err != nil {
		t.Fatal(err)
	}
	send(t, s, "r", "@carol", "") // its notification comes behind whatever the edit makes
	notifiedOf(t, s, carol, 1)
	notifiedOf(t, s, bob, 1)
	events, err := store.Log.Since(context.Background(), "r", 0, rooms.Page{Events: 10})
	if err != nil || events[0].Mentions != `["bob"]` || events[1].Mentions != "" {
		t.Errorf("stored %+v, %v", events, err)
	}
}

// notifiedOf waits for a user's notifications to be n, newest first.
func notifiedOf(t testing.TB, s *rooms.Service, user auth.User, n int) []rooms.Notification {
	t.Helper()
	var page rooms.NotificationPage
	within(t, fmt.Sprintf("%s has %d notifications", user.ID, n), func() bool {
		var err error
		if page, err = s.Notifications(context.Background(), user, rooms.NotificationsInput{}); err != nil {
			t.Fatal(err)
		}
		return len(page.Notifications) >= n
	})
	if len(page.Notifications) != n {
		t.Errorf("%s has %d notifications, want %d: %+v", user.ID, len(page.Notifications), n, page.Notifications)
	}
	return page.Notifications
}

func TestTheAbsentAreNotified(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	people(t, s, map[auth.UserID]string{bob.ID: "Bob", carol.ID: "Carol"})
	s.Connected(carol.ID)
	long := "@bob @carol @alice " + strings.Repeat("é", 300)
	sent, err := s.SendWait(ctx, alice, rooms.SendInput{RoomID: "r", Text: long})
	if err != nil {
		t.Fatal(err)
	}
	list := notifiedOf(t, s, bob, 1)
	want := fmt.Sprintf(`{"roomId":"r","seq":%d,"messageId":%q,"author":"alice","authorName":"Alice","text":%q}`, sent.Seq, sent.ID, string([]rune(long)[:200]))
	if list[0].Kind != rooms.KindMention || string(list[0].Fields) != want {
		t.Errorf("bob is told %s %s, want %s", list[0].Kind, list[0].Fields, want)
	}

	direct, err := s.OpenDirect(ctx, alice, string(bob.ID))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"are you there?", "@bob"} {
		if err := sendAs(s, alice, direct.Room.ID, text); err != nil {
			t.Fatal(err)
		}
	}
	room := private(t, s, "secret")
	setMember(t, s, room, bob, rooms.RoleMember)
	setMember(t, s, room, carol, rooms.RoleMember)
	if err := sendAs(s, alice, room, "@room"); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, n := range notifiedOf(t, s, bob, 5) {
		kinds = append(kinds, n.Kind)
	}
	slices.Sort(kinds)
	if got := strings.Join(kinds, " "); got != "direct invitation mention mention mention" {
		t.Errorf("bob is told %s", got)
	}
	told := notifiedOf(t, s, carol, 1) // that she was let in, though she is here
	if want := `{"roomId":"secret","roomName":"The room secret","author":"alice"}`; told[0].Kind != rooms.KindInvitation || string(told[0].Fields) != want {
		t.Errorf("carol is told %s %s", told[0].Kind, told[0].Fields)
	}
	notifiedOf(t, s, alice, 0)

	s.Disconnected(carol.ID)
	if err := sendAs(s, alice, "r", "@carol again"); err != nil {
		t.Fatal(err)
	}
	notifiedOf(t, s, carol, 2)
}

// Only who comes into a room is told of it: not whom somebody makes less, or more, of what he is.
func TestOnlyWhoIsLetInIsToldOfAnInvitation(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	serve(t, store, rooms.Options{}) // makes the notifications of rooms that are its own
	room, open := private(t, s, "secret"), publicRoom(t, s, "open")
	for _, role := range []rooms.Role{rooms.RoleMember, rooms.RoleReader, rooms.RoleModerator, rooms.RoleMember, rooms.RoleNone, rooms.RoleReader} {
		setMember(t, s, room, bob, role)
	}
	for _, role := range []rooms.Role{rooms.RoleReader, rooms.RoleMember, rooms.RoleModerator} { // muted, and no more
		setMember(t, s, open, bob, role)
	}
	setMember(t, s, room, carol, rooms.RoleReader)
	setMember(t, s, open, auth.User{ID: "dan"}, rooms.RoleMember)
	for _, last := range []auth.UserID{"dan", carol.ID} { // the last events of the two rooms
		for _, n := range notifiedOf(t, s, auth.User{ID: last}, 1) {
			if n.Kind != rooms.KindInvitation {
				t.Errorf("%s is told %s", last, n.Kind)
			}
		}
	}
	for _, n := range notifiedOf(t, s, bob, 2) {
		if n.Kind != rooms.KindInvitation || !strings.Contains(string(n.Fields), `"roomId":"secret"`) {
			t.Errorf("bob is told %s %s", n.Kind, n.Fields)
		}
	}
}

// askedProfiles counts the questions to a store's profiles.
type askedProfiles struct {
	rooms.Profiles
	questions atomic.Int64
}

func (a *askedProfiles) NamedProfiles(ctx context.Context, keys []string, among []auth.UserID, most int) ([]rooms.Profile, error) {
	a.questions.Add(1)
	return a.Profiles.NamedProfiles(ctx, keys, among, most)
}

// countedProfiles counts those of Profiles, too, whose name the field has.
type countedProfiles struct{ *askedProfiles }

func (c countedProfiles) Profiles(ctx context.Context, users []auth.UserID) ([]rooms.Profile, error) {
	c.questions.Add(1)
	return c.askedProfiles.Profiles.Profiles(ctx, users)
}

func TestATextWithoutAnAtAsksForNoProfile(t *testing.T) {
	store := newStore(t)
	counted := &askedProfiles{Profiles: store.Profiles}
	store.Profiles = countedProfiles{counted}
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "r", "the first looks up her name", "")
	before := counted.questions.Load()
	for _, text := range []string{"nothing", "mail to a.b@example.com, please", strings.Repeat("x", 8000)} {
		send(t, s, "r", text, "")
	}
	if n := counted.questions.Load() - before; n != 0 {
		t.Errorf("the store was asked %d times", n)
	}
	send(t, s, "r", "@bob", "")
	if n := counted.questions.Load() - before; n != 2 {
		t.Errorf("for a name the store was asked %d times, want 2", n)
	}
}

// lookedUp counts the members that are looked up one by one, and the reads of some of them.
type lookedUp struct {
	members
	alone, together atomic.Int64
}

func (l *lookedUp) Member(ctx context.Context, room rooms.RoomID, user auth.UserID) (rooms.Member, error) {
	l.alone.Add(1)
	return l.members.Member(ctx, room, user)
}

func (l *lookedUp) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	if q.Users != nil {
		l.together.Add(1)
	}
	return l.members.Members(ctx, room, q)
}

// In a room of more members than are remembered all who are named are looked up at once.
func TestManyWhoAreNamedInALargeRoomAreOneRead(t *testing.T) {
	const large, named = 5_001, 40
	store := newStore(t)
	looked := &lookedUp{members: store.Members}
	store.Members = looked
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "large")
	everybody := map[auth.UserID]string{}
	var text strings.Builder
	for i := range named {
		user := auth.UserID(fmt.Sprintf("u%04d", i))
		everybody[user] = "Person " + string(user)
		fmt.Fprintf(&text, "@%s ", user)
	}
	everybody["stranger"] = "Stranger"
	people(t, s, everybody)
	group := new(errgroup.Group)
	group.SetLimit(100) // what comes together is written together
	for i := range large {
		m := rooms.Member{RoomID: room, UserID: auth.UserID(fmt.Sprintf("u%04d", i)), Role: rooms.RoleMember, Seq: 1}
		group.Go(func() error { return store.Members.PutMember(context.Background(), m) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	fresh, _ := serve(t, store, rooms.Options{}) // remembers nothing of before
	send := func() string { return mentionsOf(t, fresh, store, alice, room, text.String()+"@stranger") }
	send() // the sender is looked up alone
	alone, together := looked.alone.Load(), looked.together.Load()
	if got := strings.Split(send(), ","); len(got) != named || slices.Contains(got, "stranger") {
		t.Errorf("named are %v", got)
	}
	// One by the send; behind it the notifiers of both read, for this message and perhaps still for the one before.
	if n := looked.together.Load() - together; n < 1 || n > named/4 {
		t.Errorf("%d reads of all who are named", n)
	}
	if n := looked.alone.Load() - alone; n >= named {
		t.Errorf("%d members are looked up one by one", n)
	}
}
