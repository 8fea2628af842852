package storetest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
)

// RunSessions holds a store of accounts' sessions to the contract of auth.SessionStore. open gives an empty store, and one
// more instance on the same data.
func RunSessions(t *testing.T, open func(t *testing.T) (one, another auth.SessionStore)) {
	one, another := open(t)
	begun := now()
	session := func(user auth.UserID, id string) auth.AccountSession {
		return auth.AccountSession{ID: id, User: user, CreatedAt: begun, ExpiresAt: begun.Add(time.Hour), SeenAt: begun, Address: "192.0.2.1", Agent: "Ünal/1.0 \U0001F600"}
	}
	want := func(store auth.SessionStore, user auth.UserID, want ...auth.AccountSession) {
		t.Helper()
		list, err := store.Sessions(waiting(t), user)
		slices.SortFunc(list, func(a, b auth.AccountSession) int { return cmp.Compare(a.ID, b.ID) })
		if err != nil || !slices.Equal(list, want) {
			t.Errorf("sessions of %s: %+v, %v, want %+v", user, list, err, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	first, second, other := session("a:1", "s1"), session("a:1", "s2"), session("a:11", "s3")
	second.Address, second.Agent = "", ""
	want(one, "a:1")
	for _, s := range []auth.AccountSession{first, second, other} {
		must(one.CreateSession(waiting(t), s))
	}
	want(another, "a:1", first, second)
	want(another, "a:11", other)

	first.SeenAt = begun.Add(time.Minute)
	must(another.SeeSessions(waiting(t), []auth.SeenSession{
		{User: "a:1", ID: "s1", At: first.SeenAt}, {User: "a:1", ID: "s2", At: begun.Add(-time.Minute)}, {User: "a:1", ID: "gone", At: begun}, {User: "a:11", ID: "s1", At: begun.Add(time.Hour)},
	}))
	want(one, "a:1", first, second)
	must(one.RemoveSessions(waiting(t), "a:1", "s2"))
	must(one.RemoveSessions(waiting(t), "a:1", "s3")) // another's
	must(one.RemoveSessions(waiting(t), "a:1", "gone"))
	want(another, "a:1", first)
	must(one.RemoveSessions(waiting(t), "a:1", ""))
	want(another, "a:1")
	want(another, "a:11", other)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if one.CreateSession(cancelled, first) == nil || one.RemoveSessions(cancelled, "a:11", "") == nil {
		t.Error("a cancelled call changes something")
	}
	want(one, "a:11", other)
}

// RunAttempts holds a store of attempts to the contract of auth.AttemptStore, as RunSessions does.
func RunAttempts(t *testing.T, open func(t *testing.T) (one, another auth.AttemptStore)) {
	one, another := open(t)
	rule := auth.AttemptRule{Free: 3, Window: 15 * time.Minute, Wait: 5 * time.Second, Most: time.Minute}
	t.Run("AttemptsAreHeldToTheRule", func(t *testing.T) {
		at, is := now(), auth.Attempts{}
		for i, step := range []time.Duration{0, 1, 1, 1, 4999, 1, 9999, 1, 1e5, 1e5, 1e5, 1e5, 1, 59_998, 1, 1e6, 1, 1, 1, 1e7, 0} {
			at = at.Add(step * time.Millisecond)
			before, let, err := []auth.AttemptStore{one, another}[i%2].TakeAttempt(waiting(t), "n:a", rule, at)
			if err != nil || !sameAttempts(before, is, rule) {
				t.Fatalf("before attempt %d: %+v, %v, want %+v", i, before, err, is)
			}
			var ok bool
			is, ok = is.Take(rule, at)
			found, err := []auth.AttemptStore{another, one}[i%2].Attempts(waiting(t), []string{"n:none", "n:a"})
			if err != nil || let != ok || len(found) != 2 || found[0] != (auth.Attempts{}) || !sameAttempts(found[1], is, rule) {
				t.Fatalf("attempt %d: %+v, %t, %v, want %+v, %t", i, found, let, err, is, ok)
			}
		}
	})
	t.Run("OfManyAtOnceNoMoreAreLetThrough", func(t *testing.T) {
		at, let := now(), atomic.Int32{}
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				_, ok, err := []auth.AttemptStore{one, another}[i%2].TakeAttempt(waiting(t), "n:b", rule, at)
				if err != nil {
					t.Error(err)
				}
				if ok {
					let.Add(1)
				}
			})
		}
		group.Wait()
		if let.Load() != int32(rule.Free) {
			t.Errorf("%d were let through, want %d", let.Load(), rule.Free)
		}
	})
	t.Run("AttemptsAreTakenBackAndForgotten", func(t *testing.T) {
		at := now()
		take := func(key string, count int, known time.Time) {
			t.Helper()
			before, ok, err := another.TakeAttempt(waiting(t), key, rule, at)
			if err != nil || !ok || before.Count != count-1 || !before.KnownUntil.Equal(known) {
				t.Errorf("%s: %+v, %t, %v, want %d until %v", key, before, ok, err, count-1, known)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		first, _ := auth.Attempts{}.Take(rule, at)
		must(one.ReturnAttempt(waiting(t), "n:c", auth.Attempts{}, first))
		take("n:c", 1, time.Time{})
		must(one.ReturnAttempt(waiting(t), "n:c", auth.Attempts{}, first))
		must(one.ReturnAttempt(waiting(t), "n:c", auth.Attempts{}, first))
		take("n:c", 1, time.Time{})
		take("n:c", 2, time.Time{})
		known := at.Add(time.Hour)
		must(one.ClearAttempts(waiting(t), "n:c", known))
		must(one.ClearAttempts(waiting(t), "n:c:192.0.2.1", known))
		must(one.ClearAttempts(waiting(t), "n:cc", known))
		take("n:c", 1, known)
		must(one.ForgetAttempts(waiting(t), "n:c"))
		take("n:c", 1, time.Time{})
		take("n:c:192.0.2.1", 1, time.Time{})
		take("n:cc", 1, known)
	})
}

// RunReturnedWaits holds a store of attempts to auth.Attempts.Return, where the attempts began waits.
func RunReturnedWaits(t *testing.T, store auth.AttemptStore) {
	rule := auth.AttemptRule{Free: 2, Window: 15 * time.Minute, Wait: 5 * time.Second, Most: time.Minute}
	const key = "n:d"
	at, is := now(), auth.Attempts{}
	check := func(what string) {
		t.Helper()
		found, err := store.Attempts(waiting(t), []string{key})
		if err != nil || len(found) != 1 || !sameAttempts(found[0], is, rule) {
			t.Fatalf("%s: %+v, %v, want %+v", what, found, err, is)
		}
	}
	take := func(wait time.Duration) (before, after auth.Attempts) {
		t.Helper()
		at = at.Add(wait)
		before, ok, err := store.TakeAttempt(waiting(t), key, rule, at)
		if err != nil || !ok {
			t.Fatalf("after %s: let through %t, %v", wait, ok, err)
		}
		is, _ = is.Take(rule, at)
		check("taken")
		after, _ = before.Take(rule, at)
		return before, after
	}
	giveBack := func(before, after auth.Attempts) {
		t.Helper()
		if err := store.ReturnAttempt(waiting(t), key, before, after); err != nil {
			t.Fatal(err)
		}
		is = is.Return(before, after)
		check("taken back")
	}
	take(0)
	giveBack(take(0)) // the first one that began a wait
	take(0)           // nobody waits for it
	giveBack(take(5 * time.Second))
	olderBefore, older := take(0)
	giveBack(take(10 * time.Second))
	newerBefore, newer := take(0)
	giveBack(olderBefore, older) // its wait is not the one in force any more
	if _, ok, err := store.TakeAttempt(waiting(t), key, rule, at); ok || err != nil {
		t.Errorf("another's wait has ended: let through %t, %v", ok, err)
	}
	giveBack(newerBefore, newer)
	take(0)
}

// sameAttempts compares what counts: a wait does only behind the free ones.
func sameAttempts(a, b auth.Attempts, rule auth.AttemptRule) bool {
	over := func(a auth.Attempts) bool { return a.Until.Unix() <= 0 }
	return a.Count == b.Count && (a.Until.Equal(b.Until) || over(a) && over(b)) && (a.Count < rule.Free || a.Next.Equal(b.Next)) && a.KnownUntil.Unix() <= 0 == (b.KnownUntil.Unix() <= 0)
}
