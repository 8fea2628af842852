package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"roomstream/rooms/postgres"
	"roomstream/rooms/postgres/postgrestest"
)

func TestOrdersAreToldToTheirUserToAdminsAndToAll(t *testing.T) {
	url, channels := example(t, postgrestest.Any(t))
	w := listening(t, url, postgres.Options{Channels: channels})
	conn := connect(t, url)
	exec(t, conn, "INSERT INTO orders (user_id, item) VALUES ('alice', 'tea')")
	exec(t, conn, "UPDATE orders SET status = 'sent'")
	got := w.untilHeard(3)
	want := []told{
		{"all", "order_created", `{"id":1,"item":"tea","status":"new","user_id":"alice"}`},
		{"user-alice", "order_update", `{"id":1,"item":"tea","status":"sent","user_id":"alice"}`},
		{"admins", "order_change", `{"id":1,"item":"tea","status":"sent","user_id":"alice"}`},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestPayloadsFindTheirUser notifies without an outbox.
func TestPayloadsFindTheirUser(t *testing.T) {
	url := postgrestest.Any(t).Database(t)
	w := listening(t, url, postgres.Options{Channels: []postgres.Channel{
		{Channel: "plain", UserEvent: "e"}, {Channel: "named", UserField: "owner", UserEvent: "e"},
	}})
	conn := connect(t, url)
	var want []string
	for _, c := range []struct{ channel, payload, to string }{
		{"plain", `{"user_id": "alice", "userId": "bob"}`, "alice"},
		{"plain", `{"userId": "bob"}`, "bob"},
		{"plain", `{"user_id": 42}`, "42"},
		{"plain", `{"user_id": 12345678901234567890}`, "12345678901234567890"},
		{"plain", `{"user_id": 1.5}`, ""},
		{"plain", `{"user_id": ["alice"]}`, ""},
		{"plain", `{"user_id": null, "userId": "bob"}`, ""},
		{"plain", `{"user_id": ""}`, ""},
		{"plain", `{}`, ""},
		{"plain", `"alice"`, ""},
		{"plain", `null`, ""},
		{"named", `{"user_id": "alice", "owner": "carol"}`, "carol"},
		{"named", `{"user_id": "alice"}`, ""},
		{"plain", `{broken`, ""},
		{"plain", ``, ""},
		{"plain", `{"user_id": "end"}`, "end"},
	} {
		exec(t, conn, "SELECT pg_notify($1, $2)", c.channel, c.payload)
		if c.to != "" {
			want = append(want, "user-"+c.to)
		}
	}
	var got []string
	for _, one := range w.untilHeard(len(want)) {
		got = append(got, one.to)
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if c := w.listener.Counts(); c.Nobody != 8 || c.Malformed != 2 {
		t.Errorf("counted %+v", c)
	}
}

func TestChannelNamesAreTakenAsTheyAre(t *testing.T) {
	url := postgrestest.Any(t).Database(t)
	names := []string{`My "Orders"; DROP TABLE x; --`, "Upper", "a'b", strings.Repeat("é", 31), "with space"}
	var channels []postgres.Channel
	for i, name := range names {
		channels = append(channels, postgres.Channel{Channel: name, BroadcastEvent: fmt.Sprint("e", i)})
	}
	w := listening(t, url, postgres.Options{Channels: channels})
	conn := connect(t, url)
	exec(t, conn, "SELECT pg_notify('upper', '1')")
	for _, name := range names {
		exec(t, conn, "SELECT pg_notify($1, '1')", name)
	}
	for i, one := range w.untilHeard(len(names)) {
		if one.event != fmt.Sprint("e", i) {
			t.Errorf("%q told %s", names[i], one.event)
		}
	}
}

func TestLargeAndBrokenRows(t *testing.T) {
	url, _ := example(t, postgrestest.Any(t))
	w := listening(t, url, postgres.Options{Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	conn := connect(t, url)
	exec(t, conn, "ALTER TABLE outbox ALTER payload TYPE text, ALTER payload DROP NOT NULL, ALTER channel DROP NOT NULL")
	insert := "INSERT INTO outbox (channel, payload) VALUES ($1, $2)"
	large := `{"text":"` + strings.Repeat("x", 8001-11) + `"}`
	if _, err := conn.Exec(t.Context(), "SELECT pg_notify('c', $1)", large); err == nil {
		t.Error("PostgreSQL takes 8,001 bytes: this test tests nothing")
	}
	exec(t, conn, insert, "c", large)
	exec(t, conn, insert, "c", `{broken`)
	exec(t, conn, insert, "c", nil)
	exec(t, conn, "ALTER TABLE outbox DISABLE TRIGGER ring")
	exec(t, conn, insert, nil, "1")
	exec(t, conn, insert, "undeclared", "1")
	exec(t, conn, insert, "c", `"`+strings.Repeat("x", postgres.MaxPayload)+`"`)
	exec(t, conn, "ALTER TABLE outbox ENABLE TRIGGER ring")
	exec(t, conn, insert, "c", `"end"`)
	got := w.untilHeard(2)
	if len(got) != 2 || got[0].payload != large || got[1].payload != `"end"` {
		t.Errorf("told %d, the first with %d bytes", len(got), len(got[0].payload))
	}
	if c := w.listener.Counts(); c.Malformed != 2 || c.TooLarge != 1 {
		t.Errorf("counted %+v", c)
	}
}

// TestARowsNotificationTellsNothingTwice covers what triggers of others do.
func TestARowsNotificationTellsNothingTwice(t *testing.T) {
	url, _ := example(t, postgrestest.Any(t))
	w := listening(t, url, postgres.Options{Channels: []postgres.Channel{{Channel: "c", BroadcastEvent: "e"}}})
	conn := connect(t, url)
	exec(t, conn, "ALTER TABLE outbox DISABLE TRIGGER ring")
	exec(t, conn, `WITH r AS (INSERT INTO outbox (channel, payload) VALUES ('c', '{"n": 1}') RETURNING *)
		SELECT pg_notify('c', json_build_object('outbox', id)::text) FROM r`)
	exec(t, conn, `WITH r AS (INSERT INTO outbox (channel, payload) VALUES ('c', '{"n": 2, "a": 1}') RETURNING *)
		SELECT pg_notify('c', '{"a":1,"n":2}') FROM r`)
	exec(t, conn, `SELECT pg_notify('c', '{"n": 3}')`)
	exec(t, conn, `SELECT pg_notify('c', '{"n": 2, "a": 1}')`) // with no row of its own
	exec(t, conn, `SELECT pg_notify('c', '{"n": 4}')`)
	w.untilHeard(5)
	var got []int
	for _, one := range w.heard() {
		got = append(got, number(t, one.payload))
	}
	if !slices.Equal(got, []int{1, 2, 3, 2, 4}) {
		t.Errorf("told %v", got)
	}
}
