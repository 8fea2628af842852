package rooms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTerm bounds what a store keeps of one word, in bytes: who looks for a longer one finds
// those that begin alike, of which the text itself then tells.
const maxTerm = 64

// word is one word of a text.
type word struct {
	key        string // folded: what is compared
	start, end int    // where it stands in the text, in bytes

	// single is a character of a script that is written without spaces: it is a word by itself.
	single bool
	// glued tells of a word that such characters stand beside, with nothing between.
	glued bool
}

// words takes a text apart: a word is what stands between delimiters, and each character of
// a script without spaces. The search of both stores is held to it. MongoDB's text index cuts
// at every delimiter of here, and at more; it takes for one whatever folds to one key here:
// so what it finds holds all that matches, and its text tells which does.
func words(text string) []word {
	var found []word
	for start := 0; start < len(text); {
		end := start + run(text[start:])
		if end > start {
			found = appendRun(found, text, start, end)
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		start = end + size
	}
	return found
}

// run is the length of what comes before the next delimiter.
func run(text string) int {
	if i := strings.IndexFunc(text, delimits); i >= 0 {
		return i
	}
	return len(text)
}

// appendRun appends the words of what stands between two delimiters.
func appendRun(found []word, text string, start, end int) []word {
	first := len(found)
	for at := start; at < end; {
		next, single := piece(text[at:end])
		if key := foldWord(text[at : at+next]); key != "" {
			found = append(found, word{key: key, start: at, end: at + next, single: single})
		}
		at += next
	}
	if len(found) > first && (len(found)-first > 1 || found[first].single) {
		for i := first; i < len(found); i++ {
			found[i].glued = true
		}
	}
	return found
}

// piece gives the length of a run's next word, and whether it is a single character; marks
// stay with what they follow.
func piece(text string) (length int, single bool) {
	for i, r := range text {
		switch {
		case i == 0:
			single = unspaced(r)
		case unicode.Is(unicode.M, r):
		case single, unspaced(r):
			return i, single
		}
	}
	return len(text), single
}

// unspaced tells of the scripts in which words are written without spaces between them.
func unspaced(r rune) bool {
	if r < firstUnspaced {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r == prolonged || r == halfProlonged || r >= firstVoiced && r <= lastVoiced
}

const (
	firstUnspaced = 0x0E00 // Thai: all others stand above it
	prolonged     = 'ー'    // of both kana, so of no script
	halfProlonged = 'ｰ'
	firstVoiced   = 'ﾞ'
	lastVoiced    = 'ﾟ'
)

// delimits says whether a character stands between words. Controls do not: MongoDB takes
// them for letters.
func delimits(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= ' ' && r != 0x7F && r != '_' && !isASCIIWord(byte(r)) || '\t' <= r && r <= '\r'
	case r == softHyphen, r == canadianChi, r == middleDot, r == halfMiddleDot:
		return true
	}
	return unicode.In(r, unicode.White_Space, unicode.Pattern_Syntax, unicode.Dash, unicode.Quotation_Mark, unicode.Terminal_Punctuation) &&
		!laterPunctuation(r)
}

// laterPunctuation tells of what became punctuation after Unicode 8, whose tables the text
// indexes of MongoDB are held to: to them these are letters.
func laterPunctuation(r rune) bool {
	switch {
	case r == 0x061D, r == 0x061E, r == 0x1B7D, r == 0x1B7E, r == 0x10EAD, r == 0x11944, r == 0x11946, r == 0x11C71,
		0x10F55 <= r && r <= 0x10F59, 0x10F86 <= r && r <= 0x10F89, 0x1144B <= r && r <= 0x1144D, r == 0x1145A, r == 0x1145B,
		r == 0x11A42, r == 0x11A43, 0x11A9B <= r && r <= 0x11AA2, 0x11C41 <= r && r <= 0x11C43, r == 0x11EF7, r == 0x11EF8,
		r == 0x11F43, r == 0x11F44, r == 0x16E97, r == 0x16E98:
		return true
	}
	return false
}

func isASCIIWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// What MongoDB cuts at besides.
const (
	softHyphen    = 0x00AD
	canadianChi   = 0x166D
	middleDot     = '・'
	halfMiddleDot = '･'
)

// foldWord gives a word without the case of its letters and without their accents.
func foldWord(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(foldRune(r))
		case accent(r):
		case !folds(r):
			b.WriteRune(r)
		case unicode.IsLetter(r):
			base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
			b.WriteRune(foldRune(base))
		default:
			b.WriteRune(foldRune(r))
		}
	}
	return b.String()
}

// accent tells of the marks that a search passes over: those of Latin, Greek and Cyrillic,
// as far as MongoDB does.
func accent(r rune) bool {
	return 0x0300 <= r && r <= 0x0362 && r != 0x0345 && r != 0x034F && (r < 0x0358 || r > 0x035C)
}

// folds says whether a letter's case and accents are passed over. MongoDB knows those of
// Unicode 8, and no more than that may be the same here.
func folds(r rune) bool {
	switch {
	case r == 'İ': // to MongoDB it is no i
		return false
	case r < 0x0590, 0x10A0 <= r && r <= 0x1AFF, 0x1E00 <= r && r <= 0x2BFF, 0x10400 <= r && r <= 0x1044F:
		return true
	}
	return false
}

// foldRune gives the least of the characters that differ in case only.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(least)
}

// SearchTerms gives what an index keeps of a text: every word once, none longer than
// maxTerm.
func SearchTerms(text string) []string {
	var terms []string
	seen := map[string]bool{}
	for _, w := range words(text) {
		if term := clip(w.key, maxTerm); !seen[term] {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	return terms
}

// clip cuts a text to at most so many bytes, at the end of a character.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
