package rooms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// mentionWords and maxMentionName bound the names that are looked for behind an @.
	mentionWords   = 5
	maxMentionName = MaxProfileName // code points
	// maxMentionID is the longest user id, in code points.
	maxMentionID = 128
	// mentionEnds bounds where one name may end: a name or an id with more of what is no letter
	// is not found.
	mentionEnds = 24
)

// address is an @ of a text and what it may name.
type address struct {
	at   int   // the byte behind the @
	ends []int // the bytes where a name may end, ascending
}

// addresses finds the @ of a text that may name somebody, at most MaxMentions: those behind a
// letter, a digit or such are of e-mail addresses.
func addresses(text string) []address {
	var found []address
	for at := 0; len(found) < MaxMentions; {
		next := strings.IndexByte(text[at:], '@')
		if next < 0 {
			break
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+next])
		at += next + 1
		if inWord(before) {
			continue
		}
		if ends := mentionEndsIn(text[at:]); len(ends) > 0 {
			for i := range ends {
				ends[i] += at
			}
			found = append(found, address{at, ends})
		}
	}
	return found
}

// mentionEndsIn finds where a name may end that a text begins with: before whatever is no part of a
// word, but not behind a space.
func mentionEndsIn(text string) []int {
	var ends []int
	before, words := ' ', 0
	for i, r := range firstRunes(text, maxMentionID+1) + " " {
		space, first := unicode.IsSpace(r), unicode.IsSpace(before)
		if !first && !inWord(r) {
			ends = append(ends, i)
		}
		if i == 0 && space || r == '\n' || space && words == mentionWords || len(ends) == mentionEnds {
			break
		}
		if first && !space {
			words++
		}
		before = r
	}
	return ends
}
