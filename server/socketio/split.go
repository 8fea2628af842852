package socketio

import (
	"bytes"
	"encoding/json"
)

// splitArray gives the elements of JSON that is valid: as json.Unmarshal into []json.RawMessage, without its copies and
// without reflection, which are half of what an event costs to decode. They share its bytes. ok: it is an array.
func splitArray(valid []byte) (elements []json.RawMessage, ok bool) {
	in := bytes.TrimSpace(valid)
	if len(in) == 0 || in[0] != '[' {
		return nil, false
	}
	const usual = 4 // a name, an argument or two
	elements = make([]json.RawMessage, 0, usual)
	for at := skipSpace(in, 1); in[at] != ']'; {
		end := endOfValue(in, at)
		elements = append(elements, in[at:end:end])
		at = skipComma(in, end)
	}
	return elements, true
}

// property is a member of an object.
type property struct {
	name  []byte // the text itself
	value json.RawMessage
}

// properties are an object's, as they were written: of two with one name the last is meant, as everywhere in JavaScript.
type properties []property

// value is nil where there is none of that name.
func (p properties) value(name string) json.RawMessage {
	for i := len(p) - 1; i >= 0; i-- {
		if string(p[i].name) == name {
			return p[i].value
		}
	}
	return nil
}

// splitObject is splitArray for an object.
func splitObject(valid []byte) (all properties, ok bool) {
	in := bytes.TrimSpace(valid)
	if len(in) == 0 || in[0] != '{' {
		return nil, false
	}
	const usual = 4 // of a message: room, text, clientId
	all = make(properties, 0, usual)
	for at := skipSpace(in, 1); in[at] != '}'; {
		end := endOfValue(in, at)
		name := in[at+1 : end-1]
		if !plain(name) {
			text, ok := unquote(in[at:end])
			if !ok {
				return nil, false
			}
			name = []byte(text)
		}
		at = skipSpace(in, skipSpace(in, end)+1) // behind the colon
		end = endOfValue(in, at)
		all = append(all, property{name: name, value: in[at:end:end]})
		at = skipComma(in, end)
	}
	return all, true
}

// skipSpace gives the place of the first byte from at on that is no white space.
func skipSpace(in []byte, at int) int {
	for in[at] == ' ' || in[at] == '\n' || in[at] == '\t' || in[at] == '\r' {
		at++
	}
	return at
}

// skipComma gives the place of what follows a value: the next one, or the end of what holds both.
func skipComma(in []byte, at int) int {
	if at = skipSpace(in, at); in[at] == ',' {
		at = skipSpace(in, at+1)
	}
	return at
}

// endOfValue gives the place behind the value that begins at a place.
func endOfValue(in []byte, at int) int {
	depth := 0
	for {
		switch in[at] {
		case '"':
			at = endOfString(in, at)
			if depth == 0 {
				return at
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return at // behind a number, true, false or null
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return at // the same
			}
		}
		at++
	}
}

// endOfString gives the place behind the string that begins at a place.
func endOfString(in []byte, at int) int {
	for at++; in[at] != '"'; at++ {
		if in[at] == '\\' {
			at++
		}
	}
	return at + 1
}
