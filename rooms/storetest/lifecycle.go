package storetest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func closeEndsEverything(t *testing.T, o Opened) {
	mustAppend(t, o, Message("general", 1))
	w := watch(t, o)
	if err := o.Close(waiting(t)); err != nil {
		t.Fatalf("close: %v", err)
	}
	if w.Ended(t) == nil {
		t.Error("the watch ended without an error")
	}
	if err := o.Close(waiting(t)); err != nil {
		t.Errorf("closed a second time: %v", err)
	}
	for name, call := range calls(o) {
		if err := call(waiting(t)); err == nil {
			t.Errorf("%s succeeded on a closed store", name)
		}
	}
}

func cancelledCallsReturn(t *testing.T, o Opened) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range calls(o) {
		start := time.Now()
		if err := call(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want %v", name, err, context.Canceled)
		}
		if took := time.Since(start); took > patience/2 {
			t.Errorf("%s took %v to notice its context", name, took)
		}
	}
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}))
}

// calls are all the calls of a store that take a context, but for those of Foreign.
func calls(o Opened) map[string]func(ctx context.Context) error {
	log, catalog := o.Store.Log, o.Store.Catalog
	all := map[string]func(ctx context.Context) error{
		"Append": func(ctx context.Context) error { return log.Append(ctx, Messages("general", 1, 2)) },
		"Find": func(ctx context.Context) error {
			_, err := log.Find(ctx, Messages("general", 1, 2))
			return err
		},
		"Since": func(ctx context.Context) error {
			_, err := log.Since(ctx, "general", 0, rooms.Page{})
			return err
		},
		"Before": func(ctx context.Context) error {
			_, err := log.Before(ctx, "general", 10, rooms.Page{})
			return err
		},
		"Highest": func(ctx context.Context) error {
			_, err := log.Highest(ctx, "general")
			return err
		},
		"Newest": func(ctx context.Context) error {
			_, err := log.Newest(ctx, []rooms.RoomID{"general"}, 1)
			return err
		},
		"Watch": func(ctx context.Context) error { return o.Store.Stream.Watch(ctx, &ignore{}) },
		"Beat":  func(ctx context.Context) error { return o.Store.Stream.Beat(ctx, "one") },
		"Room": func(ctx context.Context) error {
			_, err := catalog.Room(ctx, "general")
			return err
		},
		"CreateRoom": func(ctx context.Context) error {
			_, err := catalog.CreateRoom(ctx, rooms.Room{ID: "general", Name: "general", Type: rooms.TypePublic})
			return err
		},
		"Rooms": func(ctx context.Context) error {
			_, err := catalog.Rooms(ctx, "", 10)
			return err
		},
		"LogID": func(ctx context.Context) error {
			_, err := catalog.LogID(ctx)
			return err
		},
		"CreateAccount": func(ctx context.Context) error {
			return o.Accounts.CreateAccount(ctx, auth.Account{ID: "a:1", Name: "Ann"})
		},
		"AccountByName": func(ctx context.Context) error {
			_, err := o.Accounts.AccountByName(ctx, "Ann")
			return err
		},
	}
	maps.Copy(all, laterCalls(o))
	return all
}

type ignore struct{}

func (*ignore) Opened()                 {}
func (*ignore) Arrived([]rooms.Arrival) {}

func reopenKeepsAll(t *testing.T, o Opened) {
	events := Messages("general", 1, 10)
	mustAppend(t, o, events...)
	room := mustCreateRoom(t, o, rooms.Room{ID: "general", Name: "General", Type: rooms.TypePublic, CreatedAt: time.Now()})
	account := auth.Account{ID: "a:1", Name: "Ann", PasswordHash: "hash", Roles: []string{"admin"}, CreatedAt: now()}
	if err := o.Accounts.CreateAccount(waiting(t), account); err != nil {
		t.Fatal(err)
	}
	logID := mustLogID(t, o)

	o = o.Reopen(t)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), events...)
	if got, err := o.Store.Catalog.Room(waiting(t), "general"); err != nil || got != room {
		t.Errorf("the room is %+v (%v), was %+v", got, err, room)
	}
	wantAccount(t, o, "Ann", account)
	if got := mustLogID(t, o); got != logID {
		t.Errorf("the log's id is %q, was %q", got, logID)
	}
	taken := Message("general", 5)
	wantDuplicate(t, o.Store.Log.Append(waiting(t), []*rooms.Event{taken}), 0, rooms.UniqueSeq)
	repeated := Message("general", 11)
	repeated.ClientID = events[3].ClientID
	wantDuplicate(t, o.Store.Log.Append(waiting(t), []*rooms.Event{repeated}), 0, rooms.UniqueClientID)
	mustAppend(t, o, Message("general", 11))
}
