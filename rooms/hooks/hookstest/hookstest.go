// Package hookstest is the conformance suite of the stores of outgoing hooks: whatever implements hooks.Store and
// hooks.Cursors passes Run.
package hookstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// patience is how long a test waits for one call.
const patience = 20 * time.Second

// long is a lease that does not end in a test.
const long = time.Hour

// Store is both halves.
type Store interface {
	hooks.Store
	hooks.Cursors
}

// Run holds a store to its contract. open gives one without any hooks, and one more instance on the same data.
func Run(t *testing.T, open func(t *testing.T) (one, another Store)) {
	for name, test := range map[string]func(t *testing.T, one, another Store){
		"HooksAreKept": hooksAreKept, "CursorsAreKept": cursorsAreKept, "ClaimsExclude": claimsExclude, "ClaimsEnd": claimsEnd,
		"CursorsAreSet": cursorsAreSet, "OnlyOneClaims": onlyOneClaims, "CancelledCallsReturn": cancelledCallsReturn,
	} {
		t.Run(name, func(t *testing.T) {
			one, another := open(t)
			test(t, one, another)
		})
	}
}

func waiting(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func hookOf(id string, room rooms.RoomID) hooks.Hook {
	return hooks.Hook{
		ID: id, URL: "https://example.com/" + id, Room: room, Events: []string{"new_message"}, Sealed: []byte{0, 1, 255},
		CreatedBy: "ann", CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

func hooksAreKept(t *testing.T, one, another Store) {
	list := []hooks.Hook{hookOf("w_1", "a"), hookOf("w_2", ""), hookOf("w_3", "a"), hookOf("w_4", "ab")}
	list[1].Events = nil
	for _, h := range list {
		must(t, one.CreateHook(waiting(t), h))
	}
	for _, want := range list {
		if got, err := another.Hook(waiting(t), want.ID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := one.Hook(waiting(t), "w_9"); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("a hook that is none gives %v", err)
	}
	for _, c := range []struct {
		q    hooks.HookQuery
		want []string
	}{
		{hooks.HookQuery{Limit: 10}, []string{"w_1", "w_2", "w_3", "w_4"}}, {hooks.HookQuery{After: "w_1", Limit: 2}, []string{"w_2", "w_3"}},
		{hooks.HookQuery{Room: "a", Limit: 10}, []string{"w_1", "w_3"}}, {hooks.HookQuery{Room: "a", After: "w_1", Limit: 10}, []string{"w_3"}},
		{hooks.HookQuery{Room: "none", Limit: 10}, nil},
	} {
		got, err := another.Hooks(waiting(t), c.q)
		var ids []string
		for _, h := range got {
			ids = append(ids, h.ID)
		}
		if err != nil || !reflect.DeepEqual(ids, c.want) {
			t.Errorf("%+v gives %v, %v, want %v", c.q, ids, err, c.want)
		}
	}
	failure := hooks.Failure{At: list[0].CreatedAt, Reason: "the target answers 500", Room: "a", Seq: 7}
	must(t, one.FailHook(waiting(t), "w_1", 5, failure))
	if got, err := one.Hook(waiting(t), "w_1"); err != nil || got.Failed != nil {
		t.Errorf("marked failed by another revision: %+v, %v", got.Failed, err)
	}
	must(t, one.FailHook(waiting(t), "w_1", 0, failure))
	if got, err := another.Hook(waiting(t), "w_1"); err != nil || !reflect.DeepEqual(got.Failed, &failure) {
		t.Errorf("failed is %+v, %v, want %+v", got.Failed, err, failure)
	}
	must(t, one.PutCursors(waiting(t), []hooks.Cursor{{Hook: "w_1", Room: "a", Seq: 1}, {Hook: "w_1", Room: "b", Seq: 1}, {Hook: "w_10", Room: "a", Seq: 1}}))
	must(t, one.RemoveHook(waiting(t), "w_1"))
	must(t, one.RemoveHook(waiting(t), "w_1"))
	if _, err := another.Hook(waiting(t), "w_1"); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("the removed hook gives %v", err)
	}
	wantCursors(t, one, "w_1", "", 10)
	wantCursors(t, one, "w_10", "", 10, hooks.Cursor{Hook: "w_10", Room: "a", Seq: 1})
}

func wantCursors(t *testing.T, s Store, hook string, after rooms.RoomID, limit int, want ...hooks.Cursor) {
	t.Helper()
	got, err := s.Cursors(waiting(t), hook, after, limit)
	if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("the cursors are %+v, %v, want %+v", got, err, want)
	}
}

func cursorsAreKept(t *testing.T, one, another Store) {
	at := func(room rooms.RoomID, seq int64) hooks.Cursor {
		return hooks.Cursor{Hook: "w_1", Room: room, Seq: seq}
	}
	must(t, one.PutCursors(waiting(t), nil))
	must(t, one.PutCursors(waiting(t), []hooks.Cursor{at("a", 3), at("b.c", 0), at("b", 1<<52)}))
	must(t, another.PutCursors(waiting(t), []hooks.Cursor{at("a", 9), at("c", 4)}))
	wantCursors(t, another, "w_1", "", 10, at("a", 3), at("b", 1<<52), at("b.c", 0), at("c", 4))
	wantCursors(t, another, "w_1", "a", 2, at("b", 1<<52), at("b.c", 0))
	wantCursors(t, another, "w_1", "b", 1, at("b.c", 0))
	wantCursors(t, another, "w_", "", 10)
}

func claimsExclude(t *testing.T, one, another Store) {
	must(t, one.CreateHook(waiting(t), hookOf("w_1", "a")))
	first, err := one.Claim(waiting(t), "w_1", "a", "$owner", long)
	if err != nil || first.Seq != 0 || first.Epoch != 1 || first.Owner != "$owner" {
		t.Fatalf("claimed %+v, %v", first, err)
	}
	if _, err := another.Claim(waiting(t), "w_1", "a", "two", long); !errors.Is(err, hooks.ErrHeld) {
		t.Errorf("claimed by two: %v, want %v", err, hooks.ErrHeld)
	}
	again, err := one.Claim(waiting(t), "w_1", "a", "$owner", long)
	if err != nil || again != first {
		t.Errorf("claimed again: %+v, %v, want %+v", again, err, first)
	}
	moved := first
	moved.Seq, moved.Attempts, moved.LastError, moved.FailingSince = 7, 3, "$seq is what the target answers", time.Now().UTC().Truncate(time.Millisecond)
	must(t, one.Advance(waiting(t), moved, long))
	wantCursors(t, another, "w_1", "", 10, moved)
	well := moved
	well.Seq, well.Attempts, well.LastError, well.FailingSince = 8, 0, "", time.Time{}
	must(t, one.Advance(waiting(t), well, 0)) // and lets go
	second, err := another.Claim(waiting(t), "w_1", "a", "two", long)
	if err != nil || second.Seq != 8 || second.Epoch != 2 || !second.FailingSince.IsZero() || second.LastError != "" {
		t.Fatalf("claimed after that: %+v, %v", second, err)
	}
	moved.Seq = 9
	if err := one.Advance(waiting(t), moved, long); !errors.Is(err, hooks.ErrOvertaken) {
		t.Errorf("an old epoch moves the cursor: %v, want %v", err, hooks.ErrOvertaken)
	}
	wantCursors(t, one, "w_1", "", 10, second)
	must(t, one.RemoveHook(waiting(t), "w_1"))
	if err := another.Advance(waiting(t), second, long); !errors.Is(err, hooks.ErrOvertaken) {
		t.Errorf("a cursor that was removed is moved: %v, want %v", err, hooks.ErrOvertaken)
	}
	if _, err := another.Claim(waiting(t), "w_1", "a", "two", long); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("a cursor of no hook is claimed: %v", err)
	}
}

// claimsEnd waits for the end of a lease by asking.
func claimsEnd(t *testing.T, one, another Store) {
	must(t, one.CreateHook(waiting(t), hookOf("w_1", "a")))
	const lease = 200 * time.Millisecond
	begun := time.Now()
	first, err := one.Claim(waiting(t), "w_1", "a", "one", lease)
	must(t, err)
	for ctx := waiting(t); ; {
		second, err := another.Claim(ctx, "w_1", "a", "two", long)
		if errors.Is(err, hooks.ErrHeld) {
			continue
		}
		must(t, err)
		// Stores keep times to the millisecond.
		if took := time.Since(begun); took < lease-time.Millisecond || second.Epoch != first.Epoch+1 {
			t.Errorf("claimed after %s with epoch %d", took, second.Epoch)
		}
		return
	}
}

func cursorsAreSet(t *testing.T, one, another Store) {
	must(t, one.CreateHook(waiting(t), hookOf("w_1", "a")))
	held, err := one.Claim(waiting(t), "w_1", "a", "one", long)
	must(t, err)
	must(t, one.FailHook(waiting(t), "w_1", 0, hooks.Failure{At: time.Now(), Reason: "x", Room: "a", Seq: 1}))
	must(t, another.SetCursor(waiting(t), "w_1", "a", 5))
	if err := one.Advance(waiting(t), held, long); !errors.Is(err, hooks.ErrOvertaken) {
		t.Errorf("who had claimed it moves it: %v, want %v", err, hooks.ErrOvertaken)
	}
	if h, err := one.Hook(waiting(t), "w_1"); err != nil || h.Failed != nil || h.Revision != 1 {
		t.Errorf("the hook is %+v, %v", h, err)
	}
	if c, err := one.Claim(waiting(t), "w_1", "a", "two", long); err != nil || c.Seq != 5 || c.Attempts != 0 {
		t.Errorf("claimed after it was set: %+v, %v", c, err)
	}
	must(t, one.SetCursor(waiting(t), "w_1", "b", 6)) // was not there
	if got, err := one.Cursors(waiting(t), "w_1", "a", 10); err != nil || len(got) != 1 || got[0].Seq != 6 {
		t.Errorf("the new cursor is %+v, %v", got, err)
	}
	if err := one.SetCursor(waiting(t), "w_9", "a", 5); rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("a cursor of no hook is set: %v", err)
	}
}

