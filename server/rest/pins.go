package rest

import (
	"context"

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
	room, seq, err := messageOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	sent, err := s.service.SetPin(ctx, c.user, rooms.PinInput{RoomID: room, Seq: seq, On: on})
	if err != nil {
		return reply{}, err
	}
	return answerSeq(sent)
}
