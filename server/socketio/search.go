package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// search finds messages by their text: {query, roomId?, from?, since?, until?, before?, limit?}.
func (s *speaker) search(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.SearchInput{
		Query: p.text("query"), RoomID: p.optionalText("roomId"), From: p.optionalText("from"),
		Since: p.optionalTime("since"), Until: p.optionalTime("until"), Before: p.optionalText("before"), Limit: int(p.optionalPositive("limit")),
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	found, err := s.chat.service.Search(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	if a.wanted() {
		a.ok(found.AppendMembers([]byte{','}))
	}
}
