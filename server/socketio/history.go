package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// getHistory reads a page of messages: {roomId, before? / after? / around?, parent?, limit?}.
func (s *speaker) getHistory(args []json.RawMessage, a answer) {
	in, refusal := readHistory(args)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	page, err := s.chat.service.History(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	if a.wanted() {
		a.ok(page.AppendMembers([]byte{','}))
	}
}

func readHistory(args []json.RawMessage) (rooms.HistoryInput, *rooms.Error) {
	p := readPayload(args)
	in := rooms.HistoryInput{
		RoomID: p.text("roomId"),
		Before: p.optionalSeq("before"),
		After:  p.optionalSeq("after"),
		Around: p.optionalSeq("around"),
		Parent: p.optionalPositive("parent"),
		Limit:  int(p.optionalPositive("limit")),
	}
	return in, p.err
}
