package embedded

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// checkKept looks for profiles, reports, files, keys, webhooks, cursors, devices and threads that cannot be
// read or are not found by what they are looked up by, and for keys of what is not there.
func checkKept(tx *bolt.Tx, add func(string, ...any)) error {
	for _, check := range []func(*bolt.Tx, func(string, ...any)) error{checkProfiles, checkReports, checkFiles, checkKeysOfBots, checkHooks, checkPush, checkThreads} {
		if err := check(tx, add); err != nil {
			return err
		}
	}
	return nil
}

func checkProfiles(tx *bolt.Tx, add func(string, ...any)) error {
	profiles, names, words := tx.Bucket(bucketProfiles), tx.Bucket(bucketProfileNames), tx.Bucket(bucketProfileWords)
	err := profiles.ForEach(func(user, value []byte) error {
		p, err := decodeProfile(auth.UserID(user), value)
		if err != nil {
			add("profile of %s: this version cannot read it", user)
			return nil
		}
		if key := p.Key(); key != "" && !has(names, profileKey(key, p.UserID)) {
			add("profile of %s: is not found by its name", user)
		}
		for _, word := range p.Words() {
			if !has(words, profileKey(word, p.UserID)) {
				add("profile of %s: is not found by the word %q", user, word)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, bucket := range []*bolt.Bucket{names, words} {
		err := bucket.ForEach(func(key, _ []byte) error {
			if _, user, _ := bytes.Cut(key, []byte{keyEnd}); profiles.Get(user) == nil {
				add("a name or a word names the profile of %s, which is not there", user)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func checkReports(tx *bolt.Tx, add func(string, ...any)) error {
	reports, known := tx.Bucket(bucketReports), tx.Bucket(bucketReportsKnown)
	err := reports.ForEach(func(id, value []byte) error {
		r, err := decodeReport(id, value)
		switch {
		case err != nil:
			add("report %x: this version cannot read it", id)
		case !bytes.Equal(known.Get(reportKey(&r)), id):
			add("report %s: is not found by its message", r.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = known.ForEach(func(key, id []byte) error {
		if reports.Get(id) == nil {
			add("a message's key names a report that is not there: %x", key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketAudit).ForEach(func(id, value []byte) error {
		if _, err := decodeAudit(id, value); err != nil {
			add("audited action %x: this version cannot read it", id)
		}
		return nil
	})
}

func checkFiles(tx *bolt.Tx, add func(string, ...any)) error {
	files, own, unsent := tx.Bucket(bucketFiles), tx.Bucket(bucketUserFiles), tx.Bucket(bucketUnsent)
	err := files.ForEach(func(id, value []byte) error {
		f, err := decodeFile(rooms.FileID(id), value)
		switch {
		case err != nil:
			add("file %s: this version cannot read its record", id)
		case !has(own, userFileKey(f.Author, f.ID)):
			add("file %s: is not found by its user", id)
		case has(unsent, userFileKey(f.Author, f.ID)) != (f.Seq == 0):
			add("file %s: is not counted among those that wait for a message, or is though a message shows it", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, bucket := range []*bolt.Bucket{own, unsent} {
		err := checkOwners(bucket, files, func(id, user, value []byte) {
			if value == nil {
				add("a user's key names the file %s, which is not there", id)
			} else if f, err := decodeFile(rooms.FileID(id), value); err == nil && string(f.Author) != string(user) {
				add("file %s: is found by %s, who did not upload it", id, user)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkOwners gives for each key of a user and what is his that thing's id, the user, and the thing, nil where it is not there.
func checkOwners(own, things *bolt.Bucket, check func(id, user, value []byte)) error {
	return own.ForEach(func(key, _ []byte) error {
		user, id, _ := bytes.Cut(key, []byte{keyEnd})
		check(id, user, things.Get(id))
		return nil
	})
}

func checkPush(tx *bolt.Tx, add func(string, ...any)) error {
	devices, own := tx.Bucket(bucketPush), tx.Bucket(bucketPushUsers)
	err := devices.ForEach(func(id, value []byte) error {
		s, err := decodeSubscription(string(id), value)
		switch {
		case err != nil:
			add("device %s: this version cannot read it", id)
		case !has(own, pushUserKey(s.UserID, s.ID)):
			add("device %s: is not found by its user", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return checkOwners(own, devices, func(id, user, value []byte) {
		if value == nil {
			add("a user's key names the device %s, which is not there", id)
		} else if s, err := decodeSubscription(string(id), value); err == nil && string(s.UserID) != string(user) {
			add("device %s: is found by %s, whose it is not", id, user)
		}
	})
}

func checkKeysOfBots(tx *bolt.Tx, add func(string, ...any)) error {
	keys, hashes := tx.Bucket(bucketKeys), tx.Bucket(bucketKeyHashes)
	err := keys.ForEach(func(id, value []byte) error {
		k, err := decodeKey(id, value)
		switch {
		case err != nil:
			add("key of %s: this version cannot read it", id)
		case k.RevokedAt.IsZero() != bytes.Equal(hashes.Get(k.Hash[:]), id):
			add("key of %s: its hash does not name it, or names it though it was revoked", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return hashes.ForEach(func(_, id []byte) error {
		if keys.Get(id) == nil {
			add("a hash names the key of %s, which is not there", id)
		}
		return nil
	})
}

// checkHooks does not mind a cursor whose webhook was removed while it was made.
func checkHooks(tx *bolt.Tx, add func(string, ...any)) error {
	err := tx.Bucket(bucketHooks).ForEach(func(id, value []byte) error {
		if _, err := decodeHook(id, value); err != nil {
			add("webhook %s: this version cannot read it", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketHookCursors).ForEach(func(key, value []byte) error {
		hook, room, _ := bytes.Cut(key, []byte{keyEnd})
		if _, err := decodeCursor(string(hook), rooms.RoomID(room), value); err != nil {
			add("webhook %s: this version cannot read its cursor in room %s", hook, room)
		}
		return nil
	})
}
