package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func ptr[T ~string](text T) *T { return &text }

func updateProfile(t testing.TB, s *rooms.Service, user auth.User, in rooms.UpdateProfileInput) rooms.Profile {
	t.Helper()
	p, err := s.UpdateProfile(context.Background(), user, in)
	if err != nil {
		t.Fatalf("update the profile of %s: %v", user.ID, err)
	}
	return p
}

func profileName(s *rooms.Service, id string) string {
	p, err := s.Profile(context.Background(), id)
	if err != nil {
		return "error: " + string(rooms.AsError(err).Code)
	}
	return p.Name
}

func TestWhoComesHasAProfileOfHisToken(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	if _, err := s.Profile(context.Background(), "alice"); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Fatalf("before anybody came: %v", err)
	}
	s.Met(alice)
	within(t, "alice has a profile", func() bool { return profileName(s, "alice") == "Alice" })
	if err := sendAs(s, bob, "r", "here too"); err != nil {
		t.Fatal(err)
	}
	within(t, "who sends has one", func() bool { return profileName(s, string(bob.ID)) == bob.Name })
	renamed := alice
	renamed.Name = "  Alice\u202e L.\x07 "
	s.Met(renamed)
	within(t, "another name in the token is taken, made fit to be shown", func() bool { return profileName(s, "alice") == "Alice L." })
}

func TestANameSetByHandStandsAboveTheTokens(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	other, _ := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	send(t, s, "r", "one", "")
	if err := sendAs(other, alice, "r", "two"); err != nil { // the other instance remembers her now
		t.Fatal(err)
	}
	if p := updateProfile(t, s, alice, rooms.UpdateProfileInput{Name: ptr(" Ally 🦊 ")}); p.Name != "Ally 🦊" || !p.Given {
		t.Errorf("the profile is %+v", p)
	}
	renamed := alice
	renamed.Name = "Alice Liddell"
	if err := sendAs(s, renamed, "r", "three"); err != nil {
		t.Fatal(err)
	}
	within(t, "the other instance knows the new name", func() bool {
		if err := sendAs(other, alice, "r", "four"); err != nil {
			t.Fatal(err)
		}
		all := stored(t, store, "r")
		return all[len(all)-1].AuthorName == "Ally 🦊"
	})
	if p := updateProfile(t, s, renamed, rooms.UpdateProfileInput{Name: ptr("")}); p.Name != "Alice Liddell" || p.Given {
		t.Errorf("after the name was cleared the profile is %+v", p)
	}
	if err := sendAs(s, renamed, "r", "five"); err != nil {
		t.Fatal(err)
	}
	all := stored(t, store, "r")
	for i, want := range map[int]string{0: "Alice", 1: "Alice", 2: "Ally 🦊", len(all) - 1: "Alice Liddell"} {
		if all[i].AuthorName != want {
			t.Errorf("%q is said by %q, want %q", all[i].Text, all[i].AuthorName, want)
		}
	}
}

func TestWhatNoProfileHoldsIsRefused(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	long := strings.Repeat("é", rooms.MaxProfileName)
	for _, name := range []string{"a\x00b", "a\u202eb", "a\u2066b", "line\nbreak", "\xff", long + "e", "\u200b\u200d", " \u00a0 \u0301"} {
		_, err := s.UpdateProfile(context.Background(), alice, rooms.UpdateProfileInput{Name: &name})
		if e := wantCode(t, "name "+name, err, rooms.CodeBadRequest); e.Field != "name" {
			t.Errorf("%q: the field is %q", name, e.Field)
		}
	}
	for _, avatar := range []string{
		"http://example.com/a.png", "javascript:alert(1)", "data:image/png;base64,AA", "https:", "https://", "https:///a", "//example.com/a", "a.png",
		"https://user:secret@example.com/a", "https://example.com/a b", "https://example.com/\u202egnp", "https://example.com/" + strings.Repeat("a", rooms.MaxAvatar),
	} {
		_, err := s.UpdateProfile(context.Background(), alice, rooms.UpdateProfileInput{Avatar: &avatar})
		if e := wantCode(t, "avatar "+avatar, err, rooms.CodeBadRequest); e.Field != "avatar" {
			t.Errorf("%q: the field is %q", avatar, e.Field)
		}
	}
	for _, status := range []rooms.Status{"away", "idle", "offline", "ONLINE"} {
		_, err := s.UpdateProfile(context.Background(), alice, rooms.UpdateProfileInput{Status: &status})
		if e := wantCode(t, "status", err, rooms.CodeBadRequest); e.Field != "status" {
			t.Errorf("%q: the field is %q", status, e.Field)
		}
	}
	if name := profileName(s, "alice"); name != "error: NOT_FOUND" {
		t.Errorf("half of it was stored: %q", name)
	}
	for _, name := range []string{long, "👩\u200d👩\u200d👧\u200d👦", "Å\u0301", "<script>", "O'Brien"} {
		if p := updateProfile(t, s, alice, rooms.UpdateProfileInput{Name: &name, Avatar: ptr("https://example.com/a.png?size=1")}); p.Name != name {
			t.Errorf("%q is kept as %q", name, p.Name)
		}
	}
}

