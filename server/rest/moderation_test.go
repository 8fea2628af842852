package rest_test

import (
	"net/http"
	"testing"
)

const (
	reportsRoute = "/api/rooms/{id}/reports"
	auditRoute   = "/api/rooms/{id}/audit"
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
		everything := c.get("/api/audit", "/api/audit?actor=alice", root)
		everything.want(t, http.StatusOK)
		if rows := everything.rows("entries", "userId"); len(rows) != 1 || rows[0] != "bob" {
			t.Errorf("an admin sees %s", everything.body)
		}
	})
}
