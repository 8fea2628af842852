// Package pushtest is a push service on loopback, the one that tests of Web Push have: browsers' own cannot be had in a test.
// It takes messages as RFC 8030 says, holds their senders to RFC 8292 and reads them as a browser does, by RFC 8291. It is
// written from those, not from the sender's code.
//
// Concurrency: everything is safe for concurrent use. Lifecycle: New starts it, it ends with the test.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Message is what a device was sent.
type Message struct {
	Plain   []byte // decrypted
	Length  int    // of the body, in bytes
	TTL     int    // seconds
	Topic   string
	Urgency string
	Key     string // of the sender, base64url
	Subject string // of the sender
}

// Service is a push service.
type Service struct {
	URL string

	t       testing.TB
	mu      sync.Mutex
	devices map[string]*Device
	changed chan struct{} // closed with each request
}

// New starts a service.
func New(t testing.TB) *Service {
	t.Helper()
	s := &Service{t: t, devices: map[string]*Device{}, changed: make(chan struct{})}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Device is a subscribed browser.
type Device struct {
	Endpoint string

	service *Service
	private *ecdh.PrivateKey
	auth    []byte
	answers []Answer // to the next requests; then 201
	tries   int
	got     []Message
}

// Answer is what a service says instead of taking a message.
type Answer struct {
	Status     int
	RetryAfter string // empty: not said
	Location   string // empty: not said
	First      func() // is done before the answer is given, and must not ask the service; nil: nothing
}

// Device makes one. It answers its first requests so, and takes those that follow.
func (s *Service) Device(answers ...Answer) *Device {
	s.t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	d := &Device{Endpoint: s.URL + "/send/" + rand.Text(), service: s, private: private, auth: make([]byte, 16), answers: answers}
	rand.Read(d.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devices[strings.TrimPrefix(d.Endpoint, s.URL)] = d
	return d
}

// JSON is what a browser makes of its PushSubscription.
func (d *Device) JSON() string {
	encode := base64.RawURLEncoding.EncodeToString
	text, err := json.Marshal(map[string]any{
		"endpoint": d.Endpoint, "expirationTime": nil,
		"keys": map[string]string{"p256dh": encode(d.private.PublicKey().Bytes()), "auth": encode(d.auth)},
	})
	if err != nil {
		d.service.t.Fatal(err)
	}
	return string(text)
}

// Got are the messages it took, and Tries how many requests came, refused ones too.
func (d *Device) Got() []Message {
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	return append([]Message(nil), d.got...)
}

// Tries is how many requests came, refused ones too.
func (d *Device) Tries() int {
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	return d.tries
}

// Await waits until it has taken n messages.
func (d *Device) Await(n int, patience time.Duration) []Message {
	d.service.t.Helper()
	d.await(patience, fmt.Sprintf("%d messages", n), func() bool { return len(d.got) >= n })
	return d.Got()
}

// AwaitTries waits until n requests came.
func (d *Device) AwaitTries(n int, patience time.Duration) {
	d.service.t.Helper()
	d.await(patience, fmt.Sprintf("%d tries", n), func() bool { return d.tries >= n })
}

func (d *Device) await(patience time.Duration, what string, holds func() bool) {
	d.service.t.Helper()
	for deadline := time.After(patience); ; {
		d.service.mu.Lock()
		there, changed := holds(), d.service.changed
		d.service.mu.Unlock()
		if there {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			d.service.t.Fatalf("waited for %s: there are %d tries and %d messages", what, d.Tries(), len(d.Got()))
		}
	}
}

// ServeHTTP is the service. What breaks a rule fails the test.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender ended
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		close(s.changed)
		s.changed = make(chan struct{})
	}()
	d := s.devices[r.URL.Path]
	if d == nil {
		s.t.Errorf("a request came to %s, which is no device's", r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	message, err := d.read(r, body)
	if err != nil {
		s.t.Errorf("a request is wrong: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d.tries++
	if len(d.answers) > 0 {
		answer := d.answers[0]
		d.answers = d.answers[1:]
		if answer.First != nil {
			answer.First()
		}
		for name, value := range map[string]string{"Retry-After": answer.RetryAfter, "Location": answer.Location} {
			if value != "" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(answer.Status)
		return
	}
	d.got = append(d.got, message)
	w.Header().Set("Location", s.URL+"/message/"+rand.Text())
	w.WriteHeader(http.StatusCreated)
}

// read checks a request and decrypts it.
func (d *Device) read(r *http.Request, body []byte) (m Message, err error) {
	const mostBytes = 4096 // RFC 8030, 7.2
	h := r.Header
	if r.Method != http.MethodPost || h.Get("Content-Encoding") != "aes128gcm" || len(body) > mostBytes {
		return m, fmt.Errorf("it is a %s of %d bytes with Content-Encoding %q", r.Method, len(body), h.Get("Content-Encoding"))
	}
	m.Length, m.Topic, m.Urgency = len(body), h.Get("Topic"), h.Get("Urgency")
	if m.TTL, err = strconv.Atoi(h.Get("TTL")); err != nil || m.TTL < 0 {
		return m, fmt.Errorf("header TTL is %q", h.Get("TTL"))
	}
	if _, err := base64.RawURLEncoding.DecodeString(m.Topic); err != nil || len(m.Topic) > 32 {
		return m, fmt.Errorf("header Topic is %q", m.Topic)
	}
	if m.Key, m.Subject, err = verify(h.Get("Authorization"), d.service.URL); err != nil {
		return m, err
	}
	m.Plain, err = d.decrypt(body)
	return m, err
}

// verify reads the header of RFC 8292.
func verify(header, origin string) (key, subject string, err error) {
	parameters, ok := strings.CutPrefix(header, "vapid ")
	values := map[string]string{}
	for part := range strings.SplitSeq(parameters, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		values[name] = value
	}
	parts := strings.Split(values["t"], ".")
	point, err := base64.RawURLEncoding.DecodeString(values["k"])
	if !ok || len(parts) != 3 || err != nil {
		return "", "", fmt.Errorf("the header is %q", header)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return "", "", err
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return "", "", err
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	const half = 32 // of a signature of ES256
	if len(decoded[2]) != 2*half || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(decoded[2][:half]), new(big.Int).SetBytes(decoded[2][half:])) {
		return "", "", errors.New("the token is not signed by the key beside it")
	}
	var head struct{ Alg, Typ string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(json.Unmarshal(decoded[0], &head), json.Unmarshal(decoded[1], &claims)); err != nil {
		return "", "", err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if head.Alg != "ES256" || claims.Aud != origin || left <= 0 || left > 24*time.Hour || claims.Sub == "" {
		return "", "", fmt.Errorf("the token says %s %s", decoded[0], decoded[1])
	}
	return values["k"], claims.Sub, nil
}

// decrypt reads one record of RFC 8188 with the keys of RFC 8291.
func (d *Device) decrypt(body []byte) ([]byte, error) {
	const salted, sized, point = 16, 4, 65 // bytes: the salt, the record size, the sender's key
	head := salted + sized + 1 + point
	if len(body) < head || int(body[salted+sized]) != point {
		return nil, fmt.Errorf("the body of %d bytes has no header", len(body))
	}
	salt, size, public, sealed := body[:salted], binary.BigEndian.Uint32(body[salted:]), body[head-point:head], body[head:]
	if uint32(len(sealed)) > size {
		return nil, fmt.Errorf("%d bytes are more than a record of %d", len(sealed), size)
	}
	sender, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	shared, err := d.private.ECDH(sender)
	if err != nil {
		return nil, err
	}
	prk := mac(d.auth, shared)
	ikm := mac(prk, append(append(append([]byte("WebPush: info\x00"), d.private.PublicKey().Bytes()...), public...), 1))
	prk = mac(salt, ikm)
	key, nonce := mac(prk, []byte("Content-Encoding: aes128gcm\x00\x01"))[:16], mac(prk, []byte("Content-Encoding: nonce\x00\x01"))[:12]
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("the record is not the last one")
	}
	return plain[:len(plain)-1], nil
}

func mac(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}
