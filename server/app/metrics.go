package app

import (
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/tally"
	"roomstream/server/metrics"
)

// doors are where clients are told errors, which are counted at each.
type doors struct{ socket, rest, feed, files *tally.By }

func newDoors() doors {
	made := func() *tally.By { return tally.NewBy(rooms.CodeNames()...) }
	return doors{made(), made(), made(), made()}
}

func (d doors) read() map[string]map[string]int64 {
	return map[string]map[string]int64{"socket": d.socket.Read(), "rest": d.rest.Read(), "feed": d.feed.Read(), "files": d.files.Read()}
}

// composeMetrics listens for those who ask for metrics, if anybody may.
func (a *App) composeMetrics(o Options) (err error) {
	if o.Config.MetricsAddr == "" {
		return nil
	}
	a.metrics, err = metrics.New(o.Config.MetricsAddr, a.sources(), o.Logger)
	return err
}

// sources are all that there are in this program.
func (a *App) sources() metrics.Sources {
	built := a.release.build()
	s := metrics.Sources{
		Build: metrics.Build{Version: built.Version, Commit: built.Commit, Go: built.Go},
		Chat:  a.service.Figures, Sockets: a.socketFigures, Refusals: a.doors.read, Limits: a.limits.hit, Streams: a.streams.Figures, Webhooks: a.webhooks.Figures,
		Feeds: func() metrics.Feeds { return metrics.Feeds{Open: a.feeds.Feeds(), Slow: a.feeds.Slow()} },
	}
	if a.shown != nil {
		s.CertificateExpires = a.shown.expires
	}
	if a.pushes != nil {
		s.Push = a.pushes.Figures
	}
	if a.postgres != nil {
		s.Postgres = a.postgres.Counts
	}
	switch kept := a.store.(type) {
	case *mongodb.Store:
		s.MongoDB = func() metrics.MongoDB { return metrics.MongoDB{ChangeStreams: kept.ChangeStreams()} }
	case *embedded.Store:
		s.Embedded = func() metrics.Embedded { return a.embeddedFigures(kept) }
	}
	return s
}

func (a *App) socketFigures() metrics.Sockets {
	f := a.sockets.Figures()
	return metrics.Sockets{
		Connections: map[string]int64{"websocket": int64(f.WebSockets), "polling": int64(f.Polls)},
		Handshakes:  map[string]int64{"websocket": f.WebSocketsBegun, "polling": f.PollsBegun},
		Refused:     f.Refused, Upgrades: f.Upgrades, Slow: f.Slow,
	}
}

func (a *App) embeddedFigures(kept *embedded.Store) metrics.Embedded {
	f, err := kept.Figures()
	if err != nil {
		a.logger.Warn("the store's figures were not read", "error", err)
	}
	return metrics.Embedded{Size: f.Size, Commits: f.Commits, Failed: f.Failed != nil}
}
