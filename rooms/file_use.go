package rooms

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"roomstream/auth"
)

const (
	// MaxAttachments is how many files one message may show.
	MaxAttachments = 10
	// useAttempts is how often a record is read anew that another wrote meanwhile.
	useAttempts = 4
	// useRefresh is how old a Use may be that is not written again: far less than unusedLife.
	useRefresh = time.Hour
)

// The two ways in which File.Use names an event of the file's room and author.
const (
	useByEvent    = "e:" // its id
	useByClientID = "c:" // its clientId
)

// noAttachments is what attachmentsJSON gives of none.
const noAttachments = "[]"

// useOf names the event in the record of its files.
func useOf(e *Event) string {
	if e.ClientID != "" {
		return useByClientID + e.ClientID
	}
	return useByEvent + e.ID.String()
}

// user gives what finds the event that f.Use names; false: there is none.
func (f *File) user() (*Event, bool) {
	e := &Event{RoomID: f.RoomID, Author: f.Author}
	if id, ok := strings.CutPrefix(f.Use, useByClientID); ok {
		e.ClientID = id
		return e, true
	}
	id, ok := strings.CutPrefix(f.Use, useByEvent)
	n, err := hex.Decode(e.ID[:], []byte(id[:min(len(id), hex.EncodedLen(len(e.ID)))]))
	return e, ok && err == nil && n == len(e.ID)
}

// attach gives an event its files, which nobody else can send from then on. The done it
// returns is for the event's submit: it lets go of the files when nothing was stored.
func (s *Service) attach(e *Event, ids []string, done func(Sent, error)) (func(Sent, error), error) {
	if len(ids) == 0 {
		return done, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	taken, err := s.files.take(ctx, e, ids)
	if err != nil {
		return done, notStored(err)
	}
	e.Attachments = attachmentsJSON(taken)
	if e.ClientID != "" {
		return done, nil // the same send may be on its way twice: who repeats it finds its files as his
	}
	return func(sent Sent, err error) {
		done(sent, err)
		if err != nil && AsError(err).Code != CodeTimeout {
			s.router.begin(func(ctx context.Context) { s.files.letGo(ctx, taken) })
		}
	}, nil
}

// take writes the event into the records of the files, all or none. Errors: BAD_REQUEST
// naming attachments.
func (f *files) take(ctx context.Context, e *Event, ids []string) ([]File, error) {
	if len(ids) > MaxAttachments {
		return nil, BadField("attachments", "must be at most %d ids of files", MaxAttachments)
	}
	var taken []File
	for i, text := range ids {
		file, err := f.takeOne(ctx, e, text)
		if err == nil && slices.Contains(ids[:i], text) {
			err = BadField("attachments", "must name each file once")
		}
		if err != nil {
			if e.ClientID == "" {
				f.letGo(context.WithoutCancel(ctx), taken)
			}
			return nil, err
		}
		taken = append(taken, file)
	}
	return taken, nil
}

func (f *files) takeOne(ctx context.Context, e *Event, text string) (File, error) {
	use := useOf(e)
	for range useAttempts {
		file, err := f.one(ctx, e.RoomID, text)
		if err != nil && AsError(err).Code != CodeNotFound {
			return File{}, err
		}
		if err != nil || file.Author != e.Author || file.Use != "" && file.Use != use {
			return File{}, BadField("attachments", "must be the ids of files that you uploaded in this room and that no message has yet")
		}
		now := f.now().UTC().Truncate(time.Millisecond)
		if file.Use == use && (file.Seq > 0 || now.Sub(file.UsedAt) < useRefresh) {
			return file, nil
		}
		file.Use, file.UsedAt = use, now
		if err = f.put(ctx, &file); err == nil {
			return file, nil
		}
		if !errors.Is(err, ErrFileChanged) {
			return File{}, err
		}
	}
	return File{}, overloaded()
}

// letGo takes the Use of files back whose event is not in the log and never will be.
func (f *files) letGo(ctx context.Context, taken []File) {
	for _, file := range taken {
		file.Use, file.UsedAt = "", time.Time{}
		if err := f.put(ctx, &file); err != nil && !errors.Is(err, ErrFileChanged) {
			f.logger.Warn("a file that was not sent is not let go", "file", file.ID, "error", err)
		}
	}
}

// attachmentsJSON is what clients are given of a message's files.
func attachmentsJSON(list []File) string {
	b := []byte{'['}
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = list[i].AppendJSON(b)
	}
	return string(append(b, ']'))
}

