package metrics

import (
	"maps"

	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/postgres"
	"roomstream/rooms/push"
	"roomstream/rooms/streams"
	"roomstream/rooms/tally"
)

// The sources of the rows.
func fromAll(r *readings) *readings             { return r }
func fromChat(r *readings) *rooms.Figures       { return r.chat }
func fromSockets(r *readings) *Sockets          { return r.sockets }
func fromFeeds(r *readings) *Feeds              { return r.feeds }
func fromStreams(r *readings) *streams.Figures  { return r.streams }
func fromWebhooks(r *readings) *hooks.Figures   { return r.webhooks }
func fromPush(r *readings) *push.Figures        { return r.push }
func fromPostgres(r *readings) *postgres.Counts { return r.postgres }
func fromMongoDB(r *readings) *MongoDB          { return r.mongodb }
func fromEmbedded(r *readings) *Embedded        { return r.embedded }

func programRows() []row {
	return []row{
		{Row: Row{Name: "roomstream_build_info", Kind: Gauge, Unit: "always 1", Labels: []string{"version", "commit", "goversion"}, Meaning: "What runs"},
			values: func(r *readings, put put) { put(1, r.build.Version, r.build.Commit, r.build.Go) }},
		one("roomstream_ready", Gauge, "0 or 1", "Whether this instance's heartbeat came through the store's stream within 6 s; else /readyz is red",
			fromChat, func(f *rooms.Figures) float64 { return yes(f.Ready) }),
		{Row: Row{Name: "roomstream_certificate_expiry_timestamp_seconds", Kind: Gauge, Unit: "seconds", Meaning: "When the certificate that -addr has shown last is over, since 1970, of several domains' the one that is first; there while this program speaks TLS itself"},
			values: func(r *readings, put put) {
				if r.expires != nil && !r.expires.IsZero() {
					put(float64(r.expires.Unix()))
				}
			}},
		one("roomstream_instances", Gauge, "instances", "Instances on this database that were heard of within 6 s, with this one",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.Instances) }),
	}
}

func socketRows() []row {
	return []row{
		by("roomstream_connections", Gauge, "connections", "transport", "Open Socket.IO connections, by transport: websocket, polling",
			fromSockets, func(s *Sockets) map[string]int64 { return s.Connections }),
		by("roomstream_handshakes_total", Counter, "connections", "transport", "Socket.IO connections that began, by the transport they began with",
			fromSockets, func(s *Sockets) map[string]int64 { return s.Handshakes }),
		by("roomstream_handshakes_refused_total", Counter, "requests", "reason", "Handshakes that were refused: origin, version, rate (too many at once), request (none of the protocol's), address (too many of one address), draining",
			fromSockets, func(s *Sockets) map[string]int64 { return s.Refused }),
		one("roomstream_upgrades_total", Counter, "connections", "Connections that changed from polling to a WebSocket",
			fromSockets, func(s *Sockets) float64 { return float64(s.Upgrades) }),
		one("roomstream_feeds", Gauge, "connections", "Open live feeds over plain WebSocket or Server-Sent Events",
			fromFeeds, func(f *Feeds) float64 { return float64(f.Open) }),
		by("roomstream_slow_disconnects_total", Counter, "connections", "kind", "Connections that were closed because their client took nothing, or too little: socket, feed",
			fromAll, slowDisconnects),
		{Row: Row{Name: "roomstream_refusals_total", Kind: Counter, Unit: "answers", Labels: []string{"door", "code"},
			Meaning: "Errors that clients were told, by where (socket, rest, feed, files) and by the code of protocol.md; who is refused a handshake of Socket.IO, or sent off by a limit, is counted in roomstream_limits_hit_total alone"},
			values: func(r *readings, put put) {
				for door, codes := range r.refusals {
					for code, n := range codes {
						put(float64(n), door, code)
					}
				}
			}},
		by("roomstream_limits_hit_total", Counter, "answers", "limit", "What was refused because somebody did too much at once, by limit: the setting's name after -limit-, with _ for -",
			fromAll, func(r *readings) map[string]int64 { return r.limits }),
	}
}

func slowDisconnects(r *readings) map[string]int64 {
	slow := map[string]int64{}
	if r.sockets != nil {
		slow["socket"] = r.sockets.Slow
	}
	if r.feeds != nil {
		slow["feed"] = r.feeds.Slow
	}
	return slow
}

