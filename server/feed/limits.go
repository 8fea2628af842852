package feed

import "roomstream/rooms"

// handshake lets an address open another feed, or gives RATE_LIMITED.
func (l Limits) handshake(from string) error {
	if err := rooms.WithinBoth(l.AddressHandshakes.Of(from), l.Handshakes.Of("")); err != nil {
		return err
	}
	return nil
}

// crowded gives back the handshake of a feed that found no place: those who have all theirs keep nobody else from coming
// in.
func (l Limits) crowded(from string) {
	l.AddressHandshakes.Of(from).Return()
	l.Handshakes.Of("").Return()
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