// AppendJSON appends {id, name, size, type, width?, height?, thumbnail?}.
func (f *File) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"id":`...), string(f.ID))
	b = AppendJSONString(append(b, `,"name":`...), f.Name)
	b = strconv.AppendInt(append(b, `,"size":`...), f.Size, 10)
	b = AppendJSONString(append(b, `,"type":`...), f.Type)
	if f.Width > 0 {
		b = strconv.AppendInt(append(b, `,"width":`...), int64(f.Width), 10)
		b = strconv.AppendInt(append(b, `,"height":`...), int64(f.Height), 10)
	}
	if f.Thumbnail {
		b = append(b, `,"thumbnail":true`...)
	}
	return append(b, '}')
}

// shows says whether the event is a message that names the file.
func (e *Event) shows(id FileID) bool {
	return e.Type == TypeMessage && !e.Erased && strings.Contains(e.Attachments, `{"id":"`+string(id)+`"`)
}

// messageOf gives the seq of the message that shows a file, 0 where there is none, and notes
// it.
func (f *files) messageOf(ctx context.Context, file *File) (int64, error) {
	if file.Seq > 0 || file.Use == "" {
		return file.Seq, nil
	}
	wanted, ok := file.user()
	if !ok {
		return 0, nil
	}
	found, err := f.store.Log.Find(ctx, []*Event{wanted})
	if err != nil {
		return 0, err
	}
	for i := range found {
		if found[i].Seq == 0 || !found[i].shows(file.ID) {
			continue
		}
		noted := *file
		noted.Seq = found[i].Seq
		if err := f.put(ctx, &noted); err != nil {
			return found[i].Seq, nil // it will be looked for again
		}
		*file = noted
		return file.Seq, nil
	}
	return 0, nil
}

// OpenFile gives a file of a room, or its thumbnail, to a user who may read it: as long as a
// message shows it, to all who may read the room; before that to who uploaded it. The caller
// closes the content. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) OpenFile(ctx context.Context, user auth.User, roomID, fileID string, thumbnail bool) (File, io.ReadSeekCloser, error) {
	file, err := s.LookUpFile(ctx, user, roomID, fileID)
	if err == nil && thumbnail && !file.Thumbnail {
		err = E(CodeNotFound, "the file has no thumbnail")
	}
	if err != nil {
		return File{}, nil, err
	}
	content, err := s.store.Blobs.OpenBlob(ctx, Blob{ID: file.ID, Thumbnail: thumbnail})
	if err != nil {
		return File{}, nil, notStored(err)
	}
	return file, content, nil
}

// LookUpFile is OpenFile without its content.
func (s *Service) LookUpFile(ctx context.Context, user auth.User, roomID, fileID string) (File, error) {
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return File{}, notStored(err)
	}
	file, err := s.files.one(ctx, room.ID, fileID)
	if err != nil {
		return File{}, notStored(err)
	}
	seq, err := s.files.messageOf(ctx, &file)
	if err != nil {
		return File{}, notStored(err)
	}
	if seq == 0 {
		if file.Author != user.ID {
			return File{}, noSuchFile()
		}
		return file, nil
	}
	gone, err := s.files.gone(ctx, room, []int64{seq})
	if err != nil {
		return File{}, notStored(err)
	}
	if gone[seq] {
		return File{}, noSuchFile()
	}
	return file, nil
}

// gone says which of a room's messages are trimmed or deleted.
func (f *files) gone(ctx context.Context, room Room, seqs []int64) (map[int64]bool, error) {
	gone := map[int64]bool{}
	deleted, err := f.store.Related.Deleted(ctx, room.ID, seqs)
	if err != nil {
		return nil, err
	}
	for _, seq := range deleted {
		gone[seq] = true
	}
	for _, seq := range seqs {
		if seq < room.MinSeq {
			gone[seq] = true
		}
	}
	return gone, nil
}
