package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// collectionAttachments has the records of files; their contents are in GridFS.
const collectionAttachments = "attachments"

// attachmentIndexes find a user's files, and those of them that no message is known to show.
func attachmentIndexes() []index {
	return []index{
		{name: "author", key: keys("author", "_id")},
		{name: "unsent", key: keys("author", "unsent", "_id"), partial: exists("unsent")},
	}
}

// prepareFiles makes the indexes of files, their records and their chunks.
func (s *Store) prepareFiles(ctx context.Context) error {
	if err := ensureIndexes(ctx, s.collection(collectionAttachments), attachmentIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(bucketFiles), blobIndexes()); err != nil {
		return err
	}
	return ensureIndexes(ctx, s.collection(bucketChunks), chunkIndexes())
}

// Files are the documents of the collection attachments.
type Files struct{ *Store }

var _ rooms.Files = (*Files)(nil)

// storedFile is a record as it is stored.
type storedFile struct {
	ID        string    `bson:"_id"`
	RoomID    string    `bson:"roomId"`
	Author    string    `bson:"author"`
	Name      string    `bson:"name"`
	Size      int64     `bson:"size"`
	Type      string    `bson:"type"`
	Width     int       `bson:"width,omitempty"`
	Height    int       `bson:"height,omitempty"`
	Thumbnail bool      `bson:"thumbnail,omitempty"`
	CreatedAt time.Time `bson:"createdAt"`
	Stored    bool      `bson:"stored"`
	Use       string    `bson:"use,omitempty"`
	UsedAt    time.Time `bson:"usedAt,omitempty"`
	Seq       int64     `bson:"seq,omitempty"`
	Unsent    bool      `bson:"unsent,omitempty"` // there is no seq: a partial index asks for what is there
	Rev       int64     `bson:"rev"`
}

func storeFile(f rooms.File) storedFile {
	return storedFile{
		ID: string(f.ID), RoomID: string(f.RoomID), Author: string(f.Author), Name: f.Name, Size: f.Size, Type: f.Type,
		Width: f.Width, Height: f.Height, Thumbnail: f.Thumbnail, CreatedAt: f.CreatedAt, Stored: f.Stored,
		Use: f.Use, UsedAt: f.UsedAt, Seq: f.Seq, Unsent: f.Seq == 0, Rev: f.Rev,
	}
}

func (s *storedFile) file() rooms.File {
	f := rooms.File{
		ID: rooms.FileID(s.ID), RoomID: rooms.RoomID(s.RoomID), Author: auth.UserID(s.Author), Name: s.Name, Size: s.Size, Type: s.Type,
		Width: s.Width, Height: s.Height, Thumbnail: s.Thumbnail, CreatedAt: s.CreatedAt.UTC(), Stored: s.Stored,
		Use: s.Use, Seq: s.Seq, Rev: s.Rev,
	}
	if !s.UsedAt.IsZero() {
		f.UsedAt = s.UsedAt.UTC()
	}
	return f
}

// PutFile inserts a new record, or replaces the one of its Rev.
func (f *Files) PutFile(ctx context.Context, file rooms.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := f.writing(ctx)
	defer cancel()
	doc := storeFile(file)
	doc.Rev++
	if file.Rev == 0 {
		_, err := f.collection(collectionAttachments).InsertOne(ctx, doc)
		if isDuplicate(err) {
			return rooms.ErrFileChanged
		}
		return fail("insert a file's record", err)
	}
	done, err := f.collection(collectionAttachments).ReplaceOne(ctx, ofRev(file), doc)
	if err != nil {
		return fail("write a file's record", err)
	}
	if done.MatchedCount == 0 {
		return rooms.ErrFileChanged
	}
	return nil
}

// ofRev matches the record as it was read.
func ofRev(file rooms.File) bson.D {
	return bson.D{{Key: "_id", Value: string(file.ID)}, {Key: "rev", Value: file.Rev}}
}

// RemoveFile deletes the record of its Rev.
func (f *Files) RemoveFile(ctx context.Context, file rooms.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := f.writing(ctx)
	defer cancel()
	done, err := f.collection(collectionAttachments).DeleteOne(ctx, ofRev(file))
	if err != nil {
		return fail("remove a file's record", err)
	}
	if done.DeletedCount == 0 {
		return rooms.ErrFileChanged
	}
	return nil
}

// Files reads by the _ids, or a stretch of them.
func (f *Files) Files(ctx context.Context, q rooms.FileQuery) ([]rooms.File, error) {
	find := options.Find()
	if q.IDs == nil {
		find.SetSort(keys("_id")).SetLimit(int64(q.Limit))
	}
	ctx, cancel := f.reading(ctx)
	defer cancel()
	cursor, err := f.collection(collectionAttachments).Find(ctx, filesOf(&q), find)
	if err != nil {
		return nil, fail("read the records of files", err)
	}
	var docs []storedFile
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, fail("read the records of files", err)
	}
	found := make([]rooms.File, len(docs))
	for i := range docs {
		found[i] = docs[i].file()
	}
	return found, nil
}

// filesOf matches the records that a query selects.
func filesOf(q *rooms.FileQuery) bson.D {
	if q.IDs != nil {
		return field("_id", field("$in", texts(q.IDs)))
	}
	var filter bson.D
	if q.Author != "" {
		filter = append(filter, bson.E{Key: "author", Value: string(q.Author)})
	}
	if q.Unsent {
		filter = append(filter, bson.E{Key: "unsent", Value: true})
	}
	return append(filter, bson.E{Key: "_id", Value: field("$gt", string(q.After))})
}
