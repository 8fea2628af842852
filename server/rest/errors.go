package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"roomstream/rooms"
)

// defaultRetry is when to come again where the Service does not say: by then, a new
// primary is elected or a queue has moved on.
const defaultRetry = time.Second

// answerOf gives an error its status, its headers and its body.
func answerOf(e *rooms.Error) (code int, headers map[string]string, body []byte) {
	code = e.Code.Status()
	headers = map[string]string{"Content-Type": fiber.MIMEApplicationJSON}
	switch code {
	case http.StatusUnauthorized:
		headers["WWW-Authenticate"] = "Bearer"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if e.RetryAfter <= 0 {
			later := *e
			later.RetryAfter = defaultRetry
			e = &later
		}
		seconds := (e.RetryAfter + time.Second - 1) / time.Second
		headers["Retry-After"] = strconv.Itoa(int(seconds))
	}
	body, err := json.Marshal(map[string]*rooms.Error{"error": e})
	if err != nil { // an Error is made of strings and numbers
		body = []byte(`{"error":{"code":"INTERNAL","message":"internal error","retryable":true}}`)
	}
	return code, headers, body
}

// writeError answers before Fiber was asked.
func writeError(w http.ResponseWriter, e *rooms.Error) {
	code, headers, body := answerOf(e)
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(code)
	_, _ = w.Write(body) // who has gone needs no answer
}

// refuse is Fiber's error handler: whatever goes wrong is answered here.
func (s *Server) refuse(c *fiber.Ctx, err error) error {
	e := s.public(c, err)
	s.refusals.Add(string(e.Code))
	code, headers, body := answerOf(e)
	for name, value := range headers {
		c.Set(name, value)
	}
	return c.Status(code).Send(body)
}

// public makes the error that a client sees. What nobody foresaw goes to the log, and
// the client gets the id of its entry.
func (s *Server) public(c *fiber.Ctx, err error) *rooms.Error {
	var routing *fiber.Error
	if errors.As(err, &routing) {
		switch routing.Code {
		case fiber.StatusNotFound:
			return rooms.E(rooms.CodeNotFound, "there is no such route")
		case fiber.StatusMethodNotAllowed:
			return rooms.E(rooms.CodeMethodNotAllowed, "the route knows other methods only: %s", c.GetRespHeader(fiber.HeaderAllow))
		}
	}
	if known := rooms.AsError(err); known.Code != rooms.CodeInternal {
		return known
	}
	e, id := rooms.Internal()
	s.logger.Error("request failed", "logId", id, "method", c.Method(), "route", c.Route().Path, "error", err)
	return e
}

// recover turns a panic of one request into its INTERNAL answer.
func (s *Server) recover(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.Next()
}
