package push

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/outward"
)

const (
	// maxEndpoint is the longest endpoint, in bytes: those of the known services have a few hundred.
	maxEndpoint = 2048
	// maxDevices is how many a user keeps; with one more, the one that was renewed longest ago goes.
	maxDevices = 20
	// maxLabel is the longest label, in bytes.
	maxLabel = 256
)

// Input is a device that wants to be told.
type Input struct {
	Endpoint string
	P256dh   string // base64url
	Auth     string // base64url
	Label    string // of the header User-Agent
}

// Key is the public key that browsers subscribe with, base64url.
func (s *Sender) Key() string { return s.vapid.public }

// Subscribe stores a user's device, or renews it, and returns its id. Errors: BAD_REQUEST naming endpoint, keys.p256dh or
// keys.auth; FORBIDDEN, UNAVAILABLE.
func (s *Sender) Subscribe(ctx context.Context, user auth.User, in Input) (string, error) {
	if auth.IsBot(user.ID) {
		return "", rooms.E(rooms.CodeForbidden, "bots have no devices")
	}
	if err := checkEndpoint(in.Endpoint, s.guard); err != nil {
		return "", err
	}
	point, ok := decode(in.P256dh)
	if _, err := ecdh.P256().NewPublicKey(point); !ok || err != nil {
		return "", rooms.BadField("keys.p256dh", "must be a point of P-256, its 65 bytes in base64url")
	}
	secret, ok := decode(in.Auth)
	if !ok || len(secret) != authBytes {
		return "", rooms.BadField("keys.auth", "must be %d bytes in base64url", authBytes)
	}
	device := rooms.Subscription{
		ID: idOf(in.Endpoint), UserID: user.ID, Endpoint: in.Endpoint, P256dh: point, Auth: secret, Label: labelOf(in.Label),
		RenewedAt: s.now().UTC().Truncate(time.Millisecond),
	}
	defer s.chat.Doing(user.ID)()
	return device.ID, s.store.PutSubscription(ctx, device, maxDevices)
}

// Devices gives a user's, at most maxDevices, those first that were renewed first. Errors: UNAVAILABLE.
func (s *Sender) Devices(ctx context.Context, user auth.User) ([]rooms.Subscription, error) {
	return s.store.Subscriptions(ctx, user.ID)
}

// Unsubscribe removes a user's device. It may be repeated. Errors: UNAVAILABLE.
func (s *Sender) Unsubscribe(ctx context.Context, user auth.User, id string) error {
	return s.store.RemoveSubscription(ctx, user.ID, id)
}

// idOf is the same for the same endpoint, and does not tell it.
func idOf(endpoint string) string {
	sum := sha256.Sum256([]byte(endpoint))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// checkEndpoint takes an address that messages may go to, as far as its text tells: what a name stands for is looked at when
// it is dialled.
func checkEndpoint(text string, guard outward.Guard) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxEndpoint || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" {
		return rooms.BadField("endpoint", "must be an https URL of at most %d bytes, without a user and a fragment", maxEndpoint)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	literal := err == nil
	if near := guard.Private && literal && ip.IsLoopback(); u.Scheme != "https" && (u.Scheme != "http" || !near) {
		return rooms.BadField("endpoint", "must be an https URL")
	}
	if literal {
		if err := guard.Check(ip); err != nil {
			return rooms.BadField("endpoint", "%v", err)
		}
	}
	return nil
}

// decode reads base64url, padded or not.
func decode(text string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	return b, err == nil
}

// labelOf is what one line of a page may show of a browser's name for itself.
func labelOf(agent string) string {
	label := strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(agent, "")))
	if len(label) > maxLabel {
		label = strings.ToValidUTF8(label[:maxLabel], "")
	}
	return label
}

// serviceOf names a device's push service, without what is secret of its address.
func serviceOf(device *rooms.Subscription) string {
	u, err := url.Parse(device.Endpoint)
	if err != nil {
		return ""
	}
	return originOf(u)
}
