package embedded

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// The buckets of profiles. No name's key, word or user id holds keyEnd.
var (
	bucketProfiles     = []byte("profiles")     // UserID -> profile record
	bucketProfileNames = []byte("profileNames") // name's key, keyEnd, UserID -> nothing
	bucketProfileWords = []byte("profileWords") // word, keyEnd, UserID -> nothing
)

// The tags of a profile's record.
const (
	tagProfileName   = 1
	tagProfileGiven  = 2
	tagProfileAvatar = 3
	tagProfileStatus = 4
	tagProfileSeenAt = 5
)

// Profiles are those of the file.
type Profiles struct{ file *file }

var _ rooms.Profiles = (*Profiles)(nil)

// Profiles reads them one by one.
func (p *Profiles) Profiles(ctx context.Context, users []auth.UserID) ([]rooms.Profile, error) {
	var found []rooms.Profile
	err := p.file.read(ctx, func(tx *bolt.Tx) (err error) {
		found, err = readProfiles(tx, users)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d profiles: %w", len(users), err)
	}
	return found, nil
}

// readProfiles passes over users without one, and over who is named again.
func readProfiles(tx *bolt.Tx, users []auth.UserID) ([]rooms.Profile, error) {
	var found []rooms.Profile
	seen := make(map[auth.UserID]bool, len(users))
	for _, user := range users {
		value := tx.Bucket(bucketProfiles).Get([]byte(user))
		if value == nil || seen[user] {
			continue
		}
		profile, err := decodeProfile(user, value)
		if err != nil {
			return nil, err
		}
		seen[user] = true
		found = append(found, profile)
	}
	return found, nil
}

// SearchProfiles looks through all words that begin so, or through all profiles.
func (p *Profiles) SearchProfiles(ctx context.Context, prefix string, after auth.UserID, limit int) ([]rooms.Profile, error) {
	var found []rooms.Profile
	err := p.file.read(ctx, func(tx *bolt.Tx) (err error) {
		var users []auth.UserID
		if prefix == "" {
			users = profilesAfter(tx, after, limit)
		} else {
			users = wordsFrom(tx, prefix, after)
		}
		found, err = readProfiles(tx, users[:min(len(users), max(limit, 0))])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for profiles: %w", err)
	}
	return found, nil
}

func profilesAfter(tx *bolt.Tx, after auth.UserID, limit int) []auth.UserID {
	var users []auth.UserID
	cursor := tx.Bucket(bucketProfiles).Cursor()
	for key, _ := cursor.Seek([]byte(after)); key != nil && len(users) < limit; key, _ = cursor.Next() {
		if string(key) > string(after) {
			users = append(users, auth.UserID(key))
		}
	}
	return users
}

// wordsFrom gives the users above after who have a word that begins so, ascending.
func wordsFrom(tx *bolt.Tx, prefix string, after auth.UserID) []auth.UserID {
	var users []auth.UserID
	cursor := tx.Bucket(bucketProfileWords).Cursor()
	for key, _ := cursor.Seek([]byte(prefix)); bytes.HasPrefix(key, []byte(prefix)); key, _ = cursor.Next() {
		if user := key[bytes.IndexByte(key, keyEnd)+1:]; string(user) > string(after) {
			users = append(users, auth.UserID(user))
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// NamedProfiles looks up each key.
func (p *Profiles) NamedProfiles(ctx context.Context, keys []string, among []auth.UserID, most int) ([]rooms.Profile, error) {
	var allowed map[auth.UserID]bool // nil: all are
	if among != nil {
		allowed = make(map[auth.UserID]bool, len(among))
		for _, user := range among {
			allowed[user] = true
		}
	}
	var found []rooms.Profile
	err := p.file.read(ctx, func(tx *bolt.Tx) (err error) {
		var users []auth.UserID
		for _, key := range keys {
			prefix := profileKey(key, "")
			cursor := tx.Bucket(bucketProfileNames).Cursor()
			count := 0
			for at, _ := cursor.Seek(prefix); bytes.HasPrefix(at, prefix) && count < most; at, _ = cursor.Next() {
				if user := auth.UserID(at[len(prefix):]); allowed == nil || allowed[user] {
					users = append(users, user)
					count++
				}
			}
		}
		found, err = readProfiles(tx, users)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for profiles by name: %w", err)
	}
	return found, nil
}

func profileKey(word string, user auth.UserID) []byte {
	b := make([]byte, 0, len(word)+1+len(user))
	return append(append(append(b, word...), keyEnd), user...)
}

// ChangeProfile writes the profile and the keys it is found by.
func (p *Profiles) ChangeProfile(ctx context.Context, user auth.UserID, c rooms.ProfileChange) (rooms.Profile, error) {
	var profile rooms.Profile
	err := p.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		profile, err = changeProfile(tx, user, c)
		return nil, err
	}})
	if err != nil {
		return rooms.Profile{}, fmt.Errorf("change a profile: %w", err)
	}
	return profile, nil
}

func changeProfile(tx *bolt.Tx, user auth.UserID, c rooms.ProfileChange) (rooms.Profile, error) {
	profile := rooms.Profile{UserID: user}
	if value := tx.Bucket(bucketProfiles).Get([]byte(user)); value != nil {
		var err error
		if profile, err = decodeProfile(user, value); err != nil {
			return rooms.Profile{}, err
		}
		if err := dropProfileKeys(tx, &profile); err != nil {
			return rooms.Profile{}, err
		}
	}
	if c.Name != nil && (c.Given || c.Release || !profile.Given) {
		profile.Name, profile.Given = *c.Name, c.Given
	}
	if c.Avatar != nil {
		profile.Avatar = *c.Avatar
	}
	if c.Status != nil {
		profile.Status = *c.Status
	}
	if err := putProfileKeys(tx, &profile); err != nil {
		return rooms.Profile{}, err
	}
	return profile, tx.Bucket(bucketProfiles).Put([]byte(user), encodeProfile(&profile))
}

func putProfileKeys(tx *bolt.Tx, p *rooms.Profile) error {
	if key := p.Key(); key != "" {
		if err := tx.Bucket(bucketProfileNames).Put(profileKey(key, p.UserID), nil); err != nil {
			return err
		}
	}
	for _, word := range p.Words() {
		if err := tx.Bucket(bucketProfileWords).Put(profileKey(word, p.UserID), nil); err != nil {
			return err
		}
	}
	return nil
}

func dropProfileKeys(tx *bolt.Tx, p *rooms.Profile) error {
	if err := tx.Bucket(bucketProfileNames).Delete(profileKey(p.Key(), p.UserID)); err != nil {
		return err
	}
	for _, word := range p.Words() {
		if err := tx.Bucket(bucketProfileWords).Delete(profileKey(word, p.UserID)); err != nil {
			return err
		}
	}
	return nil
}

// NameProfiles writes all in one transaction, in the order of the ids: neighbours are in the same pages.
func (p *Profiles) NameProfiles(ctx context.Context, named []rooms.Named) ([]rooms.Profile, error) {
	if len(named) == 0 {
		return nil, ctx.Err()
	}
	named = slices.Clone(named) // it may be written when its caller has gone
	slices.SortFunc(named, func(a, b rooms.Named) int { return cmp.Compare(a.UserID, b.UserID) })
	var profiles []rooms.Profile
	err := p.file.write(ctx, &change{events: len(named), apply: func(tx *bolt.Tx) (answer, err error) {
		profiles = make([]rooms.Profile, len(named))
		for i, n := range named {
			if profiles[i], err = changeProfile(tx, n.UserID, rooms.ProfileChange{Name: &n.Name}); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return nil, fmt.Errorf("name %d users: %w", len(named), err)
	}
	return profiles, nil
}

// SeeProfiles writes all in one transaction.
func (p *Profiles) SeeProfiles(ctx context.Context, seen []rooms.Seen) error {
	if len(seen) == 0 {
		return ctx.Err()
	}
	seen = slices.Clone(seen) // it may be written when its caller has gone
	err := p.file.write(ctx, &change{events: len(seen), apply: func(tx *bolt.Tx) (answer, err error) {
		for _, s := range seen {
			if err := seeProfile(tx, s); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("note when %d users were here: %w", len(seen), err)
	}
	return nil
}

func seeProfile(tx *bolt.Tx, s rooms.Seen) error {
	bucket := tx.Bucket(bucketProfiles)
	value := bucket.Get([]byte(s.UserID))
	if value == nil {
		return nil
	}
	profile, err := decodeProfile(s.UserID, value)
	if err != nil || !s.At.After(profile.SeenAt) {
		return err
	}
	profile.SeenAt = s.At
	return bucket.Put([]byte(s.UserID), encodeProfile(&profile))
}

// EraseProfile removes the profile and its keys.
func (r *Eraser) EraseProfile(ctx context.Context, user auth.UserID) error {
	err := r.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		value := tx.Bucket(bucketProfiles).Get([]byte(user))
		if value == nil {
			return nil, nil
		}
		profile, err := decodeProfile(user, value)
		if err != nil {
			return nil, err
		}
		if err := dropProfileKeys(tx, &profile); err != nil {
			return nil, err
		}
		return nil, tx.Bucket(bucketProfiles).Delete([]byte(user))
	}})
	if err != nil {
		return fmt.Errorf("remove a profile: %w", err)
	}
	return nil
}

// profileFieldsSize is what tags, lengths and the time of a profile take, rounded up.
const profileFieldsSize = 48

func encodeProfile(p *rooms.Profile) []byte {
	r := newRecord(profileFieldsSize + len(p.Name) + len(p.Avatar))
	r.text(tagProfileName, p.Name)
	r.flag(tagProfileGiven, p.Given)
	r.text(tagProfileAvatar, p.Avatar)
	r.text(tagProfileStatus, string(p.Status))
	r.number(tagProfileSeenAt, millis(p.SeenAt))
	return r
}

func decodeProfile(user auth.UserID, value []byte) (rooms.Profile, error) {
	p := rooms.Profile{UserID: user}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagProfileName:
			p.Name = string(v)
		case tagProfileGiven:
			p.Given = number(v) != 0
		case tagProfileAvatar:
			p.Avatar = string(v)
		case tagProfileStatus:
			p.Status = rooms.Status(v)
		case tagProfileSeenAt:
			p.SeenAt = time.UnixMilli(number(v)).UTC()
		}
	})
	return p, err
}
