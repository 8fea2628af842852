package previews

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how often an address may lead on to another.
const maxRedirects = 4

// userAgent says who asks, as whoever is asked may want to know.
const userAgent = "roomstream (link preview)"

// errRefused says that an address is not called, or that what it answers is not read. It stays so for a while.
var errRefused = errors.New("no preview")

// fetch gets a page and reads what it says of itself. Each address on the way is judged anew.
func (p *Previews) fetch(ctx context.Context, link string) (Preview, error) {
	u, err := url.Parse(link)
	if err != nil {
		return Preview{}, err
	}
	for range maxRedirects + 1 {
		if err := p.mayCall(u); err != nil {
			return Preview{}, err
		}
		preview, next, err := p.get(ctx, u)
		if err != nil || next == nil {
			return preview, err
		}
		u = next
	}
	return Preview{}, fmt.Errorf("%w: more than %d redirects", errRefused, maxRedirects)
}

// get reads one page, or gives where it leads on to.
func (p *Previews) get(ctx context.Context, u *url.URL) (Preview, *url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Preview{}, nil, err
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "text/html, application/xhtml+xml")
	answer, err := p.client.Do(request)
	if err != nil {
		return Preview{}, nil, err
	}
	// Not read to its end: it may have none.
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := answer.Location()
		return Preview{}, next, err
	default:
		return Preview{}, nil, fmt.Errorf("%w: answered %d", errRefused, answer.StatusCode)
	}
	contentType := answer.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "text/html" && media != "application/xhtml+xml" {
		return Preview{}, nil, fmt.Errorf("%w: not a page", errRefused)
	}
	if coding := answer.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return Preview{}, nil, fmt.Errorf("%w: packed, though nobody asked for that", errRefused)
	}
	preview, err := readPage(answer.Body, contentType)
	return preview, nil, err
}

// mayCall refuses addresses by what is written in them; where a name leads is judged when it is dialled. Other ports are
// closed, so that nobody has this server knock at doors for him.
func (p *Previews) mayCall(u *url.URL) error {
	if !isPublicAddress(u) {
		return fmt.Errorf("%w: neither http nor https, or with a password", errRefused)
	}
	if port := u.Port(); !p.guard.Private && port != "" && port != "80" && port != "443" {
		return fmt.Errorf("%w: port %s", errRefused, port)
	}
	return nil
}

// withoutURL is an error as it may be logged: http's names the address it called.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
