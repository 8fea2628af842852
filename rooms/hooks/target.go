package hooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"roomstream/rooms/outward"
)

const (
	// attemptTimeout bounds one try, from the name's look-up to the end of the answer.
	attemptTimeout = 10 * time.Second
	// maxAnswer is how much of an answer is read, in bytes, so that the connection can be used again.
	maxAnswer = 64 << 10
	// maxLastError is how much is kept of what was wrong, in bytes.
	maxLastError = 300
)

// targets are the addresses that deliveries go to.
type targets struct {
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
}

func newTargets(g outward.Guard, resolver *net.Resolver, timeout time.Duration, now func() time.Time) *targets {
	// A redirect is an answer that is not 2xx: the hook's URL is what its owner chose.
	return &targets{client: g.Client(resolver), timeout: timeout, now: now}
}

// send tries a delivery once. Its error is for the hook's owner: it tells nothing of the answer but its status.
func (t *targets) send(ctx context.Context, address, secret string, d delivery) error {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(d.body))
	if err != nil {
		return err
	}
	timestamp, signature := sign(secret, t.now(), d.body)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Roomstream-Webhook",
		"Roomstream-Delivery": d.id, "Roomstream-Timestamp": timestamp, "Roomstream-Signature": signature,
	} {
		request.Header.Set(name, value)
	}
	answer, err := t.client.Do(request)
	if err != nil {
		return plain(err, t.timeout)
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fmt.Errorf("the target answers %d: redirects are not followed", answer.StatusCode)
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return fmt.Errorf("the target answers %d", answer.StatusCode)
	case err != nil:
		return plain(err, t.timeout)
	}
	return nil
}

func (t *targets) close() { t.client.CloseIdleConnections() }

// plain takes the address out of an error, which may hold a secret of its own.
func plain(err error, timeout time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the target did not answer within %s", timeout)
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
