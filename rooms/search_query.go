package rooms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuery is how long a query may be, in code points.
const maxQuery = 256

// searchQuery is what a text must hold, and what it must not.
type searchQuery struct {
	wanted   []phrase // at least one
	unwanted []phrase
}

// phrase is words that follow each other.
type phrase []word

// parseSearch reads a query: words, "phrases", and -words or -"phrases" that must not be
// there. Nothing else means anything; what is written without a space between, like
// foo.bar, is looked for as it stands.
func parseSearch(query string) (searchQuery, error) {
	switch {
	case query == "":
		return searchQuery{}, BadField("query", "is required: the words to look for")
	case !utf8.ValidString(query) || strings.ContainsRune(query, 0):
		return searchQuery{}, BadField("query", "must be valid UTF-8 without NUL")
	case utf8.RuneCountInString(query) > maxQuery:
		return searchQuery{}, BadField("query", "must be at most %d characters", maxQuery)
	}
	var q searchQuery
	for rest := query; ; {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			break
		}
		without := false
		if len(rest) > 1 && rest[0] == '-' {
			without, rest = true, rest[1:]
		}
		var piece string
		piece, rest = nextPiece(rest)
		switch p := phrase(words(piece)); {
		case len(p) == 0:
		case without:
			q.unwanted = append(q.unwanted, p)
		default:
			q.wanted = append(q.wanted, p)
		}
	}
	if len(q.wanted) == 0 {
		return searchQuery{}, BadField("query", "needs at least one word to look for: punctuation is passed over, and -word only leaves out")
	}
	return q, nil
}

// nextPiece cuts off what is quoted, or what comes before the next space or quote. A quote
// that is not closed goes to the end.
func nextPiece(text string) (piece, rest string) {
	if text[0] == '"' {
		piece, rest, _ = strings.Cut(text[1:], `"`)
		return piece, rest
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r == '"' || unicode.IsSpace(r) }); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// terms gives the words that an index of whole words knows, the longest first, each once;
// and all the words there are.
func (q *searchQuery) terms() (whole, all []string) {
	seen := map[string]bool{}
	for _, p := range q.wanted {
		for _, w := range p {
			term := clip(w.key, maxTerm)
			if seen[term] {
				continue
			}
			seen[term] = true
			all = append(all, term)
			if !w.glued {
				whole = append(whole, w.key)
			}
		}
	}
	return longestFirst(whole), all
}

func longestFirst(terms []string) []string {
	for i := 1; i < len(terms); i++ {
		for j := i; j > 0 && len(terms[j]) > len(terms[j-1]); j-- {
			terms[j], terms[j-1] = terms[j-1], terms[j]
		}
	}
	return terms
}

// span is a part of a text, in bytes.
type span struct{ start, end int }

// match says whether a text is looked for, and where what was wanted stands in it,
// ascending, none over another.
func (q *searchQuery) match(text string) ([]span, bool) {
	in := words(text)
	for _, p := range q.unwanted {
		if len(p.find(in, true)) > 0 {
			return nil, false
		}
	}
	marked := make([]bool, len(in))
	for _, p := range q.wanted {
		at := p.find(in, false)
		if len(at) == 0 {
			return nil, false
		}
		for _, i := range at {
			for j := range p {
				marked[i+j] = true
			}
		}
	}
	return spans(in, marked), true
}

// find gives the places among words where the phrase begins; with first, the first only.
func (p phrase) find(in []word, first bool) []int {
	var at []int
	for i := 0; i+len(p) <= len(in); i++ {
		if !p.startsAt(in[i:]) {
			continue
		}
		if at = append(at, i); first {
			break
		}
	}
	return at
}

// startsAt compares word by word. A word that others are glued to in the text is found
// only where it is glued in the query as well: to MongoDB's index it is none.
func (p phrase) startsAt(in []word) bool {
	for j, w := range p {
		if in[j].key != w.key || in[j].glued && !w.glued {
			return false
		}
	}
	return true
}

// spans gives where marked words stand, those as one between which nothing stands.
func spans(in []word, marked []bool) []span {
	var found []span
	for i, w := range in {
		if !marked[i] {
			continue
		}
		if n := len(found); n > 0 && i > 0 && marked[i-1] && found[n-1].end == w.start {
			found[n-1].end = w.end
			continue
		}
		found = append(found, span{w.start, w.end})
	}
	return found
}
