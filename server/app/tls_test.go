package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// WriteCertificate makes a certificate for 127.0.0.1 and writes it and its key.
func WriteCertificate(t *testing.T, certFile, keyFile, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, &about, &about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert
}

// A renewed certificate is shown without a restart. While only one of its files has come, and while they are broken, the
// one before is.
func TestTheCertificateIsReadAgainWhenItChanges(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := WriteCertificate(t, certFile, keyFile, "first")
	now, log := time.Now(), bytes.Buffer{}
	c, err := newCertificate(Config{TLSCert: certFile, TLSKey: keyFile}, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	shows := func(what string, want []byte) {
		t.Helper()
		shown, err := c.current(nil)
		if err != nil || !bytes.Equal(shown.Certificate[0], want) {
			t.Errorf("%s: another certificate is shown, error %v", what, err)
		}
		if end := c.expires(); !end.Equal(shown.Leaf.NotAfter) {
			t.Errorf("%s: it is said to be over at %s, not at %s", what, end, shown.Leaf.NotAfter)
		}
	}
	shows("at the start", first)

	newCert, newKey := filepath.Join(dir, "new-cert.pem"), filepath.Join(dir, "new-key.pem")
	second := WriteCertificate(t, newCert, newKey, "a second one with a longer name")
	take := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	take(newCert, certFile)
	shows("before it is looked at", first)
	now = now.Add(certificateLook)
	shows("with the key of the one before", first)
	if !strings.Contains(log.String(), "could not be read again") {
		t.Errorf("the log says %q", log.String())
	}
	take(newKey, keyFile)
	now = now.Add(certificateLook)
	shows("with its own key", second)
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	now = now.Add(certificateLook)
	shows("without its file", second)
}

func TestHalfACertificateIsAMistake(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none.pem")
	for want, c := range map[string]Config{
		"-tls-cert is set without -tls-key": {TLSCert: file},
		"-tls-key is set without -tls-cert": {TLSKey: file},
		file:                                {TLSCert: file, TLSKey: file},
	} {
		if _, err := newCertificate(c, time.Now, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
