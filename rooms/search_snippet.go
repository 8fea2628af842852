package rooms

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

const (
	// maxSnippet is how long a snippet is at most, in code points.
	maxSnippet = 200
	// beforeMatch is how much of it stands before the first match, in code points, where the
	// text is longer: as much as tells what it is about.
	beforeMatch = 60
)

// ellipsis stands where the text goes on.
const ellipsis = "…"

// SnippetPart is a part of a snippet: Match says whether it is what was looked for.
type SnippetPart struct {
	Text  string
	Match bool
}

// snippet cuts out what stands around the first match. hits are ascending; at least one.
func snippet(text string, hits []span) []SnippetPart {
	window := around(text, hits[0].start)
	var parts []SnippetPart
	add := func(piece string, match bool) {
		if piece != "" {
			parts = append(parts, SnippetPart{piece, match})
		}
	}
	lead, trail := "", ""
	if window.start > 0 {
		lead = ellipsis
	}
	if window.end < len(text) {
		trail = ellipsis
	}
	at := window.start
	for _, h := range hits {
		start, end := max(h.start, at), min(h.end, window.end)
		if start >= end {
			continue
		}
		add(lead+text[at:start], false)
		lead = ""
		add(text[start:end], true)
		at = end
	}
	add(lead+text[at:window.end]+trail, false)
	return parts
}

// around gives a part of a text that holds what stands at hit, and begins and ends
// between what people take for characters. One such may be longer than a snippet: then it
// is cut through.
func around(text string, hit int) span {
	if utf8.RuneCountInString(text) <= maxSnippet {
		return span{0, len(text)}
	}
	const room = maxSnippet - 2 // for both ellipses
	start := hit
	for n := 0; start > 0 && n < beforeMatch; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:start])
		start -= size
	}
	bounds := clusters(text)
	start = atOrAfter(bounds, start, hit)
	end, n := start, 0
	for end < len(text) && n < room {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		n++
	}
	if whole := atOrBefore(bounds, end); whole > hit {
		end = whole
	}
	return span{start, end}
}

// clusters gives where each cluster of a text begins, ascending, and its end.
func clusters(text string) []int {
	var bounds []int
	at, state := 0, -1
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		bounds = append(bounds, at)
		at += len(cluster)
	}
	return append(bounds, at)
}

// atOrAfter gives the first bound from a place on, at most last.
func atOrAfter(bounds []int, place, last int) int {
	for _, b := range bounds {
		if b >= place {
			return min(b, last)
		}
	}
	return last
}

// atOrBefore gives the last bound up to a place.
func atOrBefore(bounds []int, place int) int {
	found := 0
	for _, b := range bounds {
		if b > place {
			break
		}
		found = b
	}
	return found
}
