package archive

import (
	"context"
	"fmt"

	"roomstream/auth"
	"roomstream/rooms"
)

// checker compares an archive with what the store has. It writes nothing.
type checker struct {
	ctx   context.Context
	store Store
	there []rooms.Event  // of the room, from the next event on
	last  int64          // of the room in the store
	new   []*rooms.Event // that the store lacks at their seq

	files  string // the folder of contents; empty: none are read
	kind   string // of things
	things func(thing any) (want any, differs bool, err error)
	alone  func(thing any) error

	accounts map[auth.UserID]string // the key of each account's name; nil: not read yet
	names    map[string]auth.UserID
}

func (c *checker) room(room rooms.Room) error {
	if err := c.begin(room.ID); err != nil {
		return err
	}
	first := max(room.MinSeq, 1)
	stored, err := c.store.Rooms.Catalog.Room(c.ctx, room.ID)
	switch {
	case err != nil && rooms.AsError(err).Code != rooms.CodeNotFound:
		return err
	case err == nil && stored.MinSeq > first:
		return fmt.Errorf("room %s: is trimmed below seq %d in the store, the archive begins at %d", room.ID, stored.MinSeq, first)
	case c.last > 0 && c.last < first-1:
		return fmt.Errorf("room %s: ends at seq %d in the store, the archive begins at %d: what is between is in neither", room.ID, c.last, first)
	}
	return nil
}

// begin goes to the begin of a room.
func (c *checker) begin(id rooms.RoomID) error {
	c.there, c.last = nil, 0
	newest, err := c.store.Rooms.Log.Newest(c.ctx, []rooms.RoomID{id}, 1)
	if err != nil {
		return err
	}
	if events := newest[id]; len(events) > 0 {
		c.last = events[0].Seq
	}
	return nil
}

// member is not compared: the store's stays where it is newer.
func (c *checker) member(rooms.Member) error { return nil }

func (c *checker) event(_ rooms.Room, e *rooms.Event) error {
	has, err := c.has(e)
	if err != nil || has {
		return err
	}
	if c.new = append(c.new, e); len(c.new) < batchEvents {
		return nil
	}
	return c.end()
}

// end looks whether an event that is new at its seq stands at another one.
func (c *checker) end() error {
	if len(c.new) == 0 {
		return nil
	}
	found, err := c.store.Rooms.Log.Find(c.ctx, c.new)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		f := &found[0]
		return fmt.Errorf("room %s holds the event %s (clientId %q) of the archive at seq %d, where the archive has another: it is another log's, or went on differently", f.RoomID, f.ID, f.ClientID, f.Seq)
	}
	c.new = nil
	return nil
}

// has says whether the store has this event, and returns an error when it has other
// content at its seq. The events of a room come ascending.
func (c *checker) has(e *rooms.Event) (bool, error) {
	if e.Seq > c.last {
		return false, nil
	}
	if len(c.there) == 0 {
		events, err := c.store.Rooms.Log.Since(c.ctx, e.RoomID, e.Seq-1, page)
		if err != nil {
			return false, err
		}
		c.there = events
	}
	if len(c.there) == 0 || c.there[0].Seq > e.Seq {
		return false, nil // a gap that this fills
	}
	if c.there[0] != *e {
		return false, otherContent(e)
	}
	c.there = c.there[1:]
	return true, nil
}

func otherContent(e *rooms.Event) error {
	return fmt.Errorf("room %s holds other content at seq %d: it is another log's, or went on differently", e.RoomID, e.Seq)
}

func (c *checker) account(a auth.Account) error {
	if c.accounts == nil {
		if err := c.readAccounts(); err != nil {
			return err
		}
	}
	key := auth.NameKey(a.Name)
	if name := c.accounts[a.ID]; name != "" && name != key {
		return fmt.Errorf("account %s (%s): the store has this id with the name %s", a.Name, a.ID, name)
	}
	if id := c.names[key]; id != "" && id != a.ID {
		return fmt.Errorf("account %s (%s): the store has this name with the id %s", a.Name, a.ID, id)
	}
	c.accounts[a.ID], c.names[key] = key, a.ID // the file may hold one twice
	return nil
}

// readAccounts takes in which ids and names the store has.
func (c *checker) readAccounts() error {
	c.accounts, c.names = map[auth.UserID]string{}, map[string]auth.UserID{}
	var after string
	for {
		list, err := c.store.Accounts.Accounts(c.ctx, after, listed)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, a := range list {
			key := auth.NameKey(a.Name)
			c.accounts[a.ID], c.names[key] = key, a.ID
		}
		after = list[len(list)-1].Name
	}
}
