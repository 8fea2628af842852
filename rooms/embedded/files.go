package embedded

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// The buckets of files' records. No user id holds keyEnd.
var (
	bucketFiles     = []byte("files")     // FileID -> file record
	bucketUserFiles = []byte("userFiles") // UserID, keyEnd, FileID -> nothing
	bucketUnsent    = []byte("unsent")    // the same, of those that no message is known to show
)

// The tags of a file's record.
const (
	tagFileRoom      = 1
	tagFileAuthor    = 2
	tagFileName      = 3
	tagFileSize      = 4
	tagFileType      = 5
	tagFileWidth     = 6
	tagFileHeight    = 7
	tagFileThumbnail = 8
	tagFileCreatedAt = 9
	tagFileStored    = 10
	tagFileUse       = 11
	tagFileUsedAt    = 12
	tagFileSeq       = 13
	tagFileRev       = 14
)

// prepareFiles makes the buckets and the folders of files where there are none.
func prepareFiles(db *bolt.DB, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, filesDir), dirMode); err != nil {
		return fmt.Errorf("make the folder of files: %w", err)
	}
	return db.Update(func(tx *bolt.Tx) error {
		unsorted := tx.Bucket(bucketUnsent) == nil
		if err := makeBuckets(tx, bucketFiles, bucketUserFiles, bucketUnsent); err != nil {
			return err
		}
		if unsorted {
			return keepUnsent(tx)
		}
		return nil
	})
}

// keepUnsent makes the keys of a store that was written before there were any: else what waited
// for a message then would not count among what a user may leave so.
func keepUnsent(tx *bolt.Tx) error {
	return tx.Bucket(bucketFiles).ForEach(func(id, value []byte) error {
		f, err := decodeFile(rooms.FileID(id), value)
		if err != nil || f.Seq > 0 { // Archive.Faults names what cannot be read
			return nil
		}
		return tx.Bucket(bucketUnsent).Put(userFileKey(f.Author, f.ID), nil)
	})
}

// Files are the records of files.
type Files struct{ file *file }

var _ rooms.Files = (*Files)(nil)

// PutFile writes a record whose Rev is as it was read.
func (f *Files) PutFile(ctx context.Context, file rooms.File) error {
	err := f.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		if same, err := isRev(tx, &file); err != nil || !same {
			return rooms.ErrFileChanged, err
		}
		file.Rev++
		return nil, putFile(tx, &file)
	}})
	if err != nil {
		return fmt.Errorf("write a file's record: %w", err)
	}
	return nil
}

// putFile writes a record and its keys.
func putFile(tx *bolt.Tx, file *rooms.File) error {
	key := userFileKey(file.Author, file.ID)
	if err := tx.Bucket(bucketUserFiles).Put(key, nil); err != nil {
		return err
	}
	unsent := tx.Bucket(bucketUnsent)
	if file.Seq == 0 {
		if err := unsent.Put(key, nil); err != nil {
			return err
		}
	} else if err := unsent.Delete(key); err != nil {
		return err
	}
	return tx.Bucket(bucketFiles).Put([]byte(file.ID), encodeFile(file))
}

// isRev says whether the stored record is the one that f was read as; 0: there is none.
func isRev(tx *bolt.Tx, f *rooms.File) (bool, error) {
	value := tx.Bucket(bucketFiles).Get([]byte(f.ID))
	if value == nil {
		return f.Rev == 0, nil
	}
	have, err := decodeFile(f.ID, value)
	return have.Rev == f.Rev, err
}

// RemoveFile removes a record and the key of its user.
func (f *Files) RemoveFile(ctx context.Context, file rooms.File) error {
	err := f.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		if same, err := isRev(tx, &file); err != nil || !same || file.Rev == 0 {
			return rooms.ErrFileChanged, err
		}
		for _, bucket := range [][]byte{bucketUserFiles, bucketUnsent} {
			if err := tx.Bucket(bucket).Delete(userFileKey(file.Author, file.ID)); err != nil {
				return nil, err
			}
		}
		return nil, tx.Bucket(bucketFiles).Delete([]byte(file.ID))
	}})
	if err != nil {
		return fmt.Errorf("remove a file's record: %w", err)
	}
	return nil
}

