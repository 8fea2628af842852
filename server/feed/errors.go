package feed

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"roomstream/rooms"
)

// defaultRetry is when to come again where nobody says: by then another instance answers, or a queue has moved on.
const defaultRetry = time.Second

// refuse answers with an error: its status, its headers and {error:{...}}. What nobody foresaw goes to the log, and the
// client gets the id of its entry.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := rooms.AsError(err)
	if e.Code == rooms.CodeInternal {
		told, id := rooms.Internal()
		s.log.Error("request failed", "logId", id, "method", r.Method, "path", r.URL.Path, "error", err)
		e = told
	}
	s.options.Refusals.Add(string(e.Code))
	h := w.Header()
	status := e.Code.Status()
	switch status {
	case http.StatusUnauthorized:
		h.Add("WWW-Authenticate", "Bearer")
		h.Add("WWW-Authenticate", `Basic realm="roomstream", charset="UTF-8"`)
	case http.StatusUpgradeRequired:
		h.Set("Upgrade", "websocket")
		h.Set("Connection", "Upgrade")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		later := *e
		if later.RetryAfter <= 0 {
			later.RetryAfter = defaultRetry
		}
		e = &later
		h.Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	body, err := json.Marshal(map[string]*rooms.Error{"error": e})
	if err != nil { // an Error is made of strings and numbers
		body = []byte(`{"error":{"code":"INTERNAL","message":"internal error","retryable":true}}`)
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who has gone needs no answer
}
