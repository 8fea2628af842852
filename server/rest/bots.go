package rest

import (
	"context"
	"net/http"
	"net/url"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// eventOf names the event of web/docs/protocol.md that a route does the same as, where that matters to who has a key.
func eventOf(r route) string {
	switch r.method + " " + r.path {
	case "POST /api/rooms/{id}/messages":
		return "send_message"
	case "DELETE /api/rooms/{id}/messages/{seq}":
		return "delete_message"
	case "POST /api/rooms":
		return "create_room"
	case "POST /api/direct":
		return "open_direct"
	case "POST /api/invitations":
		return "accept_invitation"
	case "POST /api/rooms/{id}/invitations":
		return "create_invitation"
	case "PUT /api/rooms/{id}/members/{userId}", "DELETE /api/rooms/{id}/members/{userId}":
		return "set_member"
	}
	return ""
}

// bot is a bot as clients see it.
type bot struct {
	ID        auth.UserID `json:"id"`
	Name      string      `json:"name"`
	Rooms     []string    `json:"rooms,omitempty"` // nil: all
	Rights    string      `json:"rights"`
	CreatedBy auth.UserID `json:"createdBy"`
	CreatedAt string      `json:"createdAt"`
}

func botOf(k *auth.Key) bot {
	return bot{k.ID, k.Name, k.Rooms, hooks.RightsOf(k), k.CreatedBy, k.CreatedAt.UTC().Format(rooms.TimeFormat)}
}

// createBot answers 201 {bot, key}.
func (s *Server) createBot(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := hooks.BotInput{Name: f.text("name")}
	switch {
	case room != "":
		in.Rooms = []string{room}
	case f.members["rooms"] != nil && string(f.members["rooms"]) != "null":
		in.Rooms = f.texts("rooms", hooks.MaxRooms)
	}
	switch rights := f.text("rights"); rights {
	case hooks.RightsPost, hooks.RightsRead:
		in.PostOnly = rights == hooks.RightsPost
	default:
		f.refuse("rights", "must be "+hooks.RightsPost+" or "+hooks.RightsRead)
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	made, key, err := s.bots.CreateBot(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusCreated, struct {
		Bot bot    `json:"bot"`
		Key string `json:"key"`
	}{botOf(&made), key})
}

// listBots answers {bots, more}.
func (s *Server) listBots(c call) (reply, error) {
	list, more, err := s.listKeys(c, auth.KindBot)
	if err != nil {
		return reply{}, err
	}
	bots := make([]bot, len(list))
	for i := range list {
		bots[i] = botOf(&list[i])
	}
	return answer(http.StatusOK, struct {
		Bots []bot `json:"bots"`
		More bool  `json:"more"`
	}{bots, more})
}

// removeBot answers 204.
func (s *Server) removeBot(c call) (reply, error) { return s.revokeKey(c, auth.KindBot, "botId") }

// hook is an incoming hook as clients see it.
type hook struct {
	ID        auth.UserID `json:"id"`
	RoomID    string      `json:"roomId"`
	Name      string      `json:"name"`
	CreatedBy auth.UserID `json:"createdBy"`
	CreatedAt string      `json:"createdAt"`
}

func hookOf(room string, k *auth.Key) hook {
	return hook{k.ID, room, k.Name, k.CreatedBy, k.CreatedAt.UTC().Format(rooms.TimeFormat)}
}

// createHook answers 201 {hook, path}.
func (s *Server) createHook(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	name := f.text("name")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	made, secret, err := s.bots.CreateHook(ctx, c.user, room, name)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusCreated, struct {
		Hook hook   `json:"hook"`
		Path string `json:"path"`
	}{hookOf(room, &made), "/api/hooks/" + url.PathEscape(room) + "/" + secret})
}

// listHooks answers {hooks, more}.
func (s *Server) listHooks(c call) (reply, error) {
	list, more, err := s.listKeys(c, auth.KindHook)
	if err != nil {
		return reply{}, err
	}
	found := make([]hook, len(list))
	for i := range list {
		found[i] = hookOf(list[i].Rooms[0], &list[i])
	}
	return answer(http.StatusOK, struct {
		Hooks []hook `json:"hooks"`
		More  bool   `json:"more"`
	}{found, more})
}

// removeHook answers 204.
func (s *Server) removeHook(c call) (reply, error) { return s.revokeKey(c, auth.KindHook, "hookId") }

// listKeys gives those of the room in the path, or all where it names none.
func (s *Server) listKeys(c call, kind auth.Kind) ([]auth.Key, bool, error) {
	room, err := roomOf(c)
	if err != nil {
		return nil, false, err
	}
	q := readQuery(c)
	after, limit := q.text("after"), q.optionalLimit()
	if q.err != nil {
		return nil, false, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return s.bots.List(ctx, c.user, kind, room, after, limit)
}

func (s *Server) revokeKey(c call, kind auth.Kind, parameter string) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	id, err := url.PathUnescape(c.Params(parameter))
	if err != nil {
		return reply{}, rooms.BadField("id", "must be escaped as in a URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.bots.Revoke(ctx, c.user, kind, room, id)
}

// post answers an incoming hook's message: 201 {id, seq, timestamp}, or 200 with duplicate:true.
func (s *Server) post(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	secret, err := url.PathUnescape(c.Params("secret"))
	if err != nil {
		return reply{}, rooms.BadField("secret", "must be escaped as in a URL")
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := hooks.PostInput{
		Room: room, Secret: secret, Text: f.text("text"), Name: f.optionalText("name"), Data: f.optionalObject("data"), ClientID: f.optionalText("clientId"),
	}
	if key := c.Get("Idempotency-Key"); key != "" {
		if in.ClientID != "" && in.ClientID != key {
			f.refuse("clientId", "must be the Idempotency-Key, or one of the two left out")
		}
		in.ClientID = key
	}
	if f.err != nil {
		return reply{}, f.err
	}
	sent, err := s.bots.Post(context.Background(), in)
	if err != nil {
		return reply{}, err
	}
	return answerSent(sent)
}
