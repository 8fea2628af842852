package rooms

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// maxWordLine bounds a line of a word list in bytes, maxPhrase the words on it, maxWordLines
	// the lines: a list is read into memory.
	maxWordLine  = 256
	maxPhrase    = 8
	maxWordLines = 100_000
)

// Words are words and phrases that nobody may write. A text is compared word by word, in
// whatever case, width or composition (Unicode NFKC, full case folding): "Ass" does not stand
// in "class". It is never changed once made, and safe for concurrent use. nil holds nothing.
type Words struct {
	phrases map[string]bool
	longest int // words of the longest phrase
}

// ReadWords reads a list: a word or a phrase a line; empty lines and those that begin with #
// are passed over. Its errors name the line.
func ReadWords(r io.Reader) (*Words, error) {
	w := &Words{phrases: map[string]bool{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := wordsOf(line)
		switch {
		case n > maxWordLines:
			return nil, fmt.Errorf("line %d: at most %d lines", n, maxWordLines)
		case len(line) > maxWordLine || !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d: must be valid UTF-8 of at most %d bytes", n, maxWordLine)
		case len(words) == 0:
			return nil, fmt.Errorf("line %d: holds no word", n)
		case len(words) > maxPhrase:
			return nil, fmt.Errorf("line %d: at most %d words", n, maxPhrase)
		}
		w.phrases[strings.Join(words, " ")] = true
		w.longest = max(w.longest, len(words))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	return w, nil
}

// Holds says whether a text has a word or a phrase of the list.
func (w *Words) Holds(text string) bool {
	if w == nil || len(w.phrases) == 0 {
		return false
	}
	words := wordsOf(text)
	for i := range words {
		phrase := words[i]
		for n := 1; ; n++ {
			if w.phrases[phrase] {
				return true
			}
			if n == w.longest || i+n == len(words) {
				break
			}
			phrase += " " + words[i+n]
		}
	}
	return false
}

// wordsOf gives a text's words: what stands between characters that are no letters, digits or
// marks, folded. Characters that nobody sees hide no word.
func wordsOf(text string) []string {
	folded := cases.Fold().String(norm.NFKC.String(strings.Map(visible, text)))
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// visible drops format characters, such as zero-width joiners and soft hyphens.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// checkWords refuses a text that holds what nobody may write.
func (s *Service) checkWords(field, text string) error {
	if !s.words.Holds(text) {
		return nil
	}
	e := BadField(field, "holds a word that is not allowed here")
	e.Reason = "word_list"
	return e
}
