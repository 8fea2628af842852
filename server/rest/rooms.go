package rest

import (
	"context"
	"net/http"
	"strconv"

	"roomstream/rooms"
)

// createRoom answers 201 {room}, or 200 when the same clientId made it before.
func (s *Server) createRoom(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.CreateRoomInput{
		ID: f.optionalName("id"), Name: f.text("name"), Type: f.text("type"),
		Topic: f.optionalText("topic"), ClientID: f.optionalText("clientId"),
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	room, made, err := s.service.CreateRoom(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	if made {
		return answerRoom(http.StatusCreated, room), nil
	}
	return answerRoom(http.StatusOK, room), nil
}

// getRoom answers {room}.
func (s *Server) getRoom(c call) (reply, error) {
	id, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	room, err := s.service.Room(ctx, c.user, id)
	if err != nil {
		return reply{}, err
	}
	return answerRoom(http.StatusOK, room), nil
}

// updateRoom changes the settings that the body names and answers {room}.
func (s *Server) updateRoom(c call) (reply, error) {
	id, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.UpdateRoomInput{
		RoomID: id, Name: given(f, "name", f.text), Topic: given(f, "topic", f.text),
		ReadOnly: given(f, "readOnly", f.flag), SlowMode: given(f, "slowModeMs", f.millis),
		Archived: given(f, "archived", f.flag), Receipts: given(f, "receipts", f.flag),
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	room, err := s.service.UpdateRoom(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerRoom(http.StatusOK, room), nil
}

// openDirect answers {room}: the one room of the caller and another.
func (s *Server) openDirect(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	userID := f.text("userId")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	room, err := s.service.OpenDirect(ctx, c.user, userID)
	if err != nil {
		return reply{}, err
	}
	return answerRoom(http.StatusOK, room), nil
}

func answerRoom(status int, room rooms.View) reply {
	return reply{status, append(room.AppendJSON([]byte(`{"room":`)), '}')}
}

// answerPage answers {name: [...], more} with what write appends of each of the list.
func answerPage[T any](name string, list []T, write func(*T, []byte) []byte, more bool) reply {
	return reply{http.StatusOK, append(appendPage(name, list, write, more), '}')}
}

// answerPageWithNext answers {name: [...], more, next?}.
func answerPageWithNext[T any](name string, list []T, write func(*T, []byte) []byte, next string) reply {
	body := appendPage(name, list, write, next != "")
	if next != "" {
		body = rooms.AppendJSONString(append(body, `,"next":`...), next)
	}
	return reply{http.StatusOK, append(body, '}')}
}

func appendPage[T any](name string, list []T, write func(*T, []byte) []byte, more bool) []byte {
	body := rooms.AppendJSONString([]byte{'{'}, name)
	body = append(body, `:[`...)
	for i := range list {
		if i > 0 {
			body = append(body, ',')
		}
		body = write(&list[i], body)
	}
	return strconv.AppendBool(append(body, `],"more":`...), more)
}
