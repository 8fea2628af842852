package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// Invitations keeps the rooms' invitations.
type Invitations struct{ *Store }

var _ rooms.Invitations = (*Invitations)(nil)

// invitationIndexes find a room's by id. A token's hash is the _id.
func invitationIndexes() []index {
	return []index{{name: "room_id", key: keys("roomId", "id"), unique: true}}
}

// storedInvitation is an invitation as it is stored.
type storedInvitation struct {
	Hash      []byte    `bson:"_id"`
	ID        string    `bson:"id"`
	RoomID    string    `bson:"roomId"`
	Role      string    `bson:"role"`
	CreatedBy string    `bson:"createdBy"`
	Right     string    `bson:"right,omitempty"`
	CreatedAt time.Time `bson:"createdAt"`
	ExpiresAt time.Time `bson:"expiresAt,omitempty"`
	MaxUses   int       `bson:"maxUses,omitempty"`
	UsedBy    []string  `bson:"usedBy"`
}

func storeInvitation(i *rooms.Invitation) storedInvitation {
	s := storedInvitation{
		Hash: i.Hash[:], ID: i.ID, RoomID: string(i.RoomID), Role: string(i.Role), CreatedBy: string(i.CreatedBy),
		Right: string(i.Right), CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt, MaxUses: i.MaxUses, UsedBy: []string{},
	}
	for _, user := range i.UsedBy {
		s.UsedBy = append(s.UsedBy, string(user))
	}
	return s
}

func (s *storedInvitation) invitation() rooms.Invitation {
	i := rooms.Invitation{
		ID: s.ID, RoomID: rooms.RoomID(s.RoomID), Role: rooms.Role(s.Role), CreatedBy: auth.UserID(s.CreatedBy),
		Right: rooms.Right(s.Right), CreatedAt: s.CreatedAt.UTC(), MaxUses: s.MaxUses,
	}
	copy(i.Hash[:], s.Hash)
	if !s.ExpiresAt.IsZero() {
		i.ExpiresAt = s.ExpiresAt.UTC()
	}
	for _, user := range s.UsedBy {
		i.UsedBy = append(i.UsedBy, auth.UserID(user))
	}
	return i
}

// expired says whether the invitation has ended by now.
func (s *storedInvitation) expired(now time.Time) bool {
	return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt)
}

// CreateInvitation stores a new one. CodeConflict: there is one of its hash or id.
func (v *Invitations) CreateInvitation(ctx context.Context, i rooms.Invitation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := rooms.ParseRoomID(string(i.RoomID)); err != nil {
		return err
	}
	if i.ID == "" {
		return rooms.BadField("id", "must be set")
	}
	ctx, cancel := v.writing(ctx)
	defer cancel()
	_, err := v.invitations.InsertOne(ctx, storeInvitation(&i))
	if isDuplicate(err) {
		return rooms.E(rooms.CodeConflict, "there is such an invitation already")
	}
	return fail(fmt.Sprintf("write an invitation to %s", i.RoomID), err)
}

// Invitation returns the one of a hash.
func (v *Invitations) Invitation(ctx context.Context, hash [32]byte) (rooms.Invitation, error) {
	ctx, cancel := v.reading(ctx)
	defer cancel()
	var there storedInvitation
	err := v.invitations.FindOne(ctx, field("_id", hash[:])).Decode(&there)
	if isNotFound(err) {
		return rooms.Invitation{}, rooms.NoSuchInvitation()
	}
	if err != nil {
		return rooms.Invitation{}, fail("read an invitation", err)
	}
	return there.invitation(), nil
}

// UseInvitation takes one of the uses: one atomic change of one document, which finds it only
// while there is one left for this user.
func (v *Invitations) UseInvitation(ctx context.Context, hash [32]byte, user auth.UserID, now time.Time) (rooms.Invitation, error) {
	if err := ctx.Err(); err != nil {
		return rooms.Invitation{}, err
	}
	ctx, cancel := v.writing(ctx)
	defer cancel()
	var there storedInvitation
	opts := options.FindOneAndUpdate().SetReturnDocument(options.After)
	err := v.invitations.FindOneAndUpdate(ctx, usable(hash, user, now), field("$addToSet", field("usedBy", string(user))), opts).Decode(&there)
	if err == nil {
		return there.invitation(), nil
	}
	if isNotFound(err) {
		err = v.invitations.FindOne(ctx, field("_id", hash[:])).Decode(&there)
		switch {
		case err == nil && there.expired(now):
			return rooms.Invitation{}, rooms.E(rooms.CodeGone, "the invitation has expired")
		case err == nil:
			return rooms.Invitation{}, rooms.E(rooms.CodeGone, "the invitation is used up")
		case isNotFound(err):
			return rooms.Invitation{}, rooms.NoSuchInvitation()
		}
	}
	return rooms.Invitation{}, fail("use an invitation", err)
}

// usable matches an invitation that lets a user in.
func usable(hash [32]byte, user auth.UserID, now time.Time) bson.D {
	most := field("$ifNull", bson.A{"$maxUses", rooms.MaxInviteUses})
	left := field("$expr", field("$lt", bson.A{field("$size", "$usedBy"), most}))
	return bson.D{
		{Key: "_id", Value: hash[:]},
		{Key: "$and", Value: bson.A{
			field("$or", bson.A{field("expiresAt", nil), field("expiresAt", field("$gt", now))}),
			field("$or", bson.A{field("usedBy", string(user)), left}),
		}},
	}
}

// Invitations returns a room's, ascending by ID.
func (v *Invitations) Invitations(ctx context.Context, room rooms.RoomID, after string, limit int) ([]rooms.Invitation, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := v.reading(ctx)
	defer cancel()
	filter := bson.D{{Key: "roomId", Value: string(room)}, {Key: "id", Value: field("$gt", after)}}
	cursor, err := v.invitations.Find(ctx, filter, options.Find().SetSort(field("id", 1)).SetLimit(int64(limit)))
	var found []storedInvitation
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("list the invitations to %s", room), err)
	}
	list := make([]rooms.Invitation, len(found))
	for i := range found {
		list[i] = found[i].invitation()
	}
	return list, nil
}

// RemoveInvitation ends one.
func (v *Invitations) RemoveInvitation(ctx context.Context, room rooms.RoomID, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := v.writing(ctx)
	defer cancel()
	result, err := v.invitations.DeleteOne(ctx, bson.D{{Key: "roomId", Value: string(room)}, {Key: "id", Value: id}})
	if err == nil && result.DeletedCount == 0 {
		return rooms.E(rooms.CodeNotFound, "no such invitation")
	}
	return fail(fmt.Sprintf("remove an invitation to %s", room), err)
}

// EraseInvitations reads every invitation: it is done seldom.
func (r *Eraser) EraseInvitations(ctx context.Context, user auth.UserID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	if _, err := r.invitations.DeleteMany(ctx, field("createdBy", string(user))); err != nil {
		return fail("remove the invitations of a user", err)
	}
	nobody := field("$set", field("usedBy.$", rooms.ErasedUse()))
	_, err := r.invitations.UpdateMany(ctx, field("usedBy", string(user)), nobody)
	return fail("forget that a user was invited", err)
}
