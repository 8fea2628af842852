package push

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/outward"
)

const (
	// attemptTimeout bounds one request, from the name's look-up to the end of the answer.
	attemptTimeout = 10 * time.Second
	// maxAnswer is how much of an answer is read, in bytes, so that the connection can be used again.
	maxAnswer = 16 << 10
	// giveUpAfter is how long a message is tried: later it tells nothing new.
	giveUpAfter = 30 * time.Minute
	// retryFirst and retryMost are how long is waited after the first failure, doubled with each, and at most; half of it is
	// random.
	retryFirst = time.Second
	retryMost  = 5 * time.Minute
	// ttl is how long a push service keeps a message for a device that is off: who comes later than that sees in the chat
	// what he missed.
	ttl = 24 * time.Hour
)

// outcome is what a try came to.
type outcome struct {
	gone  bool          // the device wants no more
	moot  bool          // nothing was sent: nobody is to be told any more
	again bool          // try it later
	after time.Duration // at the earliest; 0: the service did not say
	err   error         // why it was not taken
	said  reaction      // of the service
}

// send tries a delivery once.
func (s *Sender) send(ctx context.Context, d *delivery) outcome {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	request, err := s.request(ctx, d)
	if err != nil {
		return outcome{err: err}
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return outcome{again: !errors.Is(err, outward.ErrRefused), err: plain(err), said: silent}
	}
	defer answer.Body.Close()
	result := s.judge(answer)
	result.said = answered
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)); err != nil {
		result.said = silent // it kept the place, for as long as it pleased
	}
	return result
}

// judge says what an answer means: RFC 8030, 5 and 8.4.
func (s *Sender) judge(answer *http.Response) outcome {
	err := fmt.Errorf("the push service answers %d", answer.StatusCode)
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return outcome{}
	case status == http.StatusNotFound || status == http.StatusGone:
		return outcome{gone: true}
	case status == http.StatusTooManyRequests || status >= 500:
		return outcome{again: true, after: retryAfter(answer.Header.Get("Retry-After"), s.now()), err: err}
	}
	return outcome{err: err} // a redirect, too: the endpoint is what the browser was given
}

// retryAfter reads seconds or a date; 0: neither.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// request makes a delivery's next one: each is encrypted anew.
func (s *Sender) request(ctx context.Context, d *delivery) (*http.Request, error) {
	endpoint, err := url.Parse(d.device.Endpoint)
	if err != nil {
		return nil, errors.New("the endpoint is no URL") // without it: it is a secret
	}
	key, err := ecdh.P256().NewPublicKey(d.device.P256dh)
	if err != nil {
		return nil, err
	}
	text, err := messageOf(&d.missed, s.texts)
	if err != nil {
		return nil, err
	}
	body, err := encrypt(text, key, d.device.Auth)
	if err != nil {
		return nil, err
	}
	authorization, err := s.vapid.header(endpoint)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.device.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, plain(err)
	}
	for name, value := range map[string]string{
		"Authorization": authorization, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "User-Agent": "Roomstream-Push",
		"TTL": strconv.Itoa(int(ttl / time.Second)), "Urgency": urgencyOf(d.missed.Kind), "Topic": topicOf(&d.device, d.missed.RoomID),
	} {
		request.Header.Set(name, value)
	}
	return request, nil
}

// urgencyOf says whether a device is to be woken: somebody waits for an answer to a message, not to an invitation.
func urgencyOf(kind string) string {
	if kind == rooms.KindInvitation {
		return "normal"
	}
	return "high"
}

// plain takes the address out of an error: it is a secret.
func plain(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("the push service did not answer in time")
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// backoff is how long to wait after so many failures.
func backoff(attempts int) time.Duration {
	const doublings = 16 // more would overflow in the end
	most := min(retryFirst<<min(attempts-1, doublings), retryMost)
	return most/2 + rand.N(most/2+1)
}
