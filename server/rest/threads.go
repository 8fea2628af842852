package rest

import (
	"context"
	"net/http"

	"roomstream/rooms"
)

// threads answers {threads: [thread], more}: those that the caller follows and has not read.
func (s *Server) threads(c call) (reply, error) {
	q := readQuery(c)
	limit := q.optionalLimit()
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.UnreadThreads(ctx, c.user, limit)
	if err != nil {
		return reply{}, err
	}
	return answerPage("threads", list, (*rooms.UnreadThread).AppendJSON, more), nil
}

// thread answers what a thread is to the caller.
func (s *Server) thread(c call) (reply, error) { return s.answerThread(c, rooms.ThreadInput{}) }

// setThread changes it as the body says.
func (s *Server) setThread(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.ThreadInput{Following: f.optionalFlag("following"), ReadSeq: f.optionalSeq("readSeq")}
	if f.err != nil {
		return reply{}, f.err
	}
	return s.answerThread(c, in)
}

func (s *Server) answerThread(c call, in rooms.ThreadInput) (reply, error) {
	var err error
	if in.RoomID, in.Thread, err = messageOf(c); err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	state, err := s.service.SetThread(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: append(state.AppendMembers([]byte{'{'}), '}')}, nil
}
