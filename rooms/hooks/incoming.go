package hooks

import (
	"context"
	"errors"

	"roomstream/auth"
	"roomstream/rooms"
)

// PostInput is what an incoming hook takes.
type PostInput struct {
	Room     string
	Secret   string
	Text     string
	Name     string // shown as the author's; empty: the hook's
	Data     string
	ClientID string
}

// Post sends a message by an incoming hook, as the hook. Errors are those of rooms.Service.Send; NOT_FOUND for an address
// that is none.
func (b *Bots) Post(ctx context.Context, in PostInput) (rooms.Sent, error) {
	key, err := b.keys.Verify(ctx, auth.KindHook, in.Secret)
	switch {
	case errors.Is(err, auth.ErrUnauthenticated):
		return rooms.Sent{}, noHook()
	case err != nil:
		return rooms.Sent{}, err
	}
	user := key.User()
	if !user.Grant.In(in.Room) {
		return rooms.Sent{}, noHook()
	}
	if in.Name != "" {
		if user.Name, err = auth.CleanName(in.Name); err != nil {
			return rooms.Sent{}, err
		}
	}
	return b.chat.SendWait(ctx, user, rooms.SendInput{RoomID: in.Room, Text: in.Text, Data: in.Data, ClientID: in.ClientID})
}

func noHook() error {
	return rooms.E(rooms.CodeNotFound, "there is no such hook: it may have been removed")
}
