package rest

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"roomstream/rooms"
)

// FuzzBody: whatever a body holds, it is refused by a field's name or gives values
// within their bounds.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{"text":"x","parent":1,"data":{"a":[1,{}]}}`, `{"text":null}`, `{"parent":1e3}`, `{"parent":-0}`, `{"data":{}`, `[]`, `null`, ``,
		`{"text":"\ud800"}`, `{"text":"a","text":"b"}`, `{"":""}`, " {\"data\" : { } } ",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := decodeFields(body)
		if err == nil {
			text, seq, data := fields.optionalText("text"), fields.optionalSeq("parent"), fields.optionalObject("data")
			err = fields.err
			if err == nil && (!utf8.ValidString(text) || seq < 0 || seq > rooms.MaxSeq || data != "" && !json.Valid([]byte(data))) {
				t.Fatalf("%q gave %q, %d, %q", body, text, seq, data)
			}
		}
		var coded *rooms.Error
		if err != nil && (!errors.As(err, &coded) || coded.Code != rooms.CodeBadRequest || coded.Field == "") {
			t.Fatalf("%q: %v", body, err)
		}
	})
}
