package rest

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// maxEvents is more names than there are.
const maxEvents = 20

// webhook is an outgoing hook as clients see it.
type webhook struct {
	ID        string          `json:"id"`
	URL       string          `json:"url"`
	RoomID    rooms.RoomID    `json:"roomId,omitempty"` // empty: all
	Events    []string        `json:"events,omitempty"` // nil: all
	CreatedBy auth.UserID     `json:"createdBy"`
	CreatedAt string          `json:"createdAt"`
	Failed    *webhookFailure `json:"failed,omitempty"`
}

type webhookFailure struct {
	At     string       `json:"at"`
	Reason string       `json:"reason"`
	RoomID rooms.RoomID `json:"roomId"`
	Seq    int64        `json:"seq"`
}

func webhookOf(h *hooks.Hook) webhook {
	w := webhook{ID: h.ID, URL: h.URL, RoomID: h.Room, Events: h.Events, CreatedBy: h.CreatedBy, CreatedAt: written(h.CreatedAt)}
	if f := h.Failed; f != nil {
		w.Failed = &webhookFailure{written(f.At), f.Reason, f.Room, f.Seq}
	}
	return w
}

func written(t time.Time) string { return t.UTC().Format(rooms.TimeFormat) }

// createWebhook answers 201 {webhook, secret}.
func (s *Server) createWebhook(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := hooks.HookInput{URL: f.text("url"), Room: room}
	if f.members["events"] != nil {
		in.Events = f.texts("events", maxEvents)
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	made, secret, err := s.webhooks.Create(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusCreated, struct {
		Webhook webhook `json:"webhook"`
		Secret  string  `json:"secret"`
	}{webhookOf(&made), secret})
}

// listWebhooks answers {webhooks}.
func (s *Server) listWebhooks(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, err := s.webhooks.List(ctx, c.user, room)
	if err != nil {
		return reply{}, err
	}
	found := make([]webhook, len(list))
	for i := range list {
		found[i] = webhookOf(&list[i])
	}
	return answer(http.StatusOK, struct {
		Webhooks []webhook `json:"webhooks"`
	}{found})
}

// removeWebhook answers 204.
func (s *Server) removeWebhook(c call) (reply, error) {
	room, id, err := webhookIn(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.webhooks.Remove(ctx, c.user, room, id)
}

// webhookCursors answers {cursors, more}.
func (s *Server) webhookCursors(c call) (reply, error) {
	room, id, err := webhookIn(c)
	if err != nil {
		return reply{}, err
	}
	q := readQuery(c)
	after, limit := q.text("after"), q.optionalLimit()
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.webhooks.Cursors(ctx, c.user, room, id, after, limit)
	if err != nil {
		return reply{}, err
	}
	type cursor struct {
		RoomID       rooms.RoomID `json:"roomId"`
		Seq          int64        `json:"seq"`
		FailingSince string       `json:"failingSince,omitempty"`
		Attempts     int          `json:"attempts,omitempty"`
		LastError    string       `json:"lastError,omitempty"`
	}
	found := make([]cursor, len(list))
	for i, at := range list {
		found[i] = cursor{RoomID: at.Room, Seq: at.Seq, Attempts: at.Attempts, LastError: at.LastError}
		if !at.FailingSince.IsZero() {
			found[i].FailingSince = written(at.FailingSince)
		}
	}
	return answer(http.StatusOK, struct {
		Cursors []cursor `json:"cursors"`
		More    bool     `json:"more"`
	}{found, more})
}

// setWebhookCursor answers 204.
func (s *Server) setWebhookCursor(c call) (reply, error) {
	room, id, err := webhookIn(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in, seq := f.optionalName("roomId"), f.seq("seq")
	if room == "" && in == "" {
		f.refuse("roomId", "is required")
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.webhooks.SetCursor(ctx, c.user, room, id, in, seq)
}

// webhookIn reads the room, empty where the path has none, and the webhook's id.
func webhookIn(c call) (room, id string, err error) {
	if room, err = roomOf(c); err != nil {
		return "", "", err
	}
	if id, err = url.PathUnescape(c.Params("webhookId")); err != nil {
		return "", "", rooms.BadField("webhookId", "must be escaped as in a URL")
	}
	return room, id, nil
}
