package rooms

// MatchText gives the snippet of a text that a query finds.
func MatchText(query, text string) ([]SnippetPart, bool) {
	q, err := parseSearch(query)
	if err != nil {
		return nil, false
	}
	hits, ok := q.match(text)
	if !ok {
		return nil, false
	}
	return snippet(text, hits), true
}
