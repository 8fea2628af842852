package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/server/app/apptest"
)

// invite makes an invitation and gives its id and its token.
func (c *caller) invite(room, token, body string) (id, secret string) {
	c.t.Helper()
	made := c.at("POST", invitationsRoute, room, "/invitations", token, body)
	made.want(c.t, http.StatusCreated)
	invitation, _ := made.object["invitation"].(object)
	id, _ = invitation["id"].(string)
	secret, _ = made.object["token"].(string)
	return id, secret
}

func (c *caller) accept(token, secret string) answer {
	c.t.Helper()
	return c.post(acceptRoute, "/api/invitations", token, `{"token":"`+secret+`"}`)
}

func TestAnInvitationLetsIn(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, carol := c.Token("alice"), c.Token("bob"), c.Token("carol")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated)
		made := c.at("POST", invitationsRoute, "r", "/invitations", alice, `{"role":"reader","expiresInMs":3600000,"maxUses":1}`)
		made.want(t, http.StatusCreated)
		invitation := made.object["invitation"].(object)
		has(t, invitation, object{"roomId": "r", "role": "reader", "author": "alice", "maxUses": 1.0, "uses": 0.0})
		begin, err := time.Parse(rooms.TimeFormat, invitation["createdAt"].(string))
		end, failed := time.Parse(rooms.TimeFormat, invitation["expiresAt"].(string))
		if err != nil || failed != nil || end.Sub(begin) != time.Hour {
			t.Errorf("it holds from %v to %v", begin, end)
		}
		secret := made.object["token"].(string)
		for range 2 { // who comes back takes no other use
			accepted := c.accept(bob, secret)
			accepted.want(t, http.StatusOK)
			has(t, accepted.view(t), object{"id": "r", "role": "reader"})
		}
		c.accept(carol, secret).refused(t, http.StatusGone, "GONE", "")
		c.room("r", carol).refused(t, http.StatusNotFound, "NOT_FOUND", "")

		id, plain := c.invite("r", alice, "")
		list := c.at("GET", invitationsRoute, "r", "/invitations", alice, "")
		list.want(t, http.StatusOK)
		if ids := list.rows("invitations", "id"); !slices.Equal(ids, []any{invitation["id"], id}) {
			t.Errorf("the list is %s", list.body)
		}
		if !slices.Equal(list.rows("invitations", "uses"), []any{1.0, 0.0}) || !slices.Equal(list.rows("invitations", "role"), []any{"reader", "member"}) {
			t.Errorf("the list is %s", list.body)
		}
		if page := c.at("GET", invitationsRoute, "r", "/invitations?limit=1&after="+invitation["id"].(string), alice, ""); !slices.Equal(page.rows("invitations", "id"), []any{id}) {
			t.Errorf("the page is %s", page.body)
		}
		for _, a := range []answer{
			c.at("GET", invitationsRoute, "r", "/invitations", bob, ""),
			c.at("POST", invitationsRoute, "r", "/invitations", bob, ""),
			c.at("DELETE", invitationRoute, "r", "/invitations/"+id, bob, ""),
		} {
			a.refused(t, http.StatusForbidden, "FORBIDDEN", "")
		}
		c.at("DELETE", invitationRoute, "r", "/invitations/"+id, alice, "").want(t, http.StatusNoContent)
		c.at("DELETE", invitationRoute, "r", "/invitations/"+id, alice, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.accept(carol, plain).refused(t, http.StatusNotFound, "NOT_FOUND", "")

		_, open := c.invite("r", alice, `{}`)
		c.removeMember("r", "carol", alice).want(t, http.StatusOK)
		if banned := c.accept(carol, open); banned.reason() != "banned" {
			t.Errorf("who was taken out: %d %s", banned.status, banned.body)
		}
		has(t, c.accept(alice, open).view(t), object{"role": "owner"}) // who is more stays it
	})
}

func TestOfThoseWhoComeAtOnceAsManyAsMayGetIn(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice := c.Token("alice")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated)
		_, secret := c.invite("r", alice, `{"maxUses":2}`)
		const comers = 8
		answers := make([]answer, comers)
		var group sync.WaitGroup
		for i := range comers {
			token := c.Token(fmt.Sprintf("user-%d", i))
			group.Go(func() { answers[i] = c.accept(token, secret) })
		}
		group.Wait()
		in := 0
		for i, a := range answers {
			known := c.room("r", c.Token(fmt.Sprintf("user-%d", i))).status == http.StatusOK
			if known != (a.status == http.StatusOK) || a.status != http.StatusOK && a.status != http.StatusGone {
				t.Errorf("user-%d was answered %d %s and is in: %t", i, a.status, a.body, known)
			}
			if known {
				in++
			}
		}
		if in != 2 {
			t.Errorf("%d got in by an invitation for two", in)
		}
	})
}

func TestBadInvitationsAreRefusedByField(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	alice := c.Token("alice")
	c.makeRoom(alice, `{"id":"r","name":"Room","type":"private"}`).want(t, http.StatusCreated)
	for _, tt := range []struct{ body, field string }{
		{`{"role":null}`, "role"}, {`{"role":""}`, "role"}, {`{"role":"moderator"}`, "role"}, {`{"role":"owner"}`, "role"}, {`{"role":1}`, "role"},
		{`{"expiresInMs":0}`, "expiresInMs"}, {`{"expiresInMs":999}`, "expiresInMs"}, {`{"expiresInMs":31536000001}`, "expiresInMs"},
		{`{"expiresInMs":9007199254740991}`, "expiresInMs"}, {`{"expiresInMs":-1}`, "expiresInMs"}, {`{"expiresInMs":null}`, "expiresInMs"},
		{`{"maxUses":-1}`, "maxUses"}, {`{"maxUses":10001}`, "maxUses"}, {`{"maxUses":null}`, "maxUses"}, {`{"maxUses":"2"}`, "maxUses"},
		{`[]`, "body"},
	} {
		c.at("POST", invitationsRoute, "r", "/invitations", alice, tt.body).refused(t, http.StatusBadRequest, "BAD_REQUEST", tt.field)
	}
	if list := c.at("GET", invitationsRoute, "r", "/invitations", alice, ""); len(list.rows("invitations", "id")) != 0 {
		t.Errorf("one was made: %s", list.body)
	}
	c.invite("r", alice, `{"expiresInMs":31536000000,"maxUses":10000}`)
	c.invite("r", alice, `{"expiresInMs":1000,"maxUses":0}`)
	for _, query := range []string{"?after=x", "?after=%00"} {
		c.at("GET", invitationsRoute, "r", "/invitations"+query, alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "after")
	}
	for _, id := range []string{"x", "%2F", "%FF"} {
		c.at("DELETE", invitationRoute, "r", "/invitations/"+id, alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "id")
	}
	for _, body := range []string{`{}`, `{"token":null}`, `{"token":""}`, `{"token":["a"]}`} {
		c.post(acceptRoute, "/api/invitations", alice, body).refused(t, http.StatusBadRequest, "BAD_REQUEST", "token")
	}
	c.accept(alice, "unknown").refused(t, http.StatusNotFound, "NOT_FOUND", "")
}
