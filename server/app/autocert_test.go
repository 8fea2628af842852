package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// pebbleVersion is of the ACME authority that the tests have: https://github.com/letsencrypt/pebble.
const pebbleVersion = "v2.10.1"

// pebbleProgram builds it, once for this user: it is no part of this module.
func pebbleProgram(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "roomstream", "pebble-"+pebbleVersion)
	program := filepath.Join(dir, "pebble")
	if _, err := os.Stat(program); err == nil {
		return program
	}
	install := exec.CommandContext(t.Context(), "go", "install", "github.com/letsencrypt/pebble/v2/cmd/pebble@"+pebbleVersion)
	install.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("build pebble: %v\n%s", err, out)
	}
	return program
}

// authority is an ACME authority that runs.
type authority struct {
	directory string
	caFile    string // of its own server
	manager   string // where it tells its roots
	trusted   *tls.Config
	stop      func()
}

// startAuthority runs pebble, which looks for what it is asked to certify on 127.0.0.1 at tlsPort, whatever its name, and whose
// certificates are good for so long.
func startAuthority(t *testing.T, tlsPort int, validity time.Duration) authority {
	t.Helper()
	program, dir := pebbleProgram(t), t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	app.WriteCertificate(t, certFile, keyFile, "127.0.0.1")
	names := nameServer(t)
	trusted := trusting(t, certFile)
	const tries = 5 // somebody else may take a port that was free just now
	for range tries {
		listen, manage := freeAddr(t), freeAddr(t)
		text, err := json.Marshal(map[string]any{"pebble": map[string]any{
			"listenAddress": listen, "managementListenAddress": manage, "certificate": certFile, "privateKey": keyFile,
			"httpPort": 1, "tlsPort": tlsPort, "retryAfter": map[string]int{"authz": 1, "order": 1},
			"profiles": map[string]any{"default": map[string]any{"description": "the usual one", "validityPeriod": int(validity.Seconds())}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		config := filepath.Join(dir, "config.json")
		if err := os.WriteFile(config, text, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var out bytes.Buffer
		running := exec.CommandContext(ctx, program, "-config", config, "-dnsserver", names)
		running.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
		running.Stdout, running.Stderr = &out, &out
		if err := running.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			running.Wait()
			close(ended)
		}()
		stop := func() {
			cancel()
			<-ended
		}
		t.Cleanup(func() {
			stop()
			if t.Failed() {
				t.Logf("pebble says:\n%s", out.String())
			}
		})
		a := authority{directory: "https://" + listen + "/dir", caFile: certFile, manager: "https://" + manage, trusted: trusted, stop: stop}
		if a.answers(ended) {
			return a
		}
		stop()
		t.Logf("pebble did not come up: %s", out.String())
	}
	t.Fatal("pebble does not start")
	return authority{}
}

// answers waits until the authority does; false: it has ended.
func (a authority) answers(ended <-chan struct{}) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(apptest.Patience)
	for {
		if _, err := fetch(a.trusted, a.directory, ""); err == nil {
			return true
		}
		select {
		case <-ended:
			return false
		case <-deadline:
			return false
		case <-tick.C:
		}
	}
}

// roots are those by which its certificates are known.
func (a authority) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	got, err := fetch(a.trusted, a.manager+"/roots/0", "")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(got.body) {
		t.Fatalf("the authority's root is %q", got.body)
	}
	return roots
}

// fetched is an answer over TLS.
type fetched struct {
	body  []byte
	proto int
	shown *x509.Certificate
}

// fetch asks once, at addr whatever the URL's host is; "": at that host.
func fetch(trusted *tls.Config, url, addr string) (fetched, error) {
	var dialer net.Dialer
	transport := &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: trusted.Clone()}
	transport.DialContext = func(ctx context.Context, network, host string) (net.Conn, error) {
		if addr != "" {
			host = addr
		}
		return dialer.DialContext(ctx, network, host)
	}
	answer, err := (&http.Client{Transport: transport, Timeout: apptest.Patience}).Get(url)
	if err != nil {
		return fetched{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", answer.Status)
	}
	return fetched{body, answer.ProtoMajor, answer.TLS.PeerCertificates[0]}, err
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nameServer says of every name that it is 127.0.0.1. It speaks TCP, as pebble does.
func nameServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(apptest.Patience))
				for answerName(conn) == nil {
				}
			})
		}
	})
	return listener.Addr().String()
}

