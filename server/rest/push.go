package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"roomstream/rooms"
	"roomstream/rooms/push"
)

// pushOff is the answer of the routes of Web Push where it is off, but for the list.
func pushOff() error {
	return &rooms.Error{Code: rooms.CodeNotFound, Message: "Web Push is off: -push-subject turns it on", Reason: "push_off"}
}

// pushKey answers {key}.
func (s *Server) pushKey(call) (reply, error) {
	if s.push == nil {
		return reply{}, pushOff()
	}
	return answer(http.StatusOK, struct {
		Key string `json:"key"`
	}{s.push.Key()})
}

// subscriptions answers {key?, subscriptions:[{id, label?, renewedAt}]}. It is what a page asks that does not know whether
// there is Web Push: without it there is no key and no subscription.
func (s *Server) subscriptions(c call) (reply, error) {
	if s.push == nil {
		return reply{http.StatusOK, []byte(`{"subscriptions":[]}`)}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, err := s.push.Devices(ctx, c.user)
	if err != nil {
		return reply{}, err
	}
	type device struct {
		ID        string `json:"id"`
		Label     string `json:"label,omitempty"`
		RenewedAt string `json:"renewedAt"`
	}
	devices := make([]device, len(list))
	for i, d := range list {
		devices[i] = device{d.ID, d.Label, written(d.RenewedAt)}
	}
	return answer(http.StatusOK, struct {
		Key           string   `json:"key"`
		Subscriptions []device `json:"subscriptions"`
	}{s.push.Key(), devices})
}

// subscribe takes a browser's PushSubscription and answers {id}.
func (s *Server) subscribe(c call) (reply, error) {
	if s.push == nil {
		return reply{}, pushOff()
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := push.Input{Endpoint: f.text("endpoint"), Label: c.Get(fiber.HeaderUserAgent)}
	keys := f.part("keys")
	in.P256dh, in.Auth = keys.text("p256dh"), keys.text("auth")
	if f.err != nil {
		return reply{}, f.err
	}
	if keys.err != nil {
		refused := *rooms.AsError(keys.err)
		return reply{}, rooms.BadField("keys."+refused.Field, "must be a string")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	id, err := s.push.Subscribe(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		ID string `json:"id"`
	}{id})
}

// part reads an object that must be there; its mistakes are its own.
func (f *fields) part(name string) *fields {
	inner := &fields{}
	if raw, present := f.members[name]; !present {
		f.refuse(name, "is required")
	} else if json.Unmarshal(raw, &inner.members) != nil || inner.members == nil {
		f.refuse(name, "must be an object")
	}
	return inner
}

// unsubscribe answers 204.
func (s *Server) unsubscribe(c call) (reply, error) {
	if s.push == nil {
		return reply{}, pushOff()
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.push.Unsubscribe(ctx, c.user, c.Params("subscriptionId"))
}
