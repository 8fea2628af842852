package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// maxLine bounds a line: an event of the greatest length takes less than 128 KiB, and the
	// longest, an invitation that very many have used, about what MongoDB's longest document does.
	maxLine = 32 << 20
	// batchEvents and batchBytes bound one append.
	batchEvents = 500
	batchBytes  = 1 << 20
	// toldLines is how often a reader says how far it is, in lines.
	toldLines = 1000
)

// ImportOptions say how to read.
type ImportOptions struct {
	// NewLogID names the log anew, so that every client drops the numbers it has: for a
	// backup that is restored after clients went on with the log.
	NewLogID bool
	// Files is the folder that an export wrote the contents of files to; empty: only their
	// records are read.
	Files string
	// Checked is told now and then how much was read and compared; Progress, how much was
	// written. nil: nobody wants to know.
	Checked, Progress func(Counts)
}

// Import reads an archive into a store: first all of it is checked and compared with
// what the store has, then what is missing there is written. It refuses, naming the line, a
// file that is damaged, a room that holds other content at a seq, and what is another thing
// under the same id. Into a store without events the archive's log id goes along.
func Import(ctx context.Context, s Store, file io.ReadSeeker, o ImportOptions) (Counts, error) {
	found, err := s.Rooms.Archive.LogRooms(ctx, "", 1)
	if err != nil {
		return Counts{}, err
	}
	if o.Progress == nil {
		o.Progress = func(Counts) {}
	}
	checking := &checker{ctx: ctx, store: s, files: o.Files}
	head, err := read(file, checking, o.Checked)
	if err != nil {
		return Counts{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Counts{}, err
	}
	logID := ""
	switch {
	case o.NewLogID:
		logID = rand.Text()
	case len(found) == 0:
		logID = head.LogID
	}
	if logID != "" {
		if err := s.Rooms.Archive.SetLogID(ctx, logID); err != nil {
			return Counts{}, err
		}
	}
	writing := &writer{ctx: ctx, store: s, compare: checker{ctx: ctx, store: s}, files: o.Files, progress: o.Progress, behind: map[rooms.RoomID]rooms.Withdrawal{}}
	_, err = read(file, writing, nil)
	if err == nil {
		err = writing.withdraw()
	}
	if err == nil {
		err = writing.putLast()
	}
	if err != nil {
		return writing.counts, fmt.Errorf("%w; run it again to go on", err)
	}
	return writing.counts, nil
}

// target takes what an archive holds, in its order.
type target interface {
	room(rooms.Room) error
	event(rooms.Room, *rooms.Event) error
	// member comes after the room's last event, ascending by user.
	member(rooms.Member) error
	account(auth.Account) error
	// thing comes after the accounts, of each kind ascending by key.
	thing(k kind, thing any) error
	// end comes when a room is over, before the first account and the first thing of each kind,
	// and at the end.
	end() error
}

// reader goes through an archive once.
type reader struct {
	to     target
	head   *header
	room   *rooms.Room
	next   int64       // the seq that must come
	member auth.UserID // the room's last; empty: none yet
	counts Counts
	name   string // the last account's key
	kinds  []kind
	kind   int    // of the last thing, among kinds; -1: none came yet
	key    string // the last thing's
	ended  bool
}

// read gives all of an archive to a target; its errors name the line.
func read(file io.Reader, to target, told func(Counts)) (header, error) {
	r, sum := &reader{to: to, kinds: kinds(), kind: -1}, sha256.New()
	lines := bufio.NewReaderSize(file, 64<<10)
	for n := 1; ; n++ {
		b, err := readLine(lines)
		if errors.Is(err, io.EOF) && len(b) == 0 {
			break
		}
		if err != nil {
			return header{}, fmt.Errorf("line %d: %w", n, err)
		}
		if err := r.line(b, sum); err != nil {
			return header{}, fmt.Errorf("line %d: %w", n, err)
		}
		sum.Write(b)
		if n%toldLines == 0 && told != nil {
			told(r.counts)
		}
	}
	if !r.ended {
		return header{}, errors.New("the file is cut: its last line is not the end of an archive")
	}
	return *r.head, nil
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var b []byte
	for {
		part, err := r.ReadSlice('\n')
		if b = append(b, part...); len(b) > maxLine {
			return nil, fmt.Errorf("is longer than %d bytes", maxLine)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(b) > 0:
			return nil, errors.New("is cut: it has no end")
		}
		return b, err
	}
}

// line takes one line; sum is of those before it.
func (r *reader) line(b []byte, sum hash.Hash) error {
	if r.ended {
		return errors.New("stands after the end")
	}
	if at, raw, is := r.thingOf(b); is && r.head != nil {
		return r.thingLine(at, raw)
	}
	l, err := r.decode(b)
	if err != nil {
		return err
	}
	switch {
	case r.kind >= 0 && l.End == nil:
		return fmt.Errorf("stands after the lines of %s, which come after the accounts", r.kinds[r.kind].member())
	case (l.Header == nil) != (r.head != nil):
		return errors.New("the first line, and no other, must be the header {\"roomstream\":…}")
	case l.Header != nil:
		r.head = l.Header
		if l.Header.Version < 1 || l.Header.Version > version {
			return fmt.Errorf("roomstream.version: is %d, this program reads 1 to %d", l.Header.Version, version)
		}
		if l.Header.LogID == "" {
			return errors.New("roomstream.logId: is missing")
		}
		return nil
	case l.Room != nil:
		return r.roomLine(l.Room)
	case l.Event != nil:
		return r.eventLine(l.Event)
	case l.Member != nil:
		return r.memberLine(l.Member)
	case l.Account != nil:
		return r.accountLine(l.Account)
	case l.End != nil:
		return r.endLine(l.End, hex.EncodeToString(sum.Sum(nil)))
	}
	return errors.New("is empty")
}

// decode reads one line: one object with one member, and nothing after it.
func (r *reader) decode(b []byte) (line, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		if name, ok := r.unknown(b); ok {
			return l, fmt.Errorf("is a %q, which this program does not know: a later version wrote it: import with that one", name)
		}
		return l, fmt.Errorf("is no line of an archive: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return l, errors.New("is no line of an archive: something stands after the object")
	}
	members := 0
	for _, there := range []bool{l.Header != nil, l.Room != nil, l.Event != nil, l.Member != nil, l.Account != nil, l.End != nil} {
		if there {
			members++
		}
	}
	if members > 1 {
		return l, errors.New("is no line of an archive: it is several things at once")
	}
	return l, nil
}

func (r *reader) roomLine(l *roomLine) error {
	room, err := l.room()
	if err != nil {
		return fmt.Errorf("room.%w", err)
	}
	switch {
	case r.counts.Accounts > 0:
		return errors.New("a room stands after the accounts")
	case r.room != nil && room.ID <= r.room.ID:
		return fmt.Errorf("room.id: %s must be above %s: rooms stand in the order of their ids", room.ID, r.room.ID)
	}
	if err := r.to.end(); err != nil {
		return err
	}
	r.room, r.next, r.member = &room, max(room.MinSeq, 1), ""
	r.counts.Rooms++
	return r.to.room(room)
}

func (r *reader) eventLine(l *eventLine) error {
	if r.room == nil || r.counts.Accounts > 0 {
		return errors.New("an event stands before any room, or after the accounts")
	}
	if r.member != "" {
		return errors.New("an event stands after the members of its room")
	}
	e, err := l.event(r.room.ID)
	if err != nil {
		return fmt.Errorf("event.%w", err)
	}
	if e.Seq != r.next {
		return fmt.Errorf("event.seq: is %d where %d of room %s must come", e.Seq, r.next, r.room.ID)
	}
	r.next++
	r.counts.Events++
	return r.to.event(*r.room, &e)
}

func (r *reader) memberLine(l *memberLine) error {
	if r.room == nil || r.counts.Accounts > 0 {
		return errors.New("a member stands before any room, or after the accounts")
	}
	m, err := l.member(*r.room)
	if err != nil {
		return fmt.Errorf("member.%w", err)
	}
	if m.UserID <= r.member {
		return errors.New("member.userId: members must stand in the order of their ids, each once")
	}
	r.member = m.UserID
	r.counts.Members++
	return r.to.member(m)
}

func (r *reader) accountLine(l *accountLine) error {
	a, err := l.account()
	if err != nil {
		return fmt.Errorf("account.%w", err)
	}
	key := auth.NameKey(a.Name)
	if r.counts.Accounts > 0 && key <= r.name {
		return errors.New("account.name: accounts must stand in the order of their names, each once")
	}
	if err := r.to.end(); err != nil {
		return err
	}
	r.name = key
	r.counts.Accounts++
	return r.to.account(a)
}

func (r *reader) endLine(l *endLine, sum string) error {
	if l.Counts != r.counts {
		return fmt.Errorf("end: counts %v, the file holds %v", l.Counts, r.counts)
	}
	if l.SHA256 != sum {
		return fmt.Errorf("end.sha256: is %s, the lines before it have %s", l.SHA256, sum)
	}
	r.ended = true
	return r.to.end()
}
