package socketio

import (
	"context"
	"encoding/json"

	"roomstream/rooms"
)

// unread counts the user's unread notifications; nil where that cannot be told in time.
func (s *speaker) unread(ctx context.Context) *int {
	n, err := s.chat.unread(ctx, s.user.ID)
	if err != nil {
		s.chat.log.Warn("ready does not tell the unread notifications", "user", string(s.user.ID), "error", err)
		return nil
	}
	return &n
}

// markNotifications marks notifications read or unread: {ids, read}.
func (s *speaker) markNotifications(args []json.RawMessage, a answer) {
	p := readPayload(args)
	ids, read := p.texts("ids"), p.flag("read")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	unread, err := s.chat.service.MarkNotifications(ctx, s.user, ids, read)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(appendMember(nil, "unread", unread))
}

// texts reads a list of strings that must be there.
func (p *payload) texts(name string) []string {
	raw := p.required(name)
	if raw == nil {
		return nil
	}
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil || elements == nil || len(elements) > rooms.MaxMarked {
		p.refuse(name, "must be an array of at most %d strings", rooms.MaxMarked)
		return nil
	}
	list := make([]string, len(elements))
	for i, element := range elements {
		if !isString(element) || json.Unmarshal(element, &list[i]) != nil { // null would be taken for ""
			p.refuse(name, "must be an array of at most %d strings", rooms.MaxMarked)
		}
	}
	return list
}
