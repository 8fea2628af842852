package embedded

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// Invitations keeps the rooms' invitations.
type Invitations struct{ file *file }

var _ rooms.Invitations = (*Invitations)(nil)

// roomInvitationKey orders a room's invitations by id.
func roomInvitationKey(room rooms.RoomID, id string) []byte {
	return append(roomPrefix(room), id...)
}

// CreateInvitation stores a new one.
func (v *Invitations) CreateInvitation(ctx context.Context, i rooms.Invitation) error {
	if _, err := rooms.ParseRoomID(string(i.RoomID)); err != nil {
		return err
	}
	if i.ID == "" || strings.IndexByte(i.ID, keyEnd) >= 0 {
		return rooms.BadField("id", "must be set and hold no NUL")
	}
	key, value := roomInvitationKey(i.RoomID, i.ID), encodeInvitation(&i)
	err := v.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		hashes, ids := tx.Bucket(bucketInvitations), tx.Bucket(bucketRoomInvitations)
		if hashes.Get(i.Hash[:]) != nil || ids.Get(key) != nil {
			return rooms.E(rooms.CodeConflict, "there is such an invitation already"), nil
		}
		if err := hashes.Put(i.Hash[:], value); err != nil {
			return nil, err
		}
		return nil, ids.Put(key, i.Hash[:])
	}})
	if err != nil {
		return fmt.Errorf("write an invitation to %s: %w", i.RoomID, err)
	}
	return nil
}

// Invitation returns the one of a hash.
func (v *Invitations) Invitation(ctx context.Context, hash [32]byte) (rooms.Invitation, error) {
	i := rooms.Invitation{}
	err := v.file.read(ctx, func(tx *bolt.Tx) error {
		value := tx.Bucket(bucketInvitations).Get(hash[:])
		if value == nil {
			return rooms.NoSuchInvitation()
		}
		var err error
		i, err = decodeInvitation(hash[:], value)
		return err
	})
	if err != nil {
		return rooms.Invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	return i, nil
}

// UseInvitation takes one of the uses for a user, unless he has one of them already.
func (v *Invitations) UseInvitation(ctx context.Context, hash [32]byte, user auth.UserID, now time.Time) (rooms.Invitation, error) {
	var used rooms.Invitation
	err := v.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketInvitations)
		value := bucket.Get(hash[:])
		if value == nil {
			return rooms.NoSuchInvitation(), nil
		}
		i, err := decodeInvitation(hash[:], value)
		if err != nil {
			return err, nil
		}
		switch {
		case !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt):
			return rooms.E(rooms.CodeGone, "the invitation has expired"), nil
		case slices.Contains(i.UsedBy, user):
			used = i
			return nil, nil
		case len(i.UsedBy) >= cmp.Or(i.MaxUses, rooms.MaxInviteUses):
			return rooms.E(rooms.CodeGone, "the invitation is used up"), nil
		}
		i.UsedBy = append(i.UsedBy, user)
		used = i
		return nil, bucket.Put(hash[:], encodeInvitation(&i))
	}})
	if err != nil {
		return rooms.Invitation{}, fmt.Errorf("use an invitation: %w", err)
	}
	return used, nil
}

