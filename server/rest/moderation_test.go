package rest_test

import (
	"fmt"
	"net/http"
	"testing"
)

const (
	reportsRoute = "/api/rooms/{id}/reports"
	auditRoute   = "/api/rooms/{id}/audit"
	messageRoute = "/api/rooms/{id}/messages/{seq}"
)

func TestAMessageIsReportedAndDecidedUpon(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, carol, root := c.Token("alice"), c.Token("bob"), c.Token("carol"), c.tokenOf("root", "admin")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"public"}`).want(t, http.StatusCreated)
		c.at("POST", "/api/rooms/{id}/messages", "r", "/messages", bob, `{"text":"rude"}`).want(t, http.StatusCreated)
		made := c.at("POST", reportsRoute, "r", "/reports", carol, `{"seq":2,"reason":"It is rude"}`)
		made.want(t, http.StatusCreated)
		report := made.object["report"].(object)
		has(t, report, object{"roomId": "r", "seq": 2.0, "author": "bob", "reporter": "carol", "reason": "It is rude", "state": "open"})
		again := c.at("POST", reportsRoute, "r", "/reports", carol, `{"seq":2,"reason":"Again"}`)
		again.want(t, http.StatusCreated)
		has(t, again.object["report"].(object), object{"id": report["id"], "reason": "It is rude"})

		c.at("POST", reportsRoute, "r", "/reports", carol, `{"seq":2,"reason":""}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "reason")
		c.at("POST", reportsRoute, "r", "/reports", carol, `{"reason":"x"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
		c.at("POST", reportsRoute, "r", "/reports", carol, `{"seq":99,"reason":"x"}`).refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		c.at("GET", reportsRoute, "r", "/reports", carol, "").refused(t, http.StatusForbidden, "FORBIDDEN", "")
		c.at("GET", reportsRoute, "r", "/reports?state=closed", alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "state")
		c.at("GET", reportsRoute, "r", "/reports?before=x", alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "before")

		decide := func(token, body string) answer {
			t.Helper()
			return c.at("PUT", "/api/rooms/{id}/reports/{reportId}", "r", "/reports/"+report["id"].(string), token, body)
		}
		decide(bob, `{"state":"dismissed"}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		decide(alice, `{"state":"gone"}`).refused(t, http.StatusBadRequest, "BAD_REQUEST", "state")
		decided := decide(alice, `{"state":"resolved"}`)
		decided.want(t, http.StatusOK)
		has(t, decided.object["report"].(object), object{"state": "resolved", "doneBy": "alice"})

		open := c.at("GET", reportsRoute, "r", "/reports?state=open", alice, "")
		open.want(t, http.StatusOK)
		if rows := open.rows("reports", "id"); len(rows) != 0 {
			t.Errorf("open ones: %s", open.body)
		}
		all := c.get("/api/reports", "/api/reports", root)
		all.want(t, http.StatusOK)
		if rows := all.rows("reports", "id"); len(rows) != 1 || rows[0] != report["id"] {
			t.Errorf("an admin sees %s", all.body)
		}
		c.get("/api/reports", "/api/reports", alice).refused(t, http.StatusForbidden, "FORBIDDEN", "")

		audit := c.at("GET", auditRoute, "r", "/audit", alice, "")
		audit.want(t, http.StatusOK)
		if rows := audit.rows("entries", "action"); len(rows) != 1 || rows[0] != "decide_report" {
			t.Errorf("the audit log is %s", audit.body)
		}
		only := c.at("GET", auditRoute, "r", "/audit?action=set_member", alice, "")
		only.want(t, http.StatusOK)
		if rows := only.rows("entries", "action"); len(rows) != 0 {
			t.Errorf("of set_member the audit log has %s", only.body)
		}
		c.at("GET", auditRoute, "r", "/audit?action=Set+Member", alice, "").refused(t, http.StatusBadRequest, "BAD_REQUEST", "action")
		everything := c.get("/api/audit", "/api/audit?actor=alice&action=decide_report", root)
		everything.want(t, http.StatusOK)
		if rows := everything.rows("entries", "userId"); len(rows) != 1 || rows[0] != "bob" {
			t.Errorf("an admin sees %s", everything.body)
		}
	})
}

func TestAMessageIsDeletedByItsAuthorAndByWhoModerates(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, carol := c.Token("alice"), c.Token("bob"), c.Token("carol")
		c.makeRoom(alice, `{"id":"r","name":"Room","type":"public"}`).want(t, http.StatusCreated)
		for _, token := range []string{bob, bob, carol} {
			c.say("r", token, `{"text":"rude"}`).want(t, http.StatusCreated) // 2, 3, 4
		}
		remove := func(token, seq string) answer {
			t.Helper()
			return c.at("DELETE", messageRoute, "r", "/messages/"+seq, token, "")
		}
		remove(carol, "2").refused(t, http.StatusForbidden, "FORBIDDEN", "")
		remove(alice, "99").refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		remove(alice, "1").refused(t, http.StatusNotFound, "NOT_FOUND", "seq")
		for _, seq := range []string{"0", "-1", "1.5", "x", "9007199254740992"} {
			remove(alice, seq).refused(t, http.StatusBadRequest, "BAD_REQUEST", "seq")
		}
		mine, moderated := remove(bob, "2"), remove(alice, "3")
		mine.want(t, http.StatusOK)
		moderated.want(t, http.StatusOK)
		has(t, mine.object, object{"seq": 5.0})
		has(t, moderated.object, object{"seq": 6.0})
		remove(alice, "3").refused(t, http.StatusGone, "GONE", "")
		left := c.read("r", carol, "")
		left.want(t, http.StatusOK)
		for i, row := range left.object["messages"].([]any) {
			if _, gone := row.(object)["deleted"]; gone != (i < 2) {
				t.Errorf("message %d of %s", i, left.body)
			}
		}
	})
}

func TestAnAdminDecidesUponAReportOfADirectRoomWithoutReadingIt(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		alice, bob, root := c.Token("alice"), c.Token("bob"), c.tokenOf("root", "admin")
		direct := c.post(directRoute, "/api/direct", alice, `{"userId":"bob"}`).view(t)["id"].(string)
		said := c.at("POST", messagesRoute, direct, "/messages", bob, `{"text":"rude"}`)
		said.want(t, http.StatusCreated)
		made := c.at("POST", reportsRoute, direct, "/reports", alice, fmt.Sprintf(`{"seq":%v,"reason":"rude"}`, said.object["seq"]))
		made.want(t, http.StatusCreated)
		decide := func(token string) answer {
			t.Helper()
			return c.at("PUT", reportsRoute+"/{reportId}", direct, "/reports/"+made.object["report"].(object)["id"].(string), token, `{"state":"resolved"}`)
		}
		decide(alice).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		decide(root).want(t, http.StatusOK)
		c.at("GET", messagesRoute, direct, "/messages", root, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
	})
}
