package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// reportMessage shows a message to those who moderate its room: {roomId, seq, reason}.
func (s *speaker) reportMessage(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.ReportInput{RoomID: p.text("roomId"), Seq: p.seq("seq"), Reason: p.text("reason")}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	a.silent = s.silent // the same report is stored once
	ctx, cancel := readContext()
	defer cancel()
	made, err := s.chat.service.ReportMessage(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(made.AppendJSON(appendName(nil, "report")))
}
