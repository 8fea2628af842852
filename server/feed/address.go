package feed

import (
	"net/http"
	"net/url"
	"strings"

	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// kind says what an address is of.
type kind int

const (
	streamAddress kind = iota
	collectionAddress
	rulesAddress
)

// address is what the path of a request names.
type address struct {
	kind     kind
	database string       // empty: not named
	name     streams.Name // of a stream; URI is empty where the path names none, and for a collection
}

const (
	streamsSegment = "_streams"
	rulesPath      = "acl"

	// roomPrefix begins the names of the streams that every room has.
	roomPrefix = "room-"
)

// room is the id of the room whose events the address names.
func (a address) room() (id string, ok bool) {
	if a.name.Collection != "" {
		return "", false
	}
	return strings.CutPrefix(a.name.URI, roomPrefix)
}

// path is the address of a collection.
func (a address) path() string {
	p := "/" + url.PathEscape(a.name.Collection)
	if a.database != "" {
		p = "/" + url.PathEscape(a.database) + p
	}
	return p
}

// Handles says whether a request is for this package: a feed, a write to a collection, or a listing of a collection's
// streams that is no browser's visit.
func Handles(r *http.Request) bool {
	a, ok := addressOf(r)
	switch {
	case !ok:
		return false
	case a.kind == streamAddress:
		return true
	case r.Method == http.MethodHead:
		return false
	case r.Method == http.MethodGet:
		return a.kind == collectionAddress && wantsLinks(r)
	case r.Method == http.MethodOptions:
		return r.Header.Get("Access-Control-Request-Method") != ""
	}
	return true
}

// wantsLinks tells a program, which asks for JSON or for a representation, from a browser that looks for a page.
func wantsLinks(r *http.Request) bool {
	return r.URL.Query().Has("rep") || accepts(r, "application/json") && !accepts(r, "text/html")
}

// addressOf reads /{collection}, /{database}/{collection}, /acl, and the first two with /_streams/{uri} behind them, or
// that alone. It is false for paths of others, among them those that begin with a name that is a route here.
func addressOf(r *http.Request) (address, bool) {
	path, rooted := strings.CutPrefix(r.URL.EscapedPath(), "/")
	if !rooted {
		return address{}, false
	}
	const most = 5 // a database, a collection, _streams, a uri, and what shows that there is too much
	segments := strings.SplitN(path, "/", most)
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return address{}, false
		}
		segments[i] = text
	}
	if len(segments) == 1 && segments[0] == rulesPath {
		return address{kind: rulesAddress}, true
	}
	if segments[0] != streamsSegment && !mayName(segments[0]) {
		return address{}, false
	}
	for i, segment := range segments[:min(3, len(segments))] {
		if segment == streamsSegment {
			return streamOf(segments[:i], segments[i+1:])
		}
	}
	return collectionOf(segments)
}

// mayName says whether a path may begin with the name of a collection or database, because it is no route's.
func mayName(segment string) bool { return streams.CheckCollection(segment) == nil }

// streamOf makes the address of a stream. One without a name, or with more than a name, names no stream.
func streamOf(before, behind []string) (address, bool) {
	a, ok := address{kind: streamAddress}, true
	if len(before) > 0 {
		a, ok = collectionOf(before)
		a.kind = streamAddress
	}
	if len(behind) == 1 {
		a.name.URI = behind[0]
	}
	return a, ok
}

func collectionOf(segments []string) (address, bool) {
	a := address{kind: collectionAddress}
	switch len(segments) {
	case 1:
		a.name.Collection = segments[0]
	case 2:
		a.database, a.name.Collection = segments[0], segments[1]
	default:
		return address{}, false
	}
	return a, a.name.Collection != ""
}

func noRoute() *rooms.Error { return rooms.E(rooms.CodeNotFound, "there is no such route") }

// accepts says whether a request names a media type among those it takes.
func accepts(r *http.Request, media string) bool {
	for _, line := range r.Header.Values("Accept") {
		for entry := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(entry, ";")
			if strings.EqualFold(strings.TrimSpace(name), media) {
				q := strings.ReplaceAll(params, " ", "")
				return q != "q=0" && q != "q=0.0"
			}
		}
	}
	return false
}
