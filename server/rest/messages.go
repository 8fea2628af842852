package rest

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"roomstream/rooms"
)

// readTimeout is how long a read of the store may take; a send has its own.
const readTimeout = 8 * time.Second

// listRooms answers {rooms, more, next?}.
func (s *Server) listRooms(c call) (reply, error) {
	q := readQuery(c)
	in := rooms.ListRoomsInput{Query: q.text("query"), After: q.text("after"), Limit: q.optionalLimit(), All: q.optionalFlag("all")}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	summaries, next, err := s.service.ListRooms(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerPageWithNext("rooms", summaries, (*rooms.Summary).AppendJSON, string(next)), nil
}

// history answers {messages, hasBefore, hasAfter}.
func (s *Server) history(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	q := readQuery(c)
	in := rooms.HistoryInput{
		RoomID: room,
		Before: q.optionalSeq("before"), After: q.optionalSeq("after"), Around: q.optionalSeq("around"),
		Parent: q.optionalParent(), Limit: q.optionalLimit(),
	}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	page, err := s.service.History(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, append(page.AppendMembers([]byte{'{'}), '}')}, nil
}

// send answers 201 {id, seq, timestamp}, or 200 with duplicate:true.
func (s *Server) send(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.SendInput{
		RoomID: room, Text: f.text("text"), ClientID: f.optionalText("clientId"),
		Parent: f.optionalSeq("parent"), Data: f.optionalObject("data"), Attachments: f.optionalTexts("attachments"),
		TraceParent: c.Get("Traceparent"),
	}
	if f.err != nil {
		return reply{}, f.err
	}
	// The Service ends a send by itself, within -send-timeout.
	sent, err := s.service.SendWait(context.Background(), c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerSent(sent)
}

// deleteMessage takes a message away and answers {seq}: that of the delete.
func (s *Server) deleteMessage(c call) (reply, error) {
	room, seq, err := messageOf(c)
	if err != nil {
		return reply{}, err
	}
	// The Service ends a delete by itself, as it does a send.
	sent, err := s.service.DeleteWait(context.Background(), c.user, rooms.DeleteInput{RoomID: room, Seq: seq})
	if err != nil {
		return reply{}, err
	}
	return answerSeq(sent)
}

// messageOf gives the room and the message that the path names.
func messageOf(c call) (room string, seq int64, err error) {
	if room, err = roomOf(c); err != nil {
		return "", 0, err
	}
	seq, ok := parseSeq(c.Params("seq"))
	if !ok {
		return "", 0, rooms.BadField("seq", "must be an integer from 0 below 2^53")
	}
	return room, seq, nil
}

// answerSeq answers 200 {seq}.
func answerSeq(sent rooms.Sent) (reply, error) {
	return answer(http.StatusOK, struct {
		Seq int64 `json:"seq"`
	}{sent.Seq})
}

// answerSent answers 201 {id, seq, timestamp}, or 200 with duplicate:true.
func answerSent(sent rooms.Sent) (reply, error) {
	status := http.StatusCreated
	if sent.Duplicate {
		status = http.StatusOK
	}
	return answer(status, struct {
		ID        string `json:"id"`
		Seq       int64  `json:"seq"`
		Timestamp string `json:"timestamp"`
		Duplicate bool   `json:"duplicate,omitempty"`
	}{sent.ID.String(), sent.Seq, sent.Timestamp.UTC().Format(rooms.TimeFormat), sent.Duplicate})
}

// roomOf unescapes the room's id: ":" is %3A where encodeURIComponent wrote it.
func roomOf(c call) (string, error) {
	id, err := url.PathUnescape(c.Params("id"))
	if err != nil {
		return "", rooms.BadField("roomId", "must be escaped as in a URL")
	}
	return id, nil
}
