package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// now is the time in the precision that stores keep.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func mustCreateRoom(t *testing.T, o Opened, room rooms.Room) rooms.Room {
	t.Helper()
	got, err := o.Store.Catalog.CreateRoom(waiting(t), room)
	if err != nil {
		t.Fatalf("create room: %v", err)
	}
	return got
}

func mustLogID(t *testing.T, o Opened) string {
	t.Helper()
	id, err := o.Store.Catalog.LogID(waiting(t))
	if err != nil || id == "" {
		t.Fatalf("log id %q: %v", id, err)
	}
	return id
}

func catalog(t *testing.T, o Opened) {
	_, err := o.Store.Catalog.Room(waiting(t), "general")
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != rooms.CodeNotFound {
		t.Fatalf("a room that is not there: %v, want %s", err, rooms.CodeNotFound)
	}
	if got, err := o.Store.Catalog.Rooms(waiting(t), "", 10); err != nil || len(got) != 0 {
		t.Fatalf("rooms of an empty store: %v, %v", got, err)
	}

	var made []rooms.Room
	for _, id := range []rooms.RoomID{"a", "a.b", "a:b", "aa", "b"} { // in the order of their bytes
		room := rooms.Room{ID: id, Name: "Name of " + string(id), Type: rooms.TypePublic, Topic: "é", CreatedAt: now()}
		if got := mustCreateRoom(t, o, room); got != room {
			t.Fatalf("made %+v, want %+v", got, room)
		}
		made = append(made, room)
	}
	if got, err := o.Store.Catalog.Room(waiting(t), "a:b"); err != nil || got != made[2] {
		t.Fatalf("read %+v, %v, want %+v", got, err, made[2])
	}
	again := rooms.Room{ID: "a", Name: "another", Type: rooms.TypePublic, CreatedAt: now()}
	if got := mustCreateRoom(t, o, again); got != made[0] {
		t.Fatalf("made a second time: %+v, want the first %+v", got, made[0])
	}
	for _, c := range []struct {
		after rooms.RoomID
		limit int
		want  []rooms.Room
	}{
		{"", 10, made}, {"", 2, made[:2]}, {"a", 2, made[1:3]}, {"a.b", 10, made[2:]},
		{"a0", 10, made[2:]}, {"b", 10, nil}, {"~", 10, nil},
	} {
		got, err := o.Store.Catalog.Rooms(waiting(t), c.after, c.limit)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("rooms after %q: %v, %v, want %v", c.after, got, err, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Fatalf("rooms after %q: %+v, want %+v", c.after, got, c.want)
			}
		}
	}
}

func catalogOfTwo(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	if a, b := mustLogID(t, instances[0]), mustLogID(t, instances[1]); a != b {
		t.Errorf("the instances have log ids %q and %q", a, b)
	}
	const makers = 8
	got := make([]rooms.Room, makers)
	var wg sync.WaitGroup
	for k := range makers {
		wg.Go(func() {
			room := rooms.Room{ID: "general", Name: fmt.Sprintf("made by %d", k), Type: rooms.TypePublic, CreatedAt: now()}
			var err error
			if got[k], err = instances[k%2].Store.Catalog.CreateRoom(waiting(t), room); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for k := range got {
		if got[k] != got[0] || got[k].Name == "" {
			t.Errorf("maker %d got %+v, maker 0 got %+v", k, got[k], got[0])
		}
	}
}

func wantAccount(t *testing.T, o Opened, name string, want auth.Account) {
	t.Helper()
	got, err := o.Accounts.AccountByName(waiting(t), name)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("account %q is %+v, %v, want %+v", name, got, err, want)
	}
}

func accounts(t *testing.T, o Opened) {
	if _, err := o.Accounts.AccountByName(waiting(t), "Ann"); !errors.Is(err, auth.ErrNoAccount) {
		t.Fatalf("an account that is not there: %v, want %v", err, auth.ErrNoAccount)
	}
	ann := auth.Account{ID: "a:1", Name: "Ann", PasswordHash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", Roles: []string{"admin", "x"}, CreatedAt: now()}
	eve := auth.Account{ID: "a:2", Name: "Ève", PasswordHash: "h", CreatedAt: now()}
	for _, a := range []auth.Account{ann, eve} {
		if err := o.Accounts.CreateAccount(waiting(t), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, taken := range []string{"Ann", "ann", "ANN", "ève"} {
		err := o.Accounts.CreateAccount(waiting(t), auth.Account{ID: "a:3", Name: taken, PasswordHash: "x", CreatedAt: now()})
		if !errors.Is(err, auth.ErrNameTaken) {
			t.Fatalf("the name %q: %v, want %v", taken, err, auth.ErrNameTaken)
		}
	}
	wantAccount(t, o, "Ann", ann)
	wantAccount(t, o, "aNN", ann)
	wantAccount(t, o, strings.ToUpper("ève"), eve)
	if _, err := o.Accounts.AccountByName(waiting(t), "An"); !errors.Is(err, auth.ErrNoAccount) {
		t.Fatalf("a part of a name: %v, want %v", err, auth.ErrNoAccount)
	}
}

func accountRace(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	const makers = 8
	made := make(chan auth.Account, makers)
	var wg sync.WaitGroup
	for k := range makers {
		wg.Go(func() {
			a := auth.Account{ID: auth.UserID(fmt.Sprintf("a:%d", k)), Name: "Ann", PasswordHash: "h", CreatedAt: now()}
			err := instances[k%2].Accounts.CreateAccount(waiting(t), a)
			switch {
			case err == nil:
				made <- a
			case !errors.Is(err, auth.ErrNameTaken):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(made) != 1 {
		t.Fatalf("the name was given %d times", len(made))
	}
	wantAccount(t, o, "ann", <-made)
}