// answerName answers one question; each message has its length before it.
func answerName(conn net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	var asked dnsmessage.Message
	if err := asked.Unpack(question); err != nil {
		return err
	}
	answer := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true}, Questions: asked.Questions}
	for _, q := range asked.Questions {
		if q.Type == dnsmessage.TypeA {
			answer.Answers = append(answer.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			})
		}
	}
	packed, err := answer.AppendPack(make([]byte, 2))
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(packed, uint16(len(packed)-2))
	_, err = conn.Write(packed)
	return err
}

// A certificate comes from an ACME authority by itself, is kept over a restart, and is for the domains that were named only.
func TestCertificatesAreIssuedByThemselves(t *testing.T) {
	t.Parallel() // it mostly waits
	const domain = "chat.example.test"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().(*net.TCPAddr)
	ca := startAuthority(t, addr.Port, 90*24*time.Hour)
	o := apptest.Options{Dir: t.TempDir(), Configure: func(c *app.Config) {
		c.AutocertDomains, c.AutocertDirectory, c.AutocertCAFile = []string{domain, "other.example.test"}, ca.directory, ca.caFile
	}}
	o.Listener = listener
	running := apptest.Start(t, o) // asks without a name until there is a certificate
	trusted := &tls.Config{RootCAs: ca.roots(t)}
	first, err := fetch(trusted, "https://"+domain+"/healthz", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	if first.proto != 2 || first.shown.DNSNames[0] != domain || !strings.HasPrefix(first.shown.Issuer.CommonName, "Pebble") {
		t.Errorf("by HTTP/%d, %s of %s is shown", first.proto, first.shown.DNSNames, first.shown.Issuer)
	}
	if _, err := fetch(trusted, "https://evil.example.test/", addr.String()); err == nil {
		t.Error("a name that is not ours has a certificate")
	}
	running.Stop()

	ca.stop()
	o.Listener = nil
	again := apptest.Start(t, o)
	second, err := fetch(trusted, "https://"+domain+"/healthz", again.Addr)
	if err != nil || !first.shown.Equal(second.shown) {
		t.Errorf("after a restart another certificate is shown, or none: %v", err)
	}
	again.Stop()
}

// A certificate is renewed when a third of its time is left, without a restart and with nobody refused meanwhile.
func TestCertificatesAreRenewed(t *testing.T) {
	t.Parallel() // it mostly waits
	const (
		domain   = "chat.example.test"
		validity = 45 * time.Second
	)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().(*net.TCPAddr)
	ca := startAuthority(t, addr.Port, validity)
	o := apptest.Options{Dir: t.TempDir(), Configure: func(c *app.Config) {
		c.AutocertDomains, c.AutocertDirectory, c.AutocertCAFile, c.MetricsAddr = []string{domain}, ca.directory, ca.caFile, "127.0.0.1:0"
	}}
	o.Listener = listener
	running := apptest.Start(t, o)
	trusted := &tls.Config{RootCAs: ca.roots(t)}
	ask := func() *x509.Certificate {
		got, err := fetch(trusted, "https://"+domain+"/healthz", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		return got.shown
	}
	first := ask()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for next := ask(); ; next = ask() {
		if end := scrape(t, running).value("roomstream_certificate_expiry_timestamp_seconds"); end != float64(next.NotAfter.Unix()) {
			t.Fatalf("the metrics say that it is over at %.0f, it is at %d", end, next.NotAfter.Unix())
		}
		if !next.Equal(first) {
			if !next.NotAfter.After(first.NotAfter) {
				t.Errorf("it was good until %s, the next one until %s", first.NotAfter, next.NotAfter)
			}
			break
		}
		<-tick.C // it ends with the first certificate, which fetch does not take when it is over
	}
	running.Stop()
}

func TestOneSourceOfCertificates(t *testing.T) {
	dir := t.TempDir()
	c := app.DefaultConfig()
	c.DataDir, c.AutocertDomains, c.TLSKey = dir, []string{"chat.example.test"}, "key.pem"
	if _, err := app.New(t.Context(), app.Options{Config: c}); err == nil || !strings.Contains(err.Error(), "-autocert-domain") || !strings.Contains(err.Error(), "-tls-key") {
		t.Errorf("both are set: %v", err)
	}
	c.TLSKey, c.AutocertCAFile = "", filepath.Join(dir, "none.pem")
	if _, err := app.New(t.Context(), app.Options{Config: c}); err == nil || !strings.Contains(err.Error(), "-autocert-ca-file") {
		t.Errorf("without a file of roots: %v", err)
	}
}
