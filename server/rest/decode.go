package rest

import (
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"roomstream/rooms"
)

// fields are the members of a body, each of which is read once, by its type. The
// first wrong one is kept in err; after it, reading gives zero values. Members are
// matched exactly, and unknown ones are ignored.
type fields struct {
	members map[string]json.RawMessage
	err     error
}

// readFields reads a body that must be a JSON object.
func readFields(c call) (*fields, error) {
	if err := checkMedia(c); err != nil {
		return nil, err
	}
	return decodeFields(c.Request().Body())
}

func decodeFields(body []byte) (*fields, error) {
	if !utf8.Valid(body) {
		return nil, rooms.BadField("body", "must be valid UTF-8")
	}
	f := &fields{}
	if err := json.Unmarshal(body, &f.members); err != nil || f.members == nil {
		return nil, rooms.BadField("body", "must be a JSON object")
	}
	return f, nil
}

// checkMedia refuses what is not JSON, before it is taken for bad JSON. A compressed
// body is refused too: unpacked, it would pass the limit.
func checkMedia(c call) error {
	media, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEApplicationJSON {
		return rooms.E(rooms.CodeUnsupportedMedia, "Content-Type: must be application/json")
	}
	if coding := c.Get(fiber.HeaderContentEncoding); coding != "" && !strings.EqualFold(coding, "identity") {
		return rooms.E(rooms.CodeUnsupportedMedia, "Content-Encoding: must be absent")
	}
	return nil
}

// text reads a string that must be there.
func (f *fields) text(name string) string {
	if _, present := f.members[name]; !present {
		f.refuse(name, "is required")
		return ""
	}
	return f.optionalText(name)
}

// optionalText reads a string; absent is empty.
func (f *fields) optionalText(name string) string {
	raw, present := f.members[name]
	if !present {
		return ""
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		f.refuse(name, "must be a string")
		return ""
	}
	return *text
}

// optionalSeq reads an integer from 0 below 2^53; absent is 0.
func (f *fields) optionalSeq(name string) int64 {
	raw, present := f.members[name]
	if !present {
		return 0
	}
	seq, ok := parseSeq(string(raw))
	if !ok {
		f.refuse(name, "must be an integer from 0 below 2^53")
	}
	return seq
}

// optionalObject reads a JSON object as the text received; absent is empty.
func (f *fields) optionalObject(name string) string {
	raw, present := f.members[name]
	if !present {
		return ""
	}
	if raw[0] != '{' {
		f.refuse(name, "must be a JSON object")
		return ""
	}
	return string(raw)
}

// optionalTexts reads an array of strings; absent is none.
func (f *fields) optionalTexts(name string) []string {
	raw, present := f.members[name]
	if !present {
		return nil
	}
	var list []*string
	if err := json.Unmarshal(raw, &list); err != nil || list == nil || slices.Contains(list, nil) {
		f.refuse(name, "must be an array of strings")
		return nil
	}
	texts := make([]string, len(list))
	for i, text := range list {
		texts[i] = *text
	}
	return texts
}

func (f *fields) refuse(name, message string) {
	if f.err == nil {
		f.err = rooms.BadField(name, "%s", message)
	}
}

// query are the parameters of a URL, read as fields are.
type query struct {
	values url.Values
	err    error
}

func readQuery(c call) *query {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	q := &query{values: values}
	if err != nil {
		q.err = rooms.BadField("query", "must be escaped as in a URL")
	}
	for name, given := range values {
		if len(given) > 1 {
			q.refuse(name, "must be given once")
		}
	}
	return q
}

// text reads a parameter; absent is empty.
func (q *query) text(name string) string { return q.values.Get(name) }

// optionalSeq reads an integer from 0 below 2^53; absent is nil.
func (q *query) optionalSeq(name string) *int64 {
	if !q.values.Has(name) {
		return nil
	}
	seq, ok := parseSeq(q.values.Get(name))
	if !ok {
		q.refuse(name, "must be an integer from 0 below 2^53")
	}
	return &seq
}

// optionalParent reads the seq of a message; absent is 0.
func (q *query) optionalParent() int64 { return q.optionalPositive("parent") }

// optionalLimit reads a number of rows from 1; absent is 0.
func (q *query) optionalLimit() int { return int(q.optionalPositive("limit")) }

// optionalPositive reads an integer from 1 below 2^53; absent is 0.
func (q *query) optionalPositive(name string) int64 {
	n := q.optionalSeq(name)
	if n == nil {
		return 0
	}
	if *n == 0 {
		q.refuse(name, "must be an integer from 1")
	}
	return *n
}

func (q *query) refuse(name, message string) {
	if q.err == nil {
		q.err = rooms.BadField(name, "%s", message)
	}
}

func parseSeq(digits string) (int64, bool) {
	seq, err := strconv.ParseInt(digits, 10, 64)
	return seq, err == nil && seq >= 0 && seq <= rooms.MaxSeq && digits[0] != '+'
}
