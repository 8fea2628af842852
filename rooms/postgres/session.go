package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"roomstream/rooms"
)

// session is one connection.
type session struct {
	*Listener
	conn   *pgx.Conn
	teller rooms.Teller
	// heard are the notifications that came while something else was read; each is handled after the next look at the
	// outbox. The server sends none while it answers, so they are no more than what the network holds.
	heard []*pgconn.Notification
}

// listen connects and listens until the connection is lost. It says whether it came to listening.
func (l *Listener) listen(ctx context.Context, teller rooms.Teller) (listened bool, err error) {
	s := &session{Listener: l, teller: teller}
	config := l.config.Copy()
	config.OnNotification = func(_ *pgconn.PgConn, n *pgconn.Notification) { s.heard = append(s.heard, n) }
	if s.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		s.conn.Close(closing)
	}()
	l.outbox.connected()
	// First of all, so that what is committed after the outbox was read is heard of.
	for name := range l.channels {
		if err := s.listenOn(ctx, name); err != nil {
			return false, err
		}
	}
	if err := s.look(ctx); err != nil {
		return false, err
	}
	l.logger.Info("PostgreSQL is listened to", "channels", len(l.channels), "outbox", l.outbox.present)
	return true, s.loop(ctx)
}

func (s *session) listenOn(ctx context.Context, channel string) error {
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	if _, err := s.conn.Exec(asking, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen on a channel: %w", err)
	}
	return nil
}

func (s *session) loop(ctx context.Context) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, s.outbox.patience(s.poll))
		err := s.conn.PgConn().WaitForNotification(waiting)
		idle := waiting.Err() != nil && !s.conn.IsClosed()
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !idle {
			return fmt.Errorf("wait for a notification: %w", err)
		}
		if err := s.look(ctx); err != nil {
			return err
		}
	}
}

// look tells what the outbox has, then what was heard without a row. It is also the sign of life: a connection that died without a word does not answer.
func (s *session) look(ctx context.Context) error {
	for {
		// What comes while the outbox is read may belong to rows that this look does not see yet: it has another.
		heard := s.heard
		s.heard = nil
		err := s.outbox.look(ctx, s)
		if s.conn.IsClosed() || ctx.Err() != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		// The table has another form, or is not to be read: notifications are still heard.
		s.outbox.complain(s.logger, err)
		for _, n := range heard {
			if err := s.hear(ctx, n); err != nil {
				return err
			}
		}
		if len(s.heard) == 0 {
			return nil
		}
	}
}

// hear tells a notification that stands for itself.
func (s *session) hear(ctx context.Context, n *pgconn.Notification) error {
	c, declared := s.channels[n.Channel]
	if !declared {
		return nil
	}
	if s.outbox.present {
		ofRow, err := s.outbox.has(ctx, s, n.Channel, n.Payload)
		if s.conn.IsClosed() {
			return fmt.Errorf("compare a notification with the outbox: %w", err)
		}
		if ofRow {
			return nil
		}
	}
	s.tell(s.teller, c, []byte(n.Payload))
	return nil
}