// Invitations returns a room's, ascending by ID, those above after.
func (v *Invitations) Invitations(ctx context.Context, room rooms.RoomID, after string, limit int) ([]rooms.Invitation, error) {
	var found []rooms.Invitation
	err := v.file.read(ctx, func(tx *bolt.Tx) error {
		from, prefix := roomInvitationKey(room, after), roomPrefix(room)
		hashes, cursor := tx.Bucket(bucketInvitations), tx.Bucket(bucketRoomInvitations).Cursor()
		for key, hash := cursor.Seek(from); bytes.HasPrefix(key, prefix) && len(found) < limit; key, hash = cursor.Next() {
			if bytes.Equal(key, from) {
				continue
			}
			i, err := decodeInvitation(hash, hashes.Get(hash))
			if err != nil {
				return err
			}
			found = append(found, i)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the invitations to %s: %w", room, err)
	}
	return found, nil
}

// RemoveInvitation ends one.
func (v *Invitations) RemoveInvitation(ctx context.Context, room rooms.RoomID, id string) error {
	key := roomInvitationKey(room, id)
	err := v.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		ids := tx.Bucket(bucketRoomInvitations)
		hash := ids.Get(key)
		if hash == nil {
			return rooms.E(rooms.CodeNotFound, "no such invitation"), nil
		}
		if err := tx.Bucket(bucketInvitations).Delete(hash); err != nil {
			return nil, err
		}
		return nil, ids.Delete(key)
	}})
	if err != nil {
		return fmt.Errorf("remove an invitation to %s: %w", room, err)
	}
	return nil
}

// EraseInvitations goes through all invitations in one transaction: there are few.
func (r *Eraser) EraseInvitations(ctx context.Context, user auth.UserID) error {
	err := r.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		hashes, ids := tx.Bucket(bucketInvitations), tx.Bucket(bucketRoomInvitations)
		var his, used []rooms.Invitation // a bucket must not change while it is gone through
		err = hashes.ForEach(func(hash, value []byte) error {
			i, err := decodeInvitation(hash, value)
			switch {
			case err != nil: // Archive.Faults names it
			case i.CreatedBy == user:
				his = append(his, i)
			case slices.Contains(i.UsedBy, user):
				used = append(used, i)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, i := range his {
			if err := hashes.Delete(i.Hash[:]); err != nil {
				return nil, err
			}
			if err := ids.Delete(roomInvitationKey(i.RoomID, i.ID)); err != nil {
				return nil, err
			}
		}
		for _, i := range used {
			i.UsedBy[slices.Index(i.UsedBy, user)] = auth.UserID(rooms.ErasedUse())
			if err := hashes.Put(i.Hash[:], encodeInvitation(&i)); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("remove the invitations of a user: %w", err)
	}
	return nil
}

// invitationFieldsSize is what tags, lengths and numbers of an invitation take with an id, a
// room and a user, rounded up.
const invitationFieldsSize = 256

func encodeInvitation(i *rooms.Invitation) []byte {
	r := newRecord(invitationFieldsSize)
	r.text(tagInvitationID, i.ID)
	r.text(tagInvitationRoom, string(i.RoomID))
	r.text(tagInvitationRole, string(i.Role))
	r.text(tagInvitationCreatedBy, string(i.CreatedBy))
	r.text(tagInvitationRight, string(i.Right))
	r.number(tagInvitationCreatedAt, millis(i.CreatedAt))
	r.number(tagInvitationExpiresAt, millis(i.ExpiresAt))
	r.number(tagInvitationMaxUses, int64(i.MaxUses))
	for _, user := range i.UsedBy {
		r.text(tagInvitationUsedBy, string(user))
	}
	return r
}

func decodeInvitation(hash, value []byte) (rooms.Invitation, error) {
	var i rooms.Invitation
	copy(i.Hash[:], hash)
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagInvitationID:
			i.ID = string(v)
		case tagInvitationRoom:
			i.RoomID = rooms.RoomID(v)
		case tagInvitationRole:
			i.Role = rooms.Role(v)
		case tagInvitationCreatedBy:
			i.CreatedBy = auth.UserID(v)
		case tagInvitationRight:
			i.Right = rooms.Right(v)
		case tagInvitationCreatedAt:
			i.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagInvitationExpiresAt:
			i.ExpiresAt = time.UnixMilli(number(v)).UTC()
		case tagInvitationMaxUses:
			i.MaxUses = int(number(v))
		case tagInvitationUsedBy:
			i.UsedBy = append(i.UsedBy, auth.UserID(v))
		}
	})
	return i, err
}
