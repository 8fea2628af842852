package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// The GridFS bucket `files`.
const (
	bucketFiles  = "files.files"
	bucketChunks = "files.chunks"
)

// blobIndexes are those that GridFS asks for of its files, chunkIndexes those of their chunks.
func blobIndexes() []index {
	return []index{{name: "filename_1_uploadDate_1", key: keys("filename", "uploadDate")}}
}
func chunkIndexes() []index {
	return []index{{name: "files_id_1_n_1", key: keys("files_id", "n"), unique: true}}
}

// Blobs are the files of the GridFS bucket. Its chunks come before the document that makes
// them a file, so what is cut off is none; the chunks it leaves are found by the record.
type Blobs struct{ *Store }

var _ rooms.Blobs = (*Blobs)(nil)

// blobID is a content's _id in the bucket.
func blobID(blob rooms.Blob) string {
	if blob.Thumbnail {
		return string(blob.ID) + ".thumbnail"
	}
	return string(blob.ID)
}

// chunkSize is what the drivers give the chunks of GridFS, in bytes.
const chunkSize = 255 << 10

// WriteBlob inserts chunk after chunk, then the document. The driver's own upload would hold
// 16 MiB of each file in memory.
func (b *Blobs) WriteBlob(ctx context.Context, blob rooms.Blob, content io.Reader) (int64, error) {
	id, buffer := blobID(blob), make([]byte, chunkSize)
	var size int64
	for number, more := int32(0), true; more; number++ {
		n, err := io.ReadFull(content, buffer)
		if more = err == nil; !more && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		if n == 0 {
			break
		}
		if err := b.insert(ctx, bucketChunks, bson.D{
			{Key: "files_id", Value: id}, {Key: "n", Value: number}, {Key: "data", Value: buffer[:n]},
		}); err != nil {
			return 0, err
		}
		size += int64(n)
	}
	return size, b.insert(ctx, bucketFiles, bson.D{
		{Key: "_id", Value: id}, {Key: "length", Value: size}, {Key: "chunkSize", Value: int32(chunkSize)},
		{Key: "uploadDate", Value: time.Now()}, {Key: "filename", Value: id},
	})
}

func (b *Blobs) insert(ctx context.Context, collection string, doc bson.D) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := b.writing(ctx)
	defer cancel()
	_, err := b.collection(collection).InsertOne(ctx, doc)
	return fail("write a file", err)
}

// RemoveBlob removes the file first, then its chunks: those of one that never became a file,
// too.
func (b *Blobs) RemoveBlob(ctx context.Context, blob rooms.Blob) error {
	ctx, cancel := b.writing(ctx)
	defer cancel()
	id := blobID(blob)
	if _, err := b.collection(bucketFiles).DeleteOne(ctx, field("_id", id)); err != nil {
		return fail("remove a file", err)
	}
	_, err := b.collection(bucketChunks).DeleteMany(ctx, field("files_id", id))
	return fail("remove a file's chunks", err)
}

// OpenBlob looks the file up; its chunks are read as they are asked for.
func (b *Blobs) OpenBlob(ctx context.Context, blob rooms.Blob) (io.ReadSeekCloser, error) {
	op, cancel := b.reading(ctx)
	defer cancel()
	var found struct {
		Length    int64 `bson:"length"`
		ChunkSize int64 `bson:"chunkSize"`
	}
	err := b.collection(bucketFiles).FindOne(op, field("_id", blobID(blob))).Decode(&found)
	if isNotFound(err) {
		return nil, rooms.E(rooms.CodeNotFound, "no such file")
	}
	if err != nil {
		return nil, fail("open a file", err)
	}
	if found.ChunkSize < 1 {
		return nil, fmt.Errorf("open a file: its chunkSize is %d", found.ChunkSize)
	}
	return &chunks{ctx: ctx, store: b.Store, id: blobID(blob), size: found.Length, each: found.ChunkSize, have: -1}, nil
}

// chunks reads a file anywhere: the driver's own stream cannot go back, and goes forward by
// reading all that lies between.
type chunks struct {
	ctx   context.Context
	store *Store
	id    string
	size  int64 // bytes
	each  int64 // bytes of a chunk, but for the last
	at    int64 // where the next Read begins

	have int64 // the number of the chunk in data; -1: none
	data []byte
}

func (c *chunks) Close() error { return nil }

func (c *chunks) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("seek in a file: before its beginning")
	}
	c.at = offset
	return offset, nil
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	if number := c.at / c.each; number != c.have {
		if err := c.load(number); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.data[c.at%c.each:])
	c.at += int64(n)
	return n, nil
}

// load reads one chunk, and holds it to the length that it must have: one that is missing in
// the midst must not shift what follows.
func (c *chunks) load(number int64) error {
	ctx, cancel := c.store.reading(c.ctx)
	defer cancel()
	var found struct {
		Data []byte `bson:"data"`
	}
	filter := bson.D{{Key: "files_id", Value: c.id}, {Key: "n", Value: number}}
	err := c.store.collection(bucketChunks).FindOne(ctx, filter).Decode(&found)
	if isNotFound(err) {
		return rooms.E(rooms.CodeNotFound, "the file was removed")
	}
	if err != nil {
		return fail("read a file", err)
	}
	if want := min(c.each, c.size-number*c.each); int64(len(found.Data)) != want {
		return fmt.Errorf("read a file: chunk %d of %s has %d bytes and must have %d", number, c.id, len(found.Data), want)
	}
	c.have, c.data = number, found.Data
	return nil
}
