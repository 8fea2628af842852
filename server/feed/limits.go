package feed

import "roomstream/rooms"

// handshake lets an address open another feed, or gives RATE_LIMITED.
func (l Limits) handshake(from string) error {
	if err := rooms.Within(l.AddressHandshakes, from); err != nil {
		return err
	}
	if err := rooms.Within(l.Handshakes, ""); err != nil {
		return err
	}
	return nil
}

// enter takes the feed's places, which leave gives back, or gives RATE_LIMITED.
func (l Limits) enter(c *conn) error {
	if err := rooms.Place(l.AddressConnections, c.from); err != nil {
		return err
	}
	if !c.who.Known {
		return nil
	}
	if err := rooms.Place(l.Connections, string(c.who.User.ID)); err != nil {
		l.AddressConnections.Leave(c.from)
		return err
	}
	return nil
}

func (l Limits) leave(c *conn) {
	l.AddressConnections.Leave(c.from)
	if c.who.Known {
		l.Connections.Leave(string(c.who.User.ID))
	}
}
