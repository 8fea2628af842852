package app_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// Over TLS the page and REST come by HTTP/2, and sockets by WebSockets and by polling.
func TestEverythingIsServedOverTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	app.WriteCertificate(t, certFile, keyFile, "127.0.0.1")
	running := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.TLSCert, c.TLSKey = certFile, keyFile }})
	url := running.URL
	trusted := trusting(t, certFile)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: trusted.Clone(), ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	for path, want := range map[string]string{
		"/": "<!doctype html>", "/healthz": "{", "/api/rooms": "UNAUTHENTICATED", "/socket.io/?EIO=4&transport=polling": `"sid":"`,
	} {
		response, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.ProtoMajor != 2 || !strings.Contains(string(body), want) {
			t.Errorf("%s by %s: %.80q, %v", path, response.Proto, body, err)
		}
	}

	conn, err := tls.Dial("tcp", running.Addr, trusted) // without HTTP/2, as for every WebSocket
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(apptest.Patience))
	fmt.Fprintf(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", running.Addr)
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("the upgrade is answered %+v, %v", response, err)
	}
	frame := make([]byte, len(`xx0{"`))
	if _, err := io.ReadFull(in, frame); err != nil || frame[0] != 0x81 || !strings.HasSuffix(string(frame), `0{"`) {
		t.Errorf("the first frame is %q, %v", frame, err)
	}
}

// A renewed certificate is shown to who connects from then on, without a restart; who is connected stays so. What reads the files is asked at each handshake, by
// the listener itself.
func TestARenewedCertificateIsShownByTheListener(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := app.WriteCertificate(t, certFile, keyFile, "first")
	running := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.TLSCert, c.TLSKey = certFile, keyFile }})
	connect := func() *tls.Conn {
		t.Helper()
		conn, err := tls.Dial("tcp", running.Addr, &tls.Config{InsecureSkipVerify: true}) // which one is shown is what is asked
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(apptest.Patience))
		return conn
	}
	shown := func() []byte {
		t.Helper()
		conn := connect()
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Raw
	}
	before := connect()
	defer before.Close()
	in := bufio.NewReader(before)
	answered := func(when string) {
		t.Helper()
		fmt.Fprintf(before, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", running.Addr)
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, %v", when, response.Status, err)
		}
	}
	answered("before the renewal")
	if !bytes.Equal(shown(), first) {
		t.Fatal("another certificate is shown than the one of -tls-cert")
	}

	newCert, newKey := filepath.Join(dir, "new-cert.pem"), filepath.Join(dir, "new-key.pem")
	second := app.WriteCertificate(t, newCert, newKey, "second")
	for from, to := range map[string]string{newCert: certFile, newKey: keyFile} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(apptest.Patience); !bytes.Equal(shown(), second); <-time.After(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s after both files were replaced the certificate before is still shown", apptest.Patience)
		}
	}
	answered("the connection from before the renewal")
}

// trusting is a client's that trusts a certificate.
func trusting(t *testing.T, certFile string) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{RootCAs: roots}
}
