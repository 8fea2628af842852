package auth

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSessions is how many an account has at once, each a device or a program: one more ends that which was seen least
	// lately. It bounds what a program leaves behind that signs in anew for each call.
	maxSessions = 200

	// maxAgent is how much is kept of what a program calls itself, in bytes: the browser and the system stand within it.
	maxAgent = 200

	// ipv6Site is how much of an IPv6 address names a line, in bits: within it a customer takes any (RFC 6177).
	ipv6Site = 64
)

// Client is where a sign-in comes from.
type Client struct {
	Address string // an IP address, or host:port of one; empty: not known
	Agent   string // what the program calls itself, as a header says; empty: nothing
}

// AccountSession is what a sign-in by password began. It ends with its token.
type AccountSession struct {
	ID        string // the token's jti
	User      UserID
	CreatedAt time.Time // when the token was issued, to the millisecond
	ExpiresAt time.Time // not before the token ends
	SeenAt    time.Time // when it was last used, to some minutes
	Address   string    // an IP address, of the sign-in; empty: not known
	Agent     string    // at most 200 bytes; empty: not known
}

// SeenSession is when a session was used.
type SeenSession struct {
	User UserID
	ID   string
	At   time.Time
}

// SessionStore keeps the sessions of accounts. Implementations are safe for concurrent use; what they wrote is durable on
// return. They may forget a session a while after it has ended.
type SessionStore interface {
	// CreateSession stores a new one.
	CreateSession(ctx context.Context, s AccountSession) error
	// Sessions returns those of a user, in any order, also some that have ended.
	Sessions(ctx context.Context, user UserID) ([]AccountSession, error)
	// SeeSessions raises SeenAt, never lowers it. Sessions that are not there are passed over.
	SeeSessions(ctx context.Context, seen []SeenSession) error
	// RemoveSessions removes one of a user's, or, where id is empty, all.
	RemoveSessions(ctx context.Context, user UserID, id string) error
}

// IsAccount says whether an id is one of this server's own accounts.
func IsAccount(id UserID) bool { return strings.HasPrefix(string(id), accountPrefix) }

// begin stores the session of a token that was made for a client, and ends what is too many by then.
func (a *Accounts) begin(ctx context.Context, client Client, made Session, at time.Time) error {
	if a.sessions == nil {
		return nil
	}
	list, err := a.sessions.Sessions(ctx, made.User.ID)
	if err != nil {
		return err
	}
	live, oldest := 0, AccountSession{}
	for _, s := range list {
		if !s.ExpiresAt.After(at) {
			continue
		}
		if live++; oldest.ID == "" || s.SeenAt.Before(oldest.SeenAt) {
			oldest = s
		}
	}
	if live >= maxSessions {
		if err := a.end(ctx, oldest); err != nil {
			return err
		}
	}
	issued := at.UTC().Truncate(time.Millisecond)
	return a.sessions.CreateSession(ctx, AccountSession{
		ID: made.User.Token.ID, User: made.User.ID, CreatedAt: issued, ExpiresAt: made.ExpiresAt, SeenAt: issued,
		Address: client.address(), Agent: client.agent(),
	})
}

// address leaves the port out. What is no address is nothing.
func (c Client) address() string {
	at, ok := c.ip()
	if !ok {
		return ""
	}
	return at.String()
}

// line is whom attempts are counted for: an IPv4 address, or the line that an IPv6 one is of.
func (c Client) line() string {
	at, ok := c.ip()
	if !ok {
		return ""
	}
	if at.Is4() {
		return at.String()
	}
	site, err := at.Prefix(ipv6Site)
	if err != nil {
		return at.String()
	}
	return site.String()
}

func (c Client) ip() (netip.Addr, bool) {
	at, err := netip.ParseAddr(c.Address)
	if err != nil {
		with, err := netip.ParseAddrPort(c.Address)
		if err != nil {
			return netip.Addr{}, false
		}
		at = with.Addr()
	}
	return at.Unmap().WithZone(""), true
}

// agent is what may be stored and shown of it.
func (c Client) agent() string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(c.Agent, ""))
	if len(clean) <= maxAgent {
		return clean
	}
	cut := maxAgent
	for cut > 0 && !utf8.RuneStart(clean[cut]) {
		cut--
	}
	return clean[:cut]
}
