package hooks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// MaxKeys is how many keys of a kind a room's owners may make for it.
	MaxKeys = 100
	// MaxRooms bounds the rooms of one bot.
	MaxRooms = 100

	// revokedEvery is how often revocations are read; a signal, which comes sooner, may be lost.
	revokedEvery = 2 * time.Second
	// revokedWithin is how far back they are read. It covers a clock that is off by less, and a socket whose key was
	// looked up just before.
	revokedWithin = time.Minute
	// revokedTimeout bounds that reading.
	revokedTimeout = 5 * time.Second

	pageDefault = 50
	pageMost    = 100
)

// Bots are the programs that come in by keys, and the addresses that take messages: incoming hooks. It is safe for
// concurrent use. Run ends the sockets of those whose keys were revoked.
type Bots struct {
	chat   *rooms.Service
	keys   *auth.Keys
	logger *slog.Logger
}

// NewBots makes Bots of a chat. logger nil: none.
func NewBots(chat *rooms.Service, keys *auth.Keys, logger *slog.Logger) *Bots {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Bots{chat, keys, logger}
}

// What a bot may do.
const (
	RightsPost = "post"
	RightsRead = "post_and_read"
)

// RightsOf says what a bot's key lets it do.
func RightsOf(k *auth.Key) string {
	if k.PostOnly {
		return RightsPost
	}
	return RightsRead
}

// BotInput makes a bot.
type BotInput struct {
	Name     string
	Rooms    []string // where it may go; nil: everywhere but in direct rooms, which an admin alone may give
	PostOnly bool
}

// CreateBot makes a bot and its key, which is told only here. An admin may, and a room's owner for that room. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (b *Bots) CreateBot(ctx context.Context, user auth.User, in BotInput) (auth.Key, string, error) {
	switch {
	case len(in.Rooms) > MaxRooms:
		return auth.Key{}, "", rooms.BadField("rooms", "must be at most %d", MaxRooms)
	case in.Rooms != nil && len(in.Rooms) == 0:
		return auth.Key{}, "", rooms.BadField("rooms", "must name a room, or be left out for all")
	case in.Rooms == nil && !isAdmin(user):
		return auth.Key{}, "", rooms.E(rooms.CodeForbidden, "only the role %s may make a bot for all rooms: name the rooms", auth.RoleAdmin)
	}
	for _, room := range in.Rooms {
		if err := owns(ctx, b.chat, user, room); err != nil {
			return auth.Key{}, "", err
		}
	}
	return b.create(ctx, user, auth.Key{Kind: auth.KindBot, Name: in.Name, Rooms: in.Rooms, PostOnly: in.PostOnly})
}

// CreateHook makes an incoming hook of a room and its secret, which is told only here. The room's owners may. Errors as
// CreateBot.
func (b *Bots) CreateHook(ctx context.Context, user auth.User, room, name string) (auth.Key, string, error) {
	if err := owns(ctx, b.chat, user, room); err != nil {
		return auth.Key{}, "", err
	}
	return b.create(ctx, user, auth.Key{Kind: auth.KindHook, Name: name, Rooms: []string{room}, PostOnly: true})
}

func (b *Bots) create(ctx context.Context, user auth.User, key auth.Key) (auth.Key, string, error) {
	for _, room := range key.Rooms {
		there, err := b.keys.List(ctx, auth.KeyQuery{Kind: key.Kind, Room: room, Limit: MaxKeys})
		if err != nil {
			return auth.Key{}, "", err
		}
		if len(there) >= MaxKeys {
			return auth.Key{}, "", rooms.E(rooms.CodeConflict, "room %s has %d of them, the most there may be: revoke one first", room, MaxKeys)
		}
	}
	key.CreatedBy = user.ID
	made, shown, err := b.keys.Create(ctx, key)
	if err == nil {
		b.chat.Auditor().Note(ctx, keyEntry(user, "create_", &made))
	}
	return made, shown, err
}

// List gives at most limit (0: 50; at most 100) keys of a kind, ascending by id, and whether there are more: a room's to its
// owners, all (room empty) to admins. Who is no admin is shown this room alone of a key's rooms. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (b *Bots) List(ctx context.Context, user auth.User, kind auth.Kind, room, after string, limit int) ([]auth.Key, bool, error) {
	if limit < 0 || limit > pageMost {
		return nil, false, rooms.BadField("limit", "must be from 1 to %d", pageMost)
	}
	if err := manages(ctx, b.chat, user, room); err != nil {
		return nil, false, err
	}
	limit = cmp.Or(limit, pageDefault)
	list, err := b.keys.List(ctx, auth.KeyQuery{Kind: kind, Room: room, After: auth.UserID(after), Limit: limit + 1})
	if err != nil {
		return nil, false, err
	}
	if !isAdmin(user) {
		for i := range list {
			list[i].Rooms = []string{room}
		}
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// Revoke takes a key out of force and closes its sockets everywhere: an owner one that is good in his room alone, an admin
// (room empty) any. Errors: NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (b *Bots) Revoke(ctx context.Context, user auth.User, kind auth.Kind, room, id string) error {
	if err := manages(ctx, b.chat, user, room); err != nil {
		return err
	}
	was, err := b.keys.Revoke(ctx, auth.KeyRef{Kind: kind, ID: auth.UserID(id), Room: room})
	if errors.Is(err, auth.ErrNoKey) {
		return rooms.E(rooms.CodeNotFound, "there is no such one here")
	}
	if err != nil {
		return err
	}
	b.chat.Auditor().Note(ctx, keyEntry(user, "remove_", &was))
	return b.chat.Revoke(auth.UserID(id)) // at once, where the signal arrives; Run sees to the rest
}

// manages lets an admin do anything, and owners what concerns their room.
func manages(ctx context.Context, chat *rooms.Service, user auth.User, room string) error {
	if room != "" {
		return owns(ctx, chat, user, room)
	}
	if !isAdmin(user) {
		return rooms.E(rooms.CodeForbidden, "only the role %s may do this for all rooms", auth.RoleAdmin)
	}
	return nil
}

// owns says why a user is no owner of a room.
func owns(ctx context.Context, chat *rooms.Service, user auth.User, room string) error {
	view, err := chat.Room(ctx, user, room)
	switch {
	case err != nil:
		return err
	case view.Room.Type == rooms.TypeDirect:
		return &rooms.Error{Code: rooms.CodeForbidden, Message: "a direct room has no integrations", Reason: "direct"}
	case !view.Role.AtLeast(rooms.RoleOwner):
		return &rooms.Error{Code: rooms.CodeForbidden, Message: "only owners of the room may do this", Reason: "role"}
	}
	return nil
}

func isAdmin(user auth.User) bool { return user.Grant == nil && user.Has(auth.RoleAdmin) }

// Run ends the sockets of bots whose keys were revoked, wherever that was, until ctx is done. emitter has them.
func (b *Bots) Run(ctx context.Context, emitter rooms.Emitter) error {
	tick := time.NewTicker(revokedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		op, cancel := context.WithTimeout(ctx, revokedTimeout)
		revoked, err := b.keys.RevokedWithin(op, revokedWithin)
		cancel()
		if err != nil && ctx.Err() == nil {
			b.logger.Warn("reading revoked keys failed", "error", err)
		}
		for _, id := range revoked {
			emitter.Revoke(id)
		}
	}
}
