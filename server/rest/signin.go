package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"roomstream/auth"
	"roomstream/rooms"
)

// signInTimeout is longer than a sign-in may wait for its turn to hash, and shorter
// than people wait.
const signInTimeout = 10 * time.Second

// methods says which sign-ins this server offers.
func (s *Server) methods(call) (reply, error) {
	return answer(http.StatusOK, struct {
		Accounts bool `json:"accounts"`
		Guests   bool `json:"guests"`
	}{s.registration, s.guests})
}

func (s *Server) register(c call) (reply, error) {
	if !s.registration {
		return reply{}, rooms.E(rooms.CodeForbidden, "this server takes no new accounts: -accounts is off")
	}
	name, password, err := readCredentials(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()
	return answerSignedIn(http.StatusCreated)(s.accounts.Register(ctx, clientOf(c), name, password))
}

// login is open also where nobody may register: accounts come from the command line too.
func (s *Server) login(c call) (reply, error) {
	name, password, err := readCredentials(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()
	return answerSignedIn(http.StatusOK)(s.accounts.Login(ctx, clientOf(c), name, password))
}

// changePassword takes {password, newPassword} and answers 204. It ends the caller's sessions, this one too.
func (s *Server) changePassword(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	password, next := f.text("password"), f.text("newPassword")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()
	err = s.accounts.ChangePassword(ctx, clientOf(c), c.user, password, next)
	if errors.Is(err, auth.ErrUnauthenticated) {
		// Not his token, by which he came here: a session that is over is refused without a field.
		err = &rooms.Error{Code: rooms.CodeUnauthenticated, Field: "password", Message: "password: is not the account's: type the present one"}
	}
	return reply{status: http.StatusNoContent}, err
}

// guest takes {name?}; nothing at all stands for {}.
func (s *Server) guest(c call) (reply, error) {
	if !s.guests {
		return reply{}, rooms.E(rooms.CodeForbidden, "this server takes no guests: -guests is off")
	}
	name := ""
	if len(c.Request().Body()) > 0 {
		f, err := readFields(c)
		if err != nil {
			return reply{}, err
		}
		if name = f.optionalText("name"); f.err != nil {
			return reply{}, f.err
		}
	}
	return answerSignedIn(http.StatusCreated)(s.accounts.Guest(context.Background(), name))
}

// clientOf is where a request comes from.
func clientOf(c call) auth.Client {
	return auth.Client{Address: c.Context().RemoteAddr().String(), Agent: c.Get(fiber.HeaderUserAgent)}
}

func readCredentials(c call) (name, password string, err error) {
	f, err := readFields(c)
	if err != nil {
		return "", "", err
	}
	name, password = f.text("name"), f.text("password")
	return name, password, f.err
}

// userBody is a user as clients see him.
type userBody struct {
	ID    auth.UserID `json:"id"`
	Name  string      `json:"name"`
	Roles []string    `json:"roles"`
}

func answerSignedIn(status int) func(auth.SignedIn, error) (reply, error) {
	return func(in auth.SignedIn, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		roles := in.User.Roles
		if roles == nil {
			roles = []string{} // an array also when empty
		}
		return answer(status, struct {
			Token string   `json:"token"`
			User  userBody `json:"user"`
		}{in.Token, userBody{ID: in.User.ID, Name: in.User.Name, Roles: roles}})
	}
}

// answer encodes a body without events; those keep their data as it was received,
// which encoding/json would not.
func answer(status int, body any) (reply, error) {
	encoded, err := json.Marshal(body)
	return reply{status: status, body: encoded}, err
}
