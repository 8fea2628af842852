package rest

import (
	"context"
	"net/http"

	"roomstream/rooms"
)

// pins answers {pins: [message], more}.
func (s *Server) pins(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	q := readQuery(c)
	after := q.optionalPositive("after")
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.ListPins(ctx, c.user, room, after)
	if err != nil {
		return reply{}, err
	}
	return answerPage("pins", list, (*rooms.Message).AppendJSON, more), nil
}

// pin pins a message and answers {seq}.
func (s *Server) pin(c call) (reply, error) { return s.setPin(c, true) }

// unpin takes a message's pin away and answers {seq}.
func (s *Server) unpin(c call) (reply, error) { return s.setPin(c, false) }

func (s *Server) setPin(c call, on bool) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	seq, ok := parseSeq(c.Params("seq"))
	if !ok {
		return reply{}, rooms.BadField("seq", "must be an integer from 0 below 2^53")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	sent, err := s.service.SetPin(ctx, c.user, rooms.PinInput{RoomID: room, Seq: seq, On: on})
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		Seq int64 `json:"seq"`
	}{sent.Seq})
}
