package files

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"roomstream/rooms"
)

const (
	// readPause is how long a client may send nothing; uploadTime is how long all may take: 25
	// MiB in it is slower than any telephone.
	readPause  = 30 * time.Second
	uploadTime = 30 * time.Minute
	// answerTime is for the answer, which is made and written after all has come.
	answerTime = 60 * time.Second
	// formOverhead is what a form may have around its file, in bytes: other fields and heads.
	formOverhead = 64 << 10
)

// upload answers 201 {file}.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, a address) error {
	session, err := s.caller(r)
	if err != nil {
		return err
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		e := rooms.E(rooms.CodeOverloaded, "too many uploads at once")
		e.RetryAfter = busyRetry
		return e
	}
	control := http.NewResponseController(w)
	// The answer's time begins when all has come.
	_ = control.SetWriteDeadline(time.Time{})
	ctx, done := s.underway.begin(r.Context(), session.User, control)
	defer done()
	body := &arriving{from: r.Body, control: control, until: time.Now().Add(uploadTime), stopped: ctx}
	name, content, err := s.contentOf(r, body)
	var file rooms.File
	if err == nil {
		file, err = s.service.Upload(ctx, session.User, rooms.UploadInput{RoomID: a.room, Name: name, Content: content})
	}
	_ = control.SetWriteDeadline(time.Now().Add(answerTime))
	if err != nil && s.tokens.Revoked(session.User) {
		return rooms.E(rooms.CodeUnauthenticated, "the token was revoked while the file came")
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, append(file.AppendJSON([]byte(`{"file":`)), '}'))
	return nil
}

// contentOf finds the file of a request: the first of a form, or the body itself.
func (s *Server) contentOf(r *http.Request, body io.Reader) (name string, content io.Reader, err error) {
	declared := r.Header.Get("Content-Type")
	kind, params, parseErr := mime.ParseMediaType(declared)
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(declared)), "multipart/") {
		if r.ContentLength > s.most {
			return "", nil, s.tooLarge()
		}
		name := r.URL.Query().Get("name")
		if name == "" {
			return "", nil, rooms.BadField("name", "must be given in the query, as ?name=photo.jpg")
		}
		return name, body, nil
	}
	if parseErr != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return "", nil, rooms.BadField("Content-Type", "must be multipart/form-data with a boundary, or the type of the file")
	}
	if r.ContentLength > s.most+formOverhead {
		return "", nil, s.tooLarge()
	}
	return fileOf(multipart.NewReader(io.LimitReader(body, s.most+2*formOverhead), params["boundary"]))
}

// fileOf passes the fields of a form until one is a file.
func fileOf(form *multipart.Reader) (string, io.Reader, error) {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, rooms.BadField("file", "the form must hold a file")
		}
		if err != nil {
			return "", nil, rooms.BadField("body", "must be a form that is whole: %v", cause(err))
		}
		if name := part.FileName(); name != "" {
			return name, part, nil
		}
	}
}

// cause keeps what the connection says of itself to the log.
func cause(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too soon"
	}
	return "it cannot be read"
}

func (s *Server) tooLarge() error {
	e := rooms.E(rooms.CodeTooLarge, "file: must be at most %d bytes", s.most)
	e.Field = "file"
	return e
}

// arriving is a body that must keep coming.
type arriving struct {
	from    io.Reader
	control *http.ResponseController
	until   time.Time
	stopped context.Context // done: nothing more is wanted
}

func (b *arriving) Read(p []byte) (int, error) {
	deadline := time.Now().Add(readPause)
	if deadline.After(b.until) {
		deadline = b.until
	}
	_ = b.control.SetReadDeadline(deadline)
	// Behind the deadline: who stops it ends the context first, and then sets a deadline that has passed.
	if err := b.stopped.Err(); err != nil {
		return 0, err
	}
	return b.from.Read(p)
}
