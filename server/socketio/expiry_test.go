package socketio

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// speakerWith is a client whose token has ttl left; it runs under synctest, so its hours pass at once.
func speakerWith(t *testing.T, ttl time.Duration) (*speaker, *recorder, *auth.Tokens) {
	c, tokens := unserved(t)
	granted, err := tokens.Verify(issue(t, tokens, "alice", ttl))
	if err != nil {
		t.Fatal(err)
	}
	s := &speaker{chat: c, user: granted.User, expiresAt: granted.ExpiresAt, logID: "log-1"}
	l := newRecorder()
	s.connected(l)
	return s, l, tokens
}

// pass lets d go by on the bubble's clock, which takes no time, and what is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestReadyIsTheFirstEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, _ := speakerWith(t, 30*time.Second)
		defer s.closed()
		told := l.told()
		if told[0].event != "ready" {
			t.Fatalf("the first event is %s", told[0].event)
		}
		want := `{"user":{"id":"alice","name":"ALICE","roles":["tester"]},"logId":"log-1","rooms":[],"notifications":{"unread":0},` +
			`"limits":{"maxTextLength":8000,"maxDataBytes":8192,"maxPayload":1000000,"maxPageEvents":200,"maxFileSize":26214400},"serverTime":"` +
			formatTime(time.Now()) + `"}`
		if told[0].body != want {
			t.Fatalf("ready is\n%s, want\n%s", told[0].body, want)
		}
	})
}

func TestReadyListsNoRolesAsAnEmptyList(t *testing.T) {
	c, _ := unserved(t)
	s := &speaker{chat: c, user: auth.User{ID: "bob"}}
	var body struct{ User struct{ Roles []string } }
	if err := json.Unmarshal(s.ready(), &body); err != nil || body.User.Roles == nil {
		t.Fatalf("ready %s: %v", s.ready(), err)
	}
}

func TestAuthExpiringComesAMinuteBeforeExp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, _ := speakerWith(t, time.Hour)
		defer s.closed()
		pass(59*time.Minute - time.Millisecond)
		if told := l.told(); len(told) != 1 {
			t.Fatalf("told too early: %v", told)
		}
		pass(time.Second + time.Millisecond) // exp is rounded up to the second
		told := l.told()
		if len(told) != 2 || told[1].event != "auth_expiring" || told[1].body != `{"expiresAt":"`+formatTime(s.expiresAt)+`"}` {
			t.Fatalf("told %v, want auth_expiring", told)
		}
	})
}

func TestAuthExpiringComesAtOnceIfLessIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, _ := speakerWith(t, 20*time.Second)
		defer s.closed()
		if told := l.told(); len(told) != 2 || told[1].event != "auth_expiring" {
			t.Fatalf("told %v, want ready and auth_expiring", told)
		}
	})
}

func TestClosedWithin5sOfExp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, _ := speakerWith(t, time.Hour)
		defer s.closed()
		pass(time.Until(s.expiresAt) - time.Millisecond)
		if told := l.told(); len(told) != 2 {
			t.Fatalf("closed before exp: %v", told)
		}
		pass(5 * time.Second)
		told := l.told()
		if len(told) != 3 || told[2] != (heard{event: "close", code: 4001, reason: "token_expired"}) {
			t.Fatalf("told %v, want one close with 4001 token_expired", told)
		}
	})
}

func TestRefreshAuthKeepsTheSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, tokens := speakerWith(t, 30*time.Second)
		defer s.closed()
		got := ask(t, s, "refresh_auth", `{"token":"`+issue(t, tokens, "alice", time.Hour)+`"}`)
		if !got.OK || got.ExpiresAt != formatTime(s.expiresAt) || time.Until(s.expiresAt) < time.Hour {
			t.Fatalf("answered %+v", got)
		}
		pass(30 * time.Minute)
		if told := l.told(); len(told) != 2 {
			t.Fatalf("told %v, want nothing after the refresh", told)
		}
		pass(29*time.Minute + 2*time.Second)
		if told := l.told(); len(told) != 3 || told[2].event != "auth_expiring" {
			t.Fatalf("told %v, want auth_expiring again", told)
		}
	})
}

func TestRefreshAuthTakesTheSameSubOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, tokens := speakerWith(t, 30*time.Second)
		defer s.closed()
		before := s.expiresAt
		wantRefusal(t, ask(t, s, "refresh_auth", `{"token":"`+issue(t, tokens, "mallory", time.Hour)+`"}`), rooms.CodeForbidden, "token")
		wantRefusal(t, ask(t, s, "refresh_auth", `{"token":"nonsense"}`), rooms.CodeUnauthenticated, "")
		wantRefusal(t, ask(t, s, "refresh_auth", `{"token":5}`), rooms.CodeBadRequest, "token")
		wantRefusal(t, ask(t, s, "refresh_auth", `{}`), rooms.CodeBadRequest, "token")
		if s.expiresAt != before || s.user.ID != "alice" {
			t.Fatalf("a refused refresh changed the session: %v, %v", s.user, s.expiresAt)
		}
		pass(35 * time.Second)
		if told := l.told(); told[len(told)-1].event != "close" {
			t.Fatalf("told %v, want a close", told)
		}
	})
}

func TestRefreshAuthWithAnExpiredToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, tokens := speakerWith(t, time.Hour)
		defer s.closed()
		short := issue(t, tokens, "alice", time.Second)
		pass(5 * time.Second)
		wantRefusal(t, ask(t, s, "refresh_auth", `{"token":"`+short+`"}`), rooms.CodeTokenExpired, "")
	})
}

func TestNothingIsSaidAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, _ := speakerWith(t, time.Hour)
		s.closed()
		pass(2 * time.Hour)
		if told := l.told(); len(told) != 1 {
			t.Fatalf("told %v after the end", told)
		}
	})
}

func TestTokenWithoutAnEndInSight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := unserved(t)
		s := &speaker{chat: c, user: auth.User{ID: "alice"}, expiresAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
		l := newRecorder()
		s.connected(l)
		defer s.closed()
		pass(1000 * time.Hour)
		if told := l.told(); len(told) != 1 {
			t.Fatalf("told %v", told)
		}
	})
}