func TestProfilesAreFoundPageByPage(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	for _, id := range []string{"u1", "u2", "u3"} {
		updateProfile(t, s, auth.User{ID: auth.UserID(id), Name: "Ann Lee"}, rooms.UpdateProfileInput{})
	}
	first, more, err := s.SearchProfiles(context.Background(), rooms.SearchProfilesInput{Query: " LEE", Limit: 2})
	if err != nil || len(first) != 2 || !more || first[1].UserID != "u2" {
		t.Errorf("the first page is %+v, more %t, %v", first, more, err)
	}
	rest, more, err := s.SearchProfiles(context.Background(), rooms.SearchProfilesInput{Query: "lee", After: "u2", Limit: 2})
	if err != nil || len(rest) != 1 || more {
		t.Errorf("the last page is %+v, more %t, %v", rest, more, err)
	}
	for field, in := range map[string]rooms.SearchProfilesInput{
		"query": {Query: "a\x00"}, "limit": {Limit: 101}, "after": {After: "a\x00"},
	} {
		_, _, err := s.SearchProfiles(context.Background(), in)
		if e := wantCode(t, field, err, rooms.CodeBadRequest); e.Field != field {
			t.Errorf("%+v: the field is %q", in, e.Field)
		}
	}
	if _, _, err := s.SearchProfiles(context.Background(), rooms.SearchProfilesInput{Query: strings.Repeat("\ufdfa", rooms.MaxProfileQuery)}); err != nil {
		t.Errorf("a query that grows when it is made a key: %v", err)
	}
}

func TestErasureTakesTheProfile(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	updateProfile(t, s, alice, rooms.UpdateProfileInput{Name: ptr("Ally")})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Erase(ctx, alice.ID, func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	if name := profileName(s, "alice"); name != "error: NOT_FOUND" {
		t.Errorf("the profile is still there: %q", name)
	}
	if err := sendAs(s, alice, "r", "back again"); err != nil {
		t.Fatal(err)
	}
	within(t, "who comes back has his token's name", func() bool { return profileName(s, "alice") == "Alice" })
}

// profileStore is rooms.Profiles by a name that none of its methods has.
type profileStore = rooms.Profiles

// meetingProfiles holds the first look-up back, and lets a change of others through once so many are asked for together.
type meetingProfiles struct {
	profileStore
	entered, let chan struct{} // of the first look-up
	enough       int
	changes      *atomic.Int32
	all          chan struct{} // closed when enough are asked for
}

const early = auth.UserID("early")

func (m meetingProfiles) Profiles(ctx context.Context, users []auth.UserID) ([]rooms.Profile, error) {
	if slices.Contains(users, early) && m.changes.Load() == 0 {
		select {
		case m.entered <- struct{}{}:
			<-m.let
		default:
		}
	}
	return m.profileStore.Profiles(ctx, users)
}

func (m meetingProfiles) ChangeProfile(ctx context.Context, user auth.UserID, c rooms.ProfileChange) (rooms.Profile, error) {
	if user != early {
		if int(m.changes.Add(1)) == m.enough {
			close(m.all)
		}
		select {
		case <-m.all:
		case <-ctx.Done():
			return rooms.Profile{}, ctx.Err()
		}
	}
	return m.profileStore.ChangeProfile(ctx, user, c)
}

func TestNamesOfThoseWhoComeTogetherAreWrittenTogether(t *testing.T) {
	const together = 8
	store := newStore(t)
	m := meetingProfiles{
		profileStore: store.Profiles, entered: make(chan struct{}, 1), let: make(chan struct{}), enough: together, changes: new(atomic.Int32), all: make(chan struct{}),
	}
	store.Profiles = m
	s, _ := serve(t, store, rooms.Options{})
	s.Met(auth.User{ID: early, Name: "Early"})
	<-m.entered
	var users []auth.UserID
	for i := range together {
		user := auth.User{ID: auth.UserID(fmt.Sprint("u", i)), Name: fmt.Sprint("User ", i)}
		users = append(users, user.ID)
		s.Met(user)
	}
	close(m.let)
	within(t, "all have their names", func() bool {
		list, err := s.Profiles(context.Background(), users)
		return err == nil && len(list) == together && list[together-1].Name == "User 7"
	})
}
