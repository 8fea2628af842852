package socketio

import (
	"encoding/json"
	"strconv"

	"roomstream/rooms"
)

// getHistory reads a page of messages: {roomId, before? / after? / around?, limit?}.
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
		a.ok(historyMembers(page))
	}
}

func readHistory(args []json.RawMessage) (rooms.HistoryInput, *rooms.Error) {
	p := readPayload(args)
	in := rooms.HistoryInput{
		RoomID: p.text("roomId"),
		Before: p.optionalSeq("before"),
		After:  p.optionalSeq("after"),
		Around: p.optionalSeq("around"),
		Limit:  int(p.optionalPositive("limit")),
	}
	p.absent("parent")
	return in, p.err
}

func historyMembers(page rooms.History) []byte {
	const otherMembers = 64 // bytes, rounded up
	b := make([]byte, 0, otherMembers+eventsSize(page.Messages))
	b = append(b, `,"messages":[`...)
	for i := range page.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = page.Messages[i].AppendJSON(b)
	}
	b = append(b, ']')
	b = appendName(b, "hasBefore")
	b = strconv.AppendBool(b, page.HasBefore)
	b = appendName(b, "hasAfter")
	return strconv.AppendBool(b, page.HasAfter)
}
