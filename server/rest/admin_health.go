package rest

import (
	"net/http"
	"time"

	"roomstream/rooms"
)

// serverHealth is how the server is, as admins see it.
type serverHealth struct {
	Store     storeHealth      `json:"store"`
	Instances []instanceHealth `json:"instances"` // the one that answers first
}

type storeHealth struct {
	Kind    string `json:"kind"`  // embedded or mongodb
	Ready   bool   `json:"ready"` // to the instance that answers: it takes writes, and its stream tells of them
	Message string `json:"message,omitempty"`
}

type instanceHealth struct {
	Instance    string `json:"instance"`
	Self        bool   `json:"self"` // it is the one that answers
	HeardAt     string `json:"heardAt"`
	Connections int    `json:"connections"` // of signed-in users

	*told // nil: it has not said yet
}

// told is what an instance says of itself.
type told struct {
	Version        string  `json:"version"`
	StartedAt      string  `json:"startedAt"`
	Ready          bool    `json:"ready"`
	LagMs          int64   `json:"lagMs"`
	SendsPerSecond float64 `json:"sendsPerSecond"`
	Queued         int     `json:"queued"`
}

// serverHealth answers how every instance is. It asks the store nothing: it must answer while that is away.
func (s *Server) serverHealth(call) (reply, error) {
	h := serverHealth{Store: storeHealth{Kind: s.store, Ready: true}}
	if err := s.ready(); err != nil {
		h.Store.Ready, h.Store.Message = false, rooms.AsError(err).Message
	}
	for _, i := range s.service.Instances() {
		one := instanceHealth{Instance: i.Instance, Self: i.Self, HeardAt: timeOf(i.HeardAt), Connections: i.Sockets}
		if i.Known {
			one.told = &told{
				Version: i.Version, StartedAt: timeOf(i.Started), Ready: i.Ready, LagMs: i.Lag.Milliseconds(), SendsPerSecond: i.Sends, Queued: i.Queued,
			}
		}
		h.Instances = append(h.Instances, one)
	}
	return answer(http.StatusOK, h)
}

func timeOf(t time.Time) string { return t.UTC().Format(rooms.TimeFormat) }
