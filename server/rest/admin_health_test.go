package rest_test

import (
	"net/http"
	"testing"
)

const healthRoute = "/api/admin/health"

func TestHealthIsForAdminsAlone(t *testing.T) {
	onEveryStore(t, func(t *testing.T, c *caller) {
		c.get(healthRoute, healthRoute, "").want(t, http.StatusUnauthorized)
		for _, token := range []string{c.Token("alice"), c.tokenOf("bob", "moderator")} {
			c.get(healthRoute, healthRoute, token).want(t, http.StatusForbidden)
		}
		root := c.admin()
		bot := c.post(botsRoute, "/api/bots", root, `{"name":"All","rights":"post"}`)
		bot.want(t, http.StatusCreated)
		key, _ := bot.object["key"].(string)
		c.get(healthRoute, healthRoute, key).want(t, http.StatusForbidden)

		a := c.get(healthRoute, healthRoute, root)
		a.want(t, http.StatusOK)
		instances, _ := a.object["instances"].([]any)
		if len(instances) != 1 {
			t.Fatalf("%s", a.body)
		}
		one, _ := instances[0].(object)
		for _, name := range []string{"version", "startedAt", "ready", "lagMs", "sendsPerSecond", "queued"} {
			if _, there := one[name]; !there {
				t.Errorf("the instance that answers does not tell its %s: %s", name, a.body)
			}
		}
		if one["self"] != true || one["connections"] != 0.0 {
			t.Errorf("nobody is connected, and it answers %s", a.body)
		}
	})
}