// onlyOneClaims has many claim a cursor that is not there yet.
func onlyOneClaims(t *testing.T, one, another Store) {
	must(t, one.CreateHook(waiting(t), hookOf("w_1", "")))
	const claimants = 8
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for i := range claimants {
		wg.Go(func() {
			store := []Store{one, another}[i%2]
			_, err := store.Claim(waiting(t), "w_1", "a", fmt.Sprint("owner ", i), long)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, hooks.ErrHeld) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d have claimed it", won)
	}
}

func cancelledCallsReturn(t *testing.T, s, _ Store) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range map[string]func() error{
		"CreateHook": func() error { return s.CreateHook(cancelled, hookOf("w_1", "a")) },
		"Hook":       func() error { _, err := s.Hook(cancelled, "w_1"); return err },
		"Hooks":      func() error { _, err := s.Hooks(cancelled, hooks.HookQuery{Limit: 1}); return err },
		"FailHook":   func() error { return s.FailHook(cancelled, "w_1", 0, hooks.Failure{}) },
		"RemoveHook": func() error { return s.RemoveHook(cancelled, "w_1") },
		"PutCursors": func() error { return s.PutCursors(cancelled, []hooks.Cursor{{Hook: "w_1", Room: "a"}}) },
		"Claim":      func() error { _, err := s.Claim(cancelled, "w_1", "a", "one", long); return err },
		"Advance":    func() error { return s.Advance(cancelled, hooks.Cursor{Hook: "w_1", Room: "a"}, long) },
		"SetCursor":  func() error { return s.SetCursor(cancelled, "w_1", "a", 1) },
		"Cursors":    func() error { _, err := s.Cursors(cancelled, "w_1", "", 1); return err },
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want %v", name, err, context.Canceled)
		}
	}
}
