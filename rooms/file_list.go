package rooms

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"roomstream/auth"
)

// fileReads bounds how many pages of messages one list of files reads: of very many that were deleted, the next list goes on.
const fileReads = 10

// SharedFile is a file with the message that shows it.
type SharedFile struct {
	file       []byte // {id, name, size, type, ...} as the message has it
	Seq        int64
	Author     auth.UserID
	AuthorName string
	Timestamp  time.Time
}

// SharedFiles is a page of a room's files. Next is 0 where there are no more, else what Before of the page after it is.
type SharedFiles struct {
	Files []SharedFile
	Next  int64
}

// ListFiles gives the files that the messages of a room show by now, newest first: those of messages below before (0: all). The
// page ends with the message by which it has limit (0: 50; at most 100), so that no message's files are parted. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) ListFiles(ctx context.Context, user auth.User, roomID string, before int64, limit int) (SharedFiles, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return SharedFiles{}, err
	}
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return SharedFiles{}, notStored(err)
	}
	if before == 0 {
		before = MaxSeq + 1
	}
	list, err := s.listFiles(ctx, room, before, limit)
	if err != nil {
		return SharedFiles{}, notStored(err)
	}
	return list, notStoredOrNil(s.stillMay(ctx, user, room))
}

func (s *Service) listFiles(ctx context.Context, room Room, before int64, limit int) (SharedFiles, error) {
	var list SharedFiles
	for range fileReads {
		page := Page{Events: limit, Bytes: maxPageBytes}
		messages, err := s.store.Related.Attached(ctx, room.ID, before, page)
		if err != nil || len(messages) == 0 {
			list.Next = 0
			return list, err
		}
		seqs := make([]int64, len(messages))
		for i := range messages {
			seqs[i] = messages[i].Seq
		}
		gone, err := s.files.gone(ctx, room, seqs)
		if err != nil {
			return list, err
		}
		for i := range messages {
			before = messages[i].Seq
			list.Next = before
			if before < room.MinSeq {
				list.Next = 0
				return list, nil
			}
			if !gone[before] {
				list.Files = append(list.Files, sharedBy(&messages[i])...)
			}
			if len(list.Files) >= limit {
				return list, nil
			}
		}
	}
	return list, nil
}

// sharedBy gives the files of a message. Another program's may hold anything: what is no file is left out.
func sharedBy(e *Event) []SharedFile {
	var all []json.RawMessage
	if json.Unmarshal([]byte(e.Attachments), &all) != nil {
		return nil
	}
	var list []SharedFile
	for _, one := range all {
		var file struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(one, &file); err != nil {
			continue
		}
		if _, ok := ParseFileID(file.ID); !ok {
			continue
		}
		list = append(list, SharedFile{one, e.Seq, e.Author, e.AuthorName, e.Timestamp})
	}
	return list
}

// AppendJSON appends the file as its message has it, with seq, author, authorName? and timestamp of that.
func (f *SharedFile) AppendJSON(b []byte) []byte {
	b = append(b, f.file[:len(f.file)-1]...) // an object: it has an id
	b = strconv.AppendInt(append(b, `,"seq":`...), f.Seq, 10)
	b = AppendJSONString(append(b, `,"author":`...), string(f.Author))
	if f.AuthorName != "" {
		b = AppendJSONString(append(b, `,"authorName":`...), f.AuthorName)
	}
	b = append(b, `,"timestamp":"`...)
	b = f.Timestamp.UTC().AppendFormat(b, TimeFormat)
	return append(b, `"}`...)
}
