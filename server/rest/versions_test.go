package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

const versionsRoute = "/api/rooms/{id}/messages/{seq}/versions"

// change edits a message and waits for it.
func (c *caller) change(user auth.UserID, room string, seq int64, text string) {
	c.t.Helper()
	done := make(chan error, 1)
	c.Service().Edit(auth.User{ID: user}, rooms.EditInput{RoomID: room, Seq: seq, Text: text}, func(_ rooms.Sent, err error) { done <- err })
	if err := <-done; err != nil {
		c.t.Fatal(err)
	}
}

// versionsOf gives the texts of an answer.
func versionsOf(a answer) []string {
	var texts []string
	for _, v := range a.object["versions"].([]any) {
		texts = append(texts, v.(object)["text"].(string))
	}
	return texts
}

func TestVersionsOfAMessage(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		owner, ann, ben := c.Token("owner"), c.Token("ann"), c.Token("ben")
		const room = "editors"
		c.makeRoom(owner, `{"id":"editors","name":"Editors","type":"private"}`).want(t, http.StatusCreated)
		for _, who := range []string{"ann", "ben"} {
			c.makeMember(room, who, owner, `"member"`).want(t, http.StatusOK)
		}
		sent := c.say(room, ann, `{"text":"first"}`)
		sent.want(t, http.StatusCreated)
		seq := int64(sent.object["seq"].(float64))
		of := func(token string) answer {
			return c.at("GET", versionsRoute, room, fmt.Sprintf("/messages/%d/versions", seq), token, "")
		}
		if got := versionsOf(of(ann)); !slices.Equal(got, []string{"first"}) {
			t.Errorf("unchanged it is %q", got)
		}
		c.change("ann", room, seq, "second")
		c.change("ann", room, seq, "third")
		for _, token := range []string{ann, owner} {
			a := of(token)
			a.want(t, http.StatusOK)
			if got := versionsOf(a); !slices.Equal(got, []string{"third", "second", "first"}) || a.object["more"] != false {
				t.Errorf("answered %s", a.body)
			}
		}
		newest := of(ann).object["versions"].([]any)[0].(object)
		if newest["seq"].(float64) <= float64(seq) || newest["timestamp"].(string) < sent.object["timestamp"].(string) {
			t.Errorf("the newest is %v of %s", newest, sent.body)
		}
		of(ben).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		of(c.Token("mallory")).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		c.at("GET", versionsRoute, room, "/messages/99/versions", ann, "").refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		c.at("GET", versionsRoute, room, "/messages/x/versions", ann, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
		for i := range 100 {
			c.change("ann", room, seq, fmt.Sprint("again ", i))
		}
		many := of(owner)
		if got := versionsOf(many); len(got) != 100 || got[0] != "again 99" || got[99] != "again 0" || many.object["more"] != true {
			t.Errorf("of 103 versions %d came, more %v", len(got), many.object["more"])
		}
		c.at("DELETE", messageRoute, room, fmt.Sprintf("/messages/%d", seq), ann, "").want(t, http.StatusOK)
		of(owner).refused(t, http.StatusGone, "GONE", "")
	})
}
