package files

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// slowest is how fast a client must read, in bytes a second, besides answerTime.
	slowest = 16 << 10
	// kept is how long a browser may show a file again without asking: within it, who was
	// taken out of the room sees what he has seen.
	kept = "private, max-age=0, must-revalidate"
	// sandbox is for whoever opens a file as a page of its own: nothing in it runs, loads or
	// reaches the site. A picture, a video and its controls are shown.
	sandbox = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)

// download answers with the file, parts of it, or 304.
func (s *Server) download(w http.ResponseWriter, r *http.Request, a address) error {
	user, err := s.reader(r, a)
	if err != nil {
		return err
	}
	thumbnail := a.part == partThumbnail
	file, content, err := s.service.OpenFile(r.Context(), user, a.room, a.file, thumbnail)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	tag := string(file.ID)
	if thumbnail {
		tag += "-thumbnail"
	} else {
		h.Set("Content-Type", typeOf(file))
		h.Set("Content-Disposition", disposition(file))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime + time.Duration(file.Size/slowest)*time.Second))
	}
	h.Set("ETag", `"`+tag+`"`) // a file never changes
	h.Set("Cache-Control", kept)
	h.Set("Content-Security-Policy", sandbox)
	h.Set("Cross-Origin-Resource-Policy", "same-site")
	if s.foreign {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin") // its access is checked by a token in any case
	}
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(&ranged{ResponseWriter: w, server: s, request: r}, r, "", file.CreatedAt, content)
	return nil
}

// reader says who asks: by his token, or by a link that was made for him.
func (s *Server) reader(r *http.Request, a address) (auth.User, error) {
	tokens := r.URL.Query()["token"]
	switch {
	case len(tokens) > 1:
		return auth.User{}, rooms.BadField("token", "must be given once")
	case len(tokens) == 1:
		user, err := s.links.open(a, tokens[0])
		if err == nil && s.tokens.Revoked(user) {
			err = rooms.E(rooms.CodeUnauthenticated, "token: the link was made with a token that is revoked")
		}
		return user, err
	}
	session, err := s.caller(r)
	return session.User, err
}

// link answers {url, thumbnailUrl?, expiresAt}.
func (s *Server) link(w http.ResponseWriter, r *http.Request, a address) error {
	session, err := s.caller(r)
	if err != nil {
		return err
	}
	if session.User.Grant != nil {
		return rooms.E(rooms.CodeForbidden, "a key opens files by its header only")
	}
	file, err := s.service.LookUpFile(r.Context(), session.User, a.room, a.file)
	if err != nil {
		return err
	}
	token, until := s.links.make(a, session)
	answer := struct {
		URL          string `json:"url"`
		ThumbnailURL string `json:"thumbnailUrl,omitempty"`
		ExpiresAt    string `json:"expiresAt"`
	}{URL: a.path() + "?token=" + token, ExpiresAt: until.UTC().Format(rooms.TimeFormat)}
	if file.Thumbnail {
		answer.ThumbnailURL = a.path() + "/" + partThumbnail + "?token=" + token
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// typeOf is the file's type; of a text nobody said in what letters it is.
func typeOf(file rooms.File) string {
	if strings.HasPrefix(file.Type, "text/") {
		return file.Type + "; charset=utf-8"
	}
	return file.Type
}

// disposition says under what name a browser saves a file, and which it may show. A name
// beyond ASCII is written as RFC 5987 wants it.
func disposition(file rooms.File) string {
	kind := "attachment"
	if file.Inline() {
		kind = "inline"
	}
	if written := mime.FormatMediaType(kind, map[string]string{"filename": file.Name}); written != "" {
		return written
	}
	return kind
}

// ranged turns http.ServeContent's word about a range that is not there into an error as
// all others are.
type ranged struct {
	http.ResponseWriter
	server  *Server
	request *http.Request
	refused bool
}

// WriteHeader writes another answer for 416.
func (r *ranged) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		r.ResponseWriter.WriteHeader(status)
		return
	}
	r.refused = true
	h := r.Header()
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	r.server.refuse(r.ResponseWriter, r.request, rooms.E(rooms.CodeRange, "the file has no such range: Content-Range says how long it is"))
}

// Write drops the text that goes with 416.
func (r *ranged) Write(p []byte) (int, error) {
	if r.refused {
		return len(p), nil
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets a ResponseController through.
func (r *ranged) Unwrap() http.ResponseWriter { return r.ResponseWriter }
