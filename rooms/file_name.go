package rooms

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName is the longest name of a file, in bytes: what file systems take.
const maxFileName = 255

// fileName makes a name that may be shown, and be saved under, of what a client sends:
// the part behind the last slash of either kind, without control characters, without those
// that change the direction of text (they make an .exe look like a .jpg), without what is no
// UTF-8 and without spaces and dots at its ends, cut to maxFileName at a whole character,
// with its ending kept. Empty: nothing is left of it.
func fileName(sent string) string {
	sent = strings.ToValidUTF8(sent, "")
	sent = sent[strings.LastIndexAny(sent, `/\`)+1:]
	sent = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`<>:"|?*`, r): // which Windows saves under no name
			return '_'
		}
		return r
	}, sent)
	sent = strings.Trim(sent, " .")
	if len(sent) <= maxFileName {
		return sent
	}
	const longestEnding = 16 // bytes; what is longer is no ending
	ending := path.Ext(sent)
	if len(ending) > longestEnding {
		ending = ""
	}
	return strings.TrimRight(cutBytes(sent[:len(sent)-len(ending)], maxFileName-len(ending)), " .") + ending
}

// cutBytes cuts a text to at most n bytes, at a character.
func cutBytes(s string, n int) string {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:min(n, len(s))]
}
