package socketio

import (
	"encoding/json"
	"strconv"

	"roomstream/rooms"
)

// sendMessage queues a message: {roomId, text, clientId?, parent?, data?, attachments?}. It does not wait: the next
// event is read while this one is being stored, and the ack comes when it is durable.
func (s *speaker) sendMessage(args []json.RawMessage, binary bool, a answer) {
	in, refusal := readSend(args, binary)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	// Without a clientId sending again would store the message twice.
	a.silent = s.silent && in.ClientID != ""
	s.chat.service.Send(s.user, in, func(sent rooms.Sent, err error) {
		if err != nil {
			a.fail(err)
			return
		}
		if a.wanted() {
			a.ok(sentMembers(sent))
		}
	})
}

func readSend(args []json.RawMessage, binary bool) (rooms.SendInput, *rooms.Error) {
	p := readPayload(args)
	in := rooms.SendInput{
		RoomID:   p.text("roomId"),
		Text:     p.text("text"),
		ClientID: p.optionalText("clientId"),
		Parent:   p.optionalPositive("parent"),
		Data:     p.optionalObject("data", binary),

		Attachments: p.optionalTexts("attachments"),
	}
	return in, p.err
}

func sentMembers(sent rooms.Sent) []byte {
	const size = 128 // bytes, rounded up
	b := make([]byte, 0, size)
	b = appendName(b, "id")
	b = rooms.AppendJSONString(b, sent.ID.String())
	b = appendName(b, "seq")
	b = strconv.AppendInt(b, sent.Seq, 10)
	b = appendName(b, "timestamp")
	b = rooms.AppendJSONString(b, formatTime(sent.Timestamp))
	if sent.Duplicate {
		b = append(b, `,"duplicate":true`...)
	}
	return b
}
