package archive

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzLinesOfKinds holds that what is read from a line is written so that it is read again as
// the same.
func FuzzLinesOfKinds(f *testing.F) {
	for _, seed := range []string{
		`{"userId":"ann","name":"Ann","seenAt":"2026-02-03T04:05:06.789Z"}`,
		`{"id":"616161616161616161616161","userId":"ben","kind":"x","fields":{"a":[1.50,1e30,"\u2028",{"b":null}],"a":2}}`,
		`{"id":"i","hash":"0000000000000000000000000000000000000000000000000000000000000000","roomId":"general","role":"member","createdBy":"ann","createdAt":"","usedBy":["ben"]}`,
		`{"id":"616161616161616161616161","roomId":"general","seq":1,"reporter":"ben","at":"","state":"open"}`,
		`{"id":"616161616161616161616161","at":"","action":"erase","details":"{}"}`,
		`{"id":"AAAAAAAAAAAAAAAAAAAAAAAAAA","roomId":"general","author":"ann","name":"a","size":1,"type":"t","createdAt":"","rev":1}`,
		`{"id":"b:1","kind":"bot","hash":"0000000000000000000000000000000000000000000000000000000000000000","name":"n","everywhere":true,"createdBy":"","createdAt":""}`,
		`{"id":"w_1","url":"https://example.org","sealed":"AAEC","createdBy":"ann","createdAt":"","failed":{"at":"","reason":"r","room":"x","seq":1}}`,
		`{"webhook":"w_1","roomId":"general","seq":5,"failingSince":"2026-02-03T04:05:06.789Z","epoch":2}`,
		`{"id":"{\"_id\":1}","document":"{\"_id\":1}"}`, `null`, `{}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, k := range kinds() {
			thing, key, err := k.parse(raw)
			if err != nil {
				continue
			}
			value, err := k.line(thing)
			if err != nil {
				t.Fatalf("%s: %q was read and cannot be written: %v", k.member(), raw, err)
			}
			again, err := json.Marshal(value)
			if err != nil {
				t.Fatalf("%s: %v", k.member(), err)
			}
			same, sameKey, err := k.parse(again)
			if err != nil || sameKey != key || !reflect.DeepEqual(thing, same) {
				t.Fatalf("%s: %q was read as\n%+v, written as %s and read again as\n%+v, %v", k.member(), raw, thing, again, same, err)
			}
		}
	})
}
