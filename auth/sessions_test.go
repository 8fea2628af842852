package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// kept holds sessions in memory, as their contract says.
type kept struct {
	mu   sync.Mutex
	list []AccountSession
	away error // of SeeSessions
	seen [][]SeenSession
}

var _ SessionStore = (*kept)(nil)

func (k *kept) CreateSession(_ context.Context, s AccountSession) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, s)
	return nil
}

func (k *kept) Sessions(_ context.Context, user UserID) ([]AccountSession, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(k.list), func(s AccountSession) bool { return s.User != user }), nil
}

func (k *kept) SeeSessions(_ context.Context, seen []SeenSession) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen = append(k.seen, seen)
	return k.away
}

func (k *kept) RemoveSessions(_ context.Context, user UserID, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = slices.DeleteFunc(k.list, func(s AccountSession) bool { return s.User == user && (id == "" || s.ID == id) })
	return nil
}

func TestOneSessionTooManyEndsTheOneSeenLeastLately(t *testing.T) {
	store := &kept{}
	var ended []string
	accounts := NewAccounts(&shelf{accounts: map[string]Account{}}, testTokens(t, "", ""), AccountOptions{
		Now: func() time.Time { return testNow }, Sessions: store,
		EndSession: func(ctx context.Context, s AccountSession) error {
			ended = append(ended, s.ID)
			return store.RemoveSessions(ctx, s.User, s.ID)
		},
	})
	accounts.passwords.derive = func(password, _ []byte, _, _ uint32, _ uint8, length uint32) []byte { return make([]byte, length) }
	in, err := accounts.Register(t.Context(), Client{}, "Ann", goodPassword) // the first of hers
	if err != nil {
		t.Fatal(err)
	}
	session := func(user UserID, id string, seen, ends time.Duration) {
		s := AccountSession{ID: id, User: user, CreatedAt: testNow.Add(-time.Hour), SeenAt: testNow.Add(seen), ExpiresAt: testNow.Add(ends)}
		if err := store.CreateSession(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxSessions - 2 {
		session(in.User.ID, fmt.Sprint("device ", i), -time.Duration(i)*time.Second, time.Hour)
	}
	session(in.User.ID, "over", -2*time.Hour, 0)
	session("a:other", "another's", -2*time.Hour, time.Hour)
	login := func() {
		t.Helper()
		if _, err := accounts.Login(t.Context(), Client{}, "Ann", goodPassword); err != nil {
			t.Fatal(err)
		}
	}
	if login(); len(ended) != 0 {
		t.Errorf("of as many as there may be, %q ended", ended)
	}
	login()
	login()
	if want := []string{fmt.Sprint("device ", maxSessions-3), fmt.Sprint("device ", maxSessions-4)}; !slices.Equal(ended, want) {
		t.Errorf("ended are %q, want %q", ended, want)
	}
}

func TestSessionsAreSeenNowAndThen(t *testing.T) {
	store, at := &kept{}, newClock()
	seen := NewLastSeen(store, at.now, nil)
	tokens := testTokens(t, "", "").WithLastSeen(seen)
	write := func(want ...SeenSession) {
		t.Helper()
		store.seen = nil
		if err := seen.Write(t.Context()); !errors.Is(err, store.away) {
			t.Fatal(err)
		}
		if got := slices.Concat(store.seen...); !slices.Equal(got, want) {
			t.Errorf("written is %v, want %v", got, want)
		}
	}
	// Making a token verifies it, and what was verified is seen.
	_, ann, err := tokens.issueLocal(User{ID: "a:ann", Name: "Ann"}, time.Hour, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Issue(User{ID: "bob", Name: "Bob"}, time.Hour); err != nil { // has no session here
		t.Fatal(err)
	}
	seen.Note(User{ID: "a:keyed"}) // shows no token
	first := SeenSession{User: "a:ann", ID: ann.User.Token.ID, At: at.now()}
	write(first)
	at.forward(seenEvery - time.Millisecond)
	seen.Note(ann.User)
	write() // too soon
	at.forward(time.Millisecond)
	seen.Note(ann.User)
	seen.Note(ann.User)
	write(SeenSession{User: "a:ann", ID: first.ID, At: first.At.Add(seenEvery)})

	at.forward(seenEvery)
	store.away = errors.New("away")
	seen.Note(ann.User)
	write(SeenSession{User: "a:ann", ID: first.ID, At: first.At.Add(2 * seenEvery)})
	store.away = nil
	write() // lost: it is seen some minutes later
	at.forward(seenEvery)
	for i := range maxSeen + 1 {
		seen.Note(User{ID: "a:many", Token: &Token{ID: fmt.Sprint(i)}})
	}
	seen.Note(ann.User) // there is no room
	store.seen = nil
	if err := seen.Write(t.Context()); err != nil || len(store.seen) != 1 || len(store.seen[0]) != maxSeen {
		t.Errorf("%d are written, %v", len(slices.Concat(store.seen...)), err)
	}
	seen.Note(ann.User) // now there is
	write(SeenSession{User: "a:ann", ID: first.ID, At: first.At.Add(3 * seenEvery)})
	at.forward(seenEvery)
	if write(); len(seen.noted) != 0 {
		t.Errorf("%d are remembered for longer than %s", len(seen.noted), seenEvery)
	}
}

// To see who is here ends nobody's session, and asks of nobody whether it should.
func TestWhoIsHereIsSeenWithoutBeingAskedToEnd(t *testing.T) {
	store, at := &kept{}, newClock()
	seen := NewLastSeen(store, at.now, nil)
	here := &onlyHere{house: house{users: []User{shown("a:ann", "s1", testNow), shown("a:ann", "s2", testNow), shown("bob", "", testNow)}}, t: t}
	if err := seen.look(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	want := []SeenSession{{User: "a:ann", ID: "s1", At: at.now()}, {User: "a:ann", ID: "s2", At: at.now()}}
	if got := slices.Concat(store.seen...); !slices.Equal(got, want) {
		t.Errorf("written is %v, want %v", got, want)
	}
}

// onlyHere are live sessions that nobody may ask to end.
type onlyHere struct {
	house
	t *testing.T
}

func (h *onlyHere) End(func(User) bool) { h.t.Error("sessions are asked whether they are to end") }