func sendRows() []row {
	return []row{
		by("roomstream_sends_total", Counter, "messages", "outcome", "Messages that somebody wanted to send, by the answer: stored, duplicate (its clientId was stored before), or the code of the error",
			fromChat, func(f *rooms.Figures) map[string]int64 { return f.Sends }),
		times("roomstream_send_seconds", "From when a message is queued for the log until its sender is told that it is stored",
			fromChat, func(f *rooms.Figures) *tally.Buckets { return &f.Answers }),
		times("roomstream_delivery_seconds", "From when an event is taken up to be inserted until it is queued at all sockets of its room, of events of this instance, by its own clock",
			fromChat, func(f *rooms.Figures) *tally.Buckets { return &f.Transit }),
		times("roomstream_append_seconds", "How long the store took for a batch, also where it failed",
			fromChat, func(f *rooms.Figures) *tally.Buckets { return &f.Appends }),
		spread("roomstream_append_batch_events", "events", 1, "Events in a batch",
			fromChat, func(f *rooms.Figures) *tally.Buckets { return &f.Batches }),
		by("roomstream_append_retries_total", Counter, "batches", "reason", "Batches that were tried again: overtaken (another instance took the number), unconfirmed (the outcome had to be looked up)",
			fromChat, func(f *rooms.Figures) map[string]int64 { return f.Retries }),
		one("roomstream_queue_events", Gauge, "events", "Events that wait to be inserted",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.QueuedEvents) }),
		one("roomstream_queue_bytes", Gauge, "bytes", "What those take, about",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.QueuedBytes) }),
		one("roomstream_events_emitted_total", Counter, "events", "Events that were given to rooms with sockets here",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.Emitted) }),
		one("roomstream_deliveries_total", Counter, "deliveries", "Those times the sockets of their rooms",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.Deliveries) }),
		one("roomstream_rooms_followed", Gauge, "rooms", "Rooms that somebody here is in, or was a minute ago",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.Rooms) }),
	}
}

func streamRows() []row {
	return []row{
		one("roomstream_stream_lag_seconds", Gauge, "seconds", "How long an insert takes to be told by the chat's stream: what this instance's last heartbeat took, or longer where the next is late already",
			fromChat, func(f *rooms.Figures) float64 { return f.Lag.Seconds() }),
		by("roomstream_stream_reopenings_total", Counter, "streams", "stream", "Streams that ended and were opened again: messages, signals, notifications, feeds (with that of declarations)",
			fromAll, reopenings),
		one("roomstream_feed_cursors", Gauge, "cursors", "Change streams that are open for declared streams",
			fromStreams, func(f *streams.Figures) float64 { return float64(f.Cursors) }),
		one("roomstream_feed_cursors_limit", Gauge, "cursors", "How many of those there may be: -max-cursors",
			fromStreams, func(f *streams.Figures) float64 { return float64(f.Most) }),
		one("roomstream_malformed_inserts_total", Counter, "documents", "Inserts of other programs that are no messages; every instance counts the same ones",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.Malformed) }),
		one("roomstream_bad_seqs_total", Counter, "documents", "Documents whose seq is no positive integer; every instance counts the same ones",
			fromChat, func(f *rooms.Figures) float64 { return float64(f.BadSeqs) }),
	}
}

func reopenings(r *readings) map[string]int64 {
	ended := map[string]int64{}
	if r.chat != nil {
		maps.Copy(ended, r.chat.Reopenings)
	}
	if r.streams != nil {
		ended["feeds"] = r.streams.Reopenings
	}
	return ended
}

func outwardRows() []row {
	return []row{
		by("roomstream_webhook_deliveries_total", Counter, "requests", "outcome", "Tries to deliver to outgoing webhooks: delivered, failed (and tried again later), given_up (after a day; the webhook is marked failed)",
			fromWebhooks, func(f *hooks.Figures) map[string]int64 { return f.Deliveries }),
		by("roomstream_webhooks", Gauge, "webhooks", "state", "Outgoing webhooks: good, failed (nothing is delivered until the cursor is set)",
			fromWebhooks, func(f *hooks.Figures) map[string]int64 {
				return map[string]int64{"good": int64(f.Hooks - f.Failed), "failed": int64(f.Failed)}
			}),
		by("roomstream_push_messages_total", Counter, "messages", "outcome", "Web Push, each try: sent, retry, failed, gone (the device wants no more), moot (nobody is to be told any more), lost (too many wait)",
			fromPush, func(f *push.Figures) map[string]int64 { return f.Deliveries }),
		by("roomstream_postgres_payloads_total", Counter, "payloads", "outcome", "What PostgreSQL notified of: told, malformed, too_large, nobody (it names no user), late (behind rows with higher ids; told, too)",
			fromPostgres, func(c *postgres.Counts) map[string]int64 {
				return map[string]int64{"told": int64(c.Told), "malformed": int64(c.Malformed), "too_large": int64(c.TooLarge), "nobody": int64(c.Nobody), "late": int64(c.Late)}
			}),
		one("roomstream_postgres_failures_total", Counter, "connections", "Connections to PostgreSQL that were lost or not made",
			fromPostgres, func(c *postgres.Counts) float64 { return float64(c.Failures) }),
	}
}

func storeRows() []row {
	return []row{
		one("roomstream_change_streams", Gauge, "cursors", "Change streams that this instance has open on MongoDB, all of them",
			fromMongoDB, func(m *MongoDB) float64 { return float64(m.ChangeStreams) }),
		one("roomstream_embedded_file_bytes", Gauge, "bytes", "Size of the embedded store's file, without uploads and the search",
			fromEmbedded, func(e *Embedded) float64 { return float64(e.Size) }),
		times("roomstream_embedded_commit_seconds", "How long the embedded store took for a transaction, its flushes to the disk included",
			fromEmbedded, func(e *Embedded) *tally.Buckets { return &e.Commits }),
		one("roomstream_embedded_failed", Gauge, "0 or 1", "Whether the embedded store has stopped because its disk failed",
			fromEmbedded, func(e *Embedded) float64 { return yes(e.Failed) }),
	}
}