// Files reads records by their ids, by their user, or all.
func (f *Files) Files(ctx context.Context, q rooms.FileQuery) ([]rooms.File, error) {
	var found []rooms.File
	err := f.file.read(ctx, func(tx *bolt.Tx) error {
		ids := q.IDs
		if ids == nil {
			ids = fileIDs(tx, q)
		}
		for _, id := range ids {
			value := tx.Bucket(bucketFiles).Get([]byte(id))
			if value == nil {
				continue
			}
			file, err := decodeFile(id, value)
			if err != nil {
				return err
			}
			found = append(found, file)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the records of files: %w", err)
	}
	return found, nil
}

// fileIDs gives the ids that a query selects, ascending.
func fileIDs(tx *bolt.Tx, q rooms.FileQuery) []rooms.FileID {
	bucket, prefix := tx.Bucket(bucketFiles), []byte(nil)
	if q.Author != "" {
		bucket, prefix = tx.Bucket(bucketUserFiles), userFileKey(q.Author, "")
	}
	if q.Unsent {
		bucket = tx.Bucket(bucketUnsent)
	}
	var ids []rooms.FileID
	cursor := bucket.Cursor()
	from := append(bytes.Clone(prefix), q.After...)
	for key, _ := cursor.Seek(from); bytes.HasPrefix(key, prefix) && key != nil && len(ids) < q.Limit; key, _ = cursor.Next() {
		if !bytes.Equal(key, from) {
			ids = append(ids, rooms.FileID(key[len(prefix):]))
		}
	}
	return ids
}

func userFileKey(user auth.UserID, id rooms.FileID) []byte {
	b := make([]byte, 0, len(user)+1+len(id))
	return append(append(append(b, user...), keyEnd), id...)
}

// fileFieldsSize is what tags, lengths and numbers of a file's record take, rounded up.
const fileFieldsSize = 96

func encodeFile(f *rooms.File) []byte {
	r := newRecord(fileFieldsSize + len(f.RoomID) + len(f.Author) + len(f.Name) + len(f.Type) + len(f.Use))
	r.text(tagFileRoom, string(f.RoomID))
	r.text(tagFileAuthor, string(f.Author))
	r.text(tagFileName, f.Name)
	r.number(tagFileSize, f.Size)
	r.text(tagFileType, f.Type)
	r.number(tagFileWidth, int64(f.Width))
	r.number(tagFileHeight, int64(f.Height))
	r.flag(tagFileThumbnail, f.Thumbnail)
	r.number(tagFileCreatedAt, millis(f.CreatedAt))
	r.flag(tagFileStored, f.Stored)
	r.text(tagFileUse, f.Use)
	r.number(tagFileUsedAt, millis(f.UsedAt))
	r.number(tagFileSeq, f.Seq)
	r.number(tagFileRev, f.Rev)
	return r
}

func decodeFile(id rooms.FileID, value []byte) (rooms.File, error) {
	f := rooms.File{ID: id}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagFileRoom:
			f.RoomID = rooms.RoomID(v)
		case tagFileAuthor:
			f.Author = auth.UserID(v)
		case tagFileName:
			f.Name = string(v)
		case tagFileSize:
			f.Size = number(v)
		case tagFileType:
			f.Type = string(v)
		case tagFileWidth:
			f.Width = int(number(v))
		case tagFileHeight:
			f.Height = int(number(v))
		case tagFileThumbnail:
			f.Thumbnail = number(v) != 0
		case tagFileCreatedAt:
			f.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagFileStored:
			f.Stored = number(v) != 0
		case tagFileUse:
			f.Use = string(v)
		case tagFileUsedAt:
			f.UsedAt = time.UnixMilli(number(v)).UTC()
		case tagFileSeq:
			f.Seq = number(v)
		case tagFileRev:
			f.Rev = number(v)
		}
	})
	return f, err
}
